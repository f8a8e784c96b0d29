"""Broken function level authorization: an ordinary identity changes what only others should."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authorization.function_above_role import ground_for
from garrison.assess.checks.authorization.objects import read_state, remade
from garrison.assess.checks.authorization.samples import ROLE_SAMPLES
from garrison.assess.identity import Identity
from garrison.assess.probe import Exchange
from garrison.assess.request import Request
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    """Only on what the assessment made: an account of its own, an object of its own."""
    low = a.low
    ground = ground_for(a, target)
    if target.is_safe or not ground or low is None:
        return
    aimed = _aim(a, target, low)
    if aimed is None:
        a.skip(CHECK, "the assessment has nothing of its own that it could be tried on", target)
        return
    request, owner = aimed
    before = read_state(a, target, request, owner)
    if before is None:
        a.skip(CHECK, "nothing reads what it changes", target)
        return
    done = a.probe.send(request, low, says=f"{low.name}, who has no such role, calls it")
    after = a.probe.send(before.request, owner, says="and what it is about has changed")
    if done.is_success and _has_changed(before, after, request):
        says = f"`{low.name}` does what is not for everybody: {ground}"
        yield a.found(CHECK, [before.says_that("before"), done, after], says=says, target=target)


def _aim(a: Assessment, target: Target, low: Identity) -> tuple[Request, Identity] | None:
    base = a.api.request(target, every=True)
    if not target.variables:
        return None
    made = remade(a, target, low)
    if made is not None:
        return base.about(made.values), low
    account = a.new_account()
    mine = [each for each in a.survey.objects(target) if account is not None and each.owner == account.identity]
    return (base.about(mine[0].values), low) if mine else None


def _has_changed(before: Exchange, after: Exchange, request: Request) -> bool:
    if request.method == "DELETE":
        return not after.is_success
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
    most=16,
    disturbs=Disturbs.ACCOUNTS,
    needs=("identity",),
)
