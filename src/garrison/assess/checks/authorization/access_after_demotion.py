"""Stale access: who has lost a role still uses it with the token from before."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authorization.objects import read_state
from garrison.assess.checks.authorization.rights import others
from garrison.assess.checks.authorization.roles import kept_for_roles
from garrison.assess.compare import values_of
from garrison.assess.doors import Account
from garrison.assess.identity import Identity
from garrison.assess.probe import Exchange
from garrison.assess.request import Request, Slot
from garrison.assess.target import RIGHTS, Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding
from garrison.exposure.types.rule import words

_TURNS: Final = 3
"""Values of a right that are tried."""


class _Right(msgspec.Struct, frozen=True):
    """A right, and who may give it to whom."""

    request: Request
    """The request that gives or takes it."""
    slot: Slot
    held: Any
    """What the account has at first."""
    high: Identity
    account: Identity


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    high = a.high
    if high is None or target.is_safe or target.id in a.doors.targets or not a.api.gives_rights(target):
        return
    functions, slot = _functions(a), _slot(a, target)
    account = a.new_account() if functions and slot is not None else None
    if account is None or slot is None:
        return
    request = _about(a, target, account)
    state = read_state(a, target, request, high) or read_state(a, target, request, account.identity)
    held = next(iter(values_of(state.answer, slot.leaf)), None) if state is not None else None
    if held is None:
        a.skip(CHECK, "nothing shows what rights an account has", target)
        return
    right = _Right(request, slot, held, high, account.identity)
    for given, used in _raise(a, right, functions):
        yield from _demote(a, target, right, given, used)
        return


def _raise(a: Assessment, right: _Right, functions: list[Target]) -> Iterator[tuple[Exchange, Exchange]]:
    """Give the account a right with which it can do what it could not: how it was given, and how it was used."""
    me = right.account
    closed = [each for each in functions if not a.probe.send(a.api.request(each), me).is_success]
    for value in list(others(a, right.slot.leaf, right.held))[:_TURNS] if closed else ():
        says = f"{right.high.name} gives {me.name} `{value}`"
        given = a.probe.send(right.request.put(right.slot, value), right.high, says=says)
        a.probe.forget(me)
        for each in closed if given.is_success else ():
            used = a.probe.send(a.api.request(each), me, says=f"{me.name} logs in and uses it")
            if used.is_success:
                yield given, used


def _demote(a: Assessment, target: Target, right: _Right, given: Exchange, used: Exchange) -> Iterator[Finding]:
    """Take the right away, and use it once more with the token from before and with a new one."""
    me, function = right.account, used.request
    says = f"{right.high.name} takes it away again"
    taken = a.probe.send(right.request.put(right.slot, right.held), right.high, says=says)
    old = a.probe.send(function, me, credential=used.credential, says="the token from before still opens it")
    a.probe.forget(me)
    new = a.probe.send(function, me, says="with a new token it is refused: the right is gone")
    if taken.is_success and old.is_success and not new.is_success:
        name = right.slot.leaf
        says = f"a token from before `{name}` was taken away still opens {function.method} {function.template}"
        yield a.found(CHECK, [given, used, taken, new, old], says=says, target=target, slot=right.slot)


def _functions(a: Assessment) -> list[Target]:
    """Operations that read what only higher roles may."""
    return [each for each in a.api.targets if each.is_safe and not each.variables and kept_for_roles(each)][:3]


def _slot(a: Assessment, target: Target) -> Slot | None:
    slots = a.api.request(target, every=True).slots("body", "query")
    return next((slot for slot in slots if not RIGHTS.isdisjoint(words(slot.leaf))), None)


def _about(a: Assessment, target: Target, account: Account) -> Request:
    """The request about the account."""
    mine = [each for each in a.survey.objects(target) if each.owner == account.identity]
    request = a.api.request(target, every=True).about(mine[0].values if mine else {})
    return a.fitted(request, account.identity)


CHECK: Final = Check(
    id=CheckId("access-after-demotion"),
    title="who has lost a role still uses it",
    family="authorization",
    severity=Severity.HIGH,
    tags=("owasp.api5", "owasp.api2", "cwe.613", "cwe.863", "rec.11", "rec.12"),
    looks="A given identity with a high role raises an account that the assessment registered, which then logs in and "
    "uses what it could not before; then the right is taken away again. It counts where the token from before still "
    "opens the function, and a new one does not.",
    why="Who leaves a team, or is found out, keeps every right until the token ends.",
    mend="Look rights up on every request, or keep tokens short and revoke them whenever rights change.",
    each=_each,
    most=24,
    disturbs=Disturbs.ACCOUNTS,
    needs=("account",),
)
