"""Broken object level authorization: one identity deletes an object of another."""

from collections.abc import Iterator
from typing import Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authorization.objects import is_gone, pairs_with_accounts, read_state, remade
from garrison.assess.checks.authorization.samples import OWNER_SAMPLES
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    if target.method != "DELETE" or not target.variables:
        return
    for owner, other in pairs_with_accounts(a):
        owned = remade(a, target, owner)
        if owned is None:
            continue
        request = msgspec.structs.replace(a.api.request(target), path=dict(owned.values))
        before = read_state(a, target, request, owner)
        if before is None:
            continue
        gone = a.probe.send(request, other, says=f"{other.name} deletes what belongs to {owner.name}")
        after = a.probe.send(before.request, owner, says="its owner does not find it any more")
        if is_gone(before, gone, after):
            steps = [before.says_that(f"{owner.name} reads it before"), gone, after]
            says = f"`{other.name}` deletes what belongs to `{owner.name}`, who does not find it afterwards"
            yield a.found(CHECK, steps, says=says, target=target, slot=f"path.{target.variables[-1]}")
        return


CHECK: Final = Check(
    id=CheckId("object-deleted-by-another"),
    title="an object of another can be deleted",
    family="authorization",
    severity=Severity.CRITICAL,
    tags=("owasp.api1", "cwe.639", "rec.12"),
    looks="Makes an object for one identity and deletes it as another. It counts only where its owner could read it "
    "before and cannot afterwards.",
    why="Who knows or guesses an id can destroy what belongs to everybody.",
    mend="Look the object up among those of the principal before it is deleted, and answer 404 for all others.",
    samples=OWNER_SAMPLES,
    each=_each,
    most=14,
    disturbs=Disturbs.OBJECTS,
    needs=("two-identities",),
)
