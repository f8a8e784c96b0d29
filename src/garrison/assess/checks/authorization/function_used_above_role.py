"""Broken function level authorization: an ordinary identity changes what only others should."""

from collections.abc import Iterator
from typing import Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authorization.objects import is_gone, read_state, remade
from garrison.assess.checks.authorization.roles import kept_for_roles
from garrison.assess.checks.authorization.samples import ROLE_SAMPLES
from garrison.assess.identity import Identity
from garrison.assess.probe import Exchange
from garrison.assess.request import Request
from garrison.assess.target import RIGHTS, Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding
from garrison.exposure.types.rule import words


class _Aim(msgspec.Struct, frozen=True):
    """What the operation is tried on."""

    request: Request
    owner: Identity
    """Who sees what becomes of it."""
    is_account: bool = False


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    """Only on what the assessment made: an account of its own, an object of its own."""
    ground = kept_for_roles(target)
    if target.is_safe or not ground or not target.variables:
        return
    account = a.new_account()
    caller = account.identity if account is not None else a.low
    aim = _aim(a, target, caller) if caller is not None else None
    if aim is None or caller is None:
        a.skip(CHECK, "the assessment has nothing of its own that it could be tried on", target)
        return
    before = read_state(a, target, aim.request, aim.owner)
    if before is None:
        a.skip(CHECK, "nothing reads what it changes", target)
        return
    done = a.probe.send(aim.request, caller, says=f"{caller.name}, who has no such role, calls it")
    after = a.probe.send(
        before.request, aim.owner, credential=before.credential, says="and what it is about has changed"
    )
    if done.is_success and _has_changed(before, done, after, is_account=aim.is_account):
        says = f"`{caller.name}` does what is not for everybody: {ground}"
        yield a.found(CHECK, [before.says_that("before"), done, after], says=says, target=target)


def _aim(a: Assessment, target: Target, caller: Identity) -> _Aim | None:
    base = a.api.request(target, every=True)
    made = remade(a, target, caller)
    if made is not None:
        return _Aim(_with_right(a, base.about(made.values)), caller)
    account = a.new_account()
    mine = [each for each in a.survey.objects(target) if account is not None and each.owner == account.identity]
    if account is None or not mine:
        return None
    return _Aim(_with_right(a, base.about(mine[0].values)), account.identity, is_account=True)


def _with_right(a: Assessment, request: Request) -> Request:
    """The request with the highest right that the contract lists, in the place of one that everybody may have."""
    for slot in request.slots("body"):
        listed = [value for value in a.api.options(slot.leaf) if value is not None]
        if listed and not RIGHTS.isdisjoint(words(slot.leaf)):
            request = request.put(slot, listed[-1])
    return request


def _has_changed(before: Exchange, done: Exchange, after: Exchange, *, is_account: bool) -> bool:
    request = done.request
    if request.method == "DELETE":
        return is_gone(before, done, after) or (is_account and after.answer.status == 401)
    sent = [str(request.value(slot)) for slot in request.slots("body")]
    return any(value in after.answer.text and value not in before.answer.text for value in sent if len(value) > 3)


CHECK: Final = Check(
    id=CheckId("function-used-above-role"),
    title="what is for administrators can be done by others",
    family="authorization",
    severity=Severity.CRITICAL,
    tags=("owasp.api5", "cwe.285", "cwe.862", "rec.12"),
    looks="Calls what the contract keeps for administrators as the identity with the least rights, on an account or an "
    "object that the assessment made. It counts where its state, read before and after, has changed.",
    why="Anybody with an account deletes users, changes rights and settings.",
    mend="Refuse by default, and let every function say which roles may call it.",
    samples=ROLE_SAMPLES,
    each=_each,
    most=24,
    disturbs=Disturbs.ACCOUNTS,
    needs=("identity",),
)
