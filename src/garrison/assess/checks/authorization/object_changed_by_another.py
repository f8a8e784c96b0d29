"""Broken object level authorization: one identity changes an object of another."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authorization.changes import changed
from garrison.assess.checks.authorization.objects import pairs_with_accounts, read_state, requests_about
from garrison.assess.checks.authorization.samples import OWNER_SAMPLES
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    if target.method not in ("PUT", "PATCH", "POST") or not target.variables:
        return
    for owner, other in pairs_with_accounts(a):
        for request, _ in list(requests_about(a, target, owner, own=True))[:1]:
            aimed = changed(a, request)
            if aimed is None:
                return
            wanted, mark = aimed
            before = read_state(a, target, request, owner)
            if before is None or mark in before.answer.text:
                continue
            write = a.probe.send(wanted, other, says=f"{other.name} changes what belongs to {owner.name}")
            after = a.probe.send(
                before.request, owner, says="its owner sees the change: the status alone would prove nothing"
            )
            if mark in after.answer.text:
                steps = [before.says_that(f"{owner.name} reads it before"), write, after]
                says = f"`{other.name}` changes what belongs to `{owner.name}`, who reads the new value afterwards"
                yield a.found(CHECK, steps, says=says, target=target, slot=f"path.{target.variables[-1]}")
                return


CHECK: Final = Check(
    id=CheckId("object-changed-by-another"),
    title="an object of another can be changed",
    family="authorization",
    severity=Severity.CRITICAL,
    tags=("owasp.api1", "cwe.639", "rec.12"),
    looks="Changes an object that the assessment made for one identity, as another one, to a value never used before. "
    "It counts only where the owner reads that value afterwards: an answer of 204 that changed something else does "
    "not.",
    why="Who knows or guesses an id can alter orders, addresses and accounts of everybody.",
    mend="Look the object up among those of the principal before it is changed, and answer 404 for all others.",
    samples=OWNER_SAMPLES,
    each=_each,
    most=14,
    disturbs=Disturbs.OBJECTS,
    needs=("two-identities",),
)
