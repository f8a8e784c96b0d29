"""Broken function level authorization: an operation that gives rights is open to those who want them."""

import itertools
from collections.abc import Iterator
from typing import Any, Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authorization.objects import read_state
from garrison.assess.checks.authorization.rights import has, others
from garrison.assess.checks.authorization.samples import ROLE_SAMPLES
from garrison.assess.compare import values_of
from garrison.assess.identity import Identity
from garrison.assess.probe import Exchange
from garrison.assess.request import Request, Slot
from garrison.assess.target import RIGHTS, Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding
from garrison.exposure.types.rule import words

_MOST: Final = 6


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    if target.is_safe or target.id in a.doors.targets:
        return
    rights = [
        slot
        for slot in a.api.request(target, every=True).slots("body", "query")
        if not RIGHTS.isdisjoint(words(slot.leaf))
    ]
    if not rights:
        return
    held = _introduced(a, target)
    for slot, value in _wanted(a, rights, held) if held is not None else ():
        # a right that does not exist may shut the account out: then the next one is asked for by a new one
        if held is not None and not a.probe.send(held.request, held.identity).is_success:
            held = _introduced(a, target)
        if held is None or held.identity is None:
            break
        request = _of(a, target, held.identity)
        raised = a.probe.send(request.put(slot, value), held.identity, says=f"an ordinary account asks for `{value}`")
        after = a.probe.send(held.request, held.identity, says=f"it has `{value}` now")
        if has(after.answer, slot.leaf, value) and not has(held.answer, slot.leaf, value):
            steps = [held.says_that("an ordinary account reads what it may"), raised, after]
            says = f"an ordinary account gives itself `{slot.leaf}` `{value}`"
            yield a.found(CHECK, steps, says=says, target=target, slot=slot)
            return
    if held is None:
        a.skip(CHECK, "nothing shows what rights an account has, or enough accounts were made", target)


def _introduced(a: Assessment, target: Target) -> Exchange | None:
    """What a new account reads of itself."""
    account = a.new_account()
    if account is None:
        return None
    return read_state(a, target, _of(a, target, account.identity), account.identity)


def _of(a: Assessment, target: Target, identity: Identity) -> Request:
    """The request about the account itself."""
    mine = [each for each in a.survey.objects(target) if each.owner == identity]
    return a.fitted(a.api.request(target, every=True).about(mine[0].values if mine else {}), identity)


def _wanted(a: Assessment, rights: list[Slot], held: Exchange) -> Iterator[tuple[Slot, Any]]:
    """Other values of the rights than an ordinary account has."""
    for slot in rights:
        own = next(iter(values_of(held.answer, slot.leaf)), None)
        yield from ((slot, value) for value in itertools.islice(others(a, slot.leaf, own), _MOST))


CHECK: Final = Check(
    id=CheckId("own-rights-raised"),
    title="an account can give itself rights",
    family="authorization",
    severity=Severity.CRITICAL,
    tags=("owasp.api5", "owasp.api3", "cwe.269", "cwe.285", "rec.12"),
    looks="Calls operations that declare a role or another right as an ordinary account, for itself, with values that "
    "the contract lists. It counts where the account has the right afterwards.",
    why="Anybody makes themselves an administrator, or whatever stands next above them.",
    mend="Let rights be given only by those who stand above them, and check that before the value is looked at.",
    samples=ROLE_SAMPLES,
    each=_each,
    most=45,
    disturbs=Disturbs.ACCOUNTS,
    needs=("account",),
)
