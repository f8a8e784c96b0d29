"""Broken object level authorization: one identity reads an object of another."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.authorization.grounds import ground_for, told
from garrison.assess.checks.authorization.objects import gives_the_same, pairs, requests_about
from garrison.assess.checks.authorization.samples import OWNER_SAMPLES
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_OBJECTS: Final = 2


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    """Only what nobody may read without a credential, and what its owner can read, can be somebody's own."""
    if not target.is_safe or not target.variables or a.survey.is_public(target):
        return
    for owner, other in pairs(a):
        for request, owned in list(requests_about(a, target, owner))[:_OBJECTS]:
            mine = a.probe.send(request, owner, says=f"{owner.name} reads an object of their own")
            if not mine.is_success or not mine.answer.body:
                continue
            ground = ground_for(a, target, owned, mine.answer)
            if ground is None:
                continue
            theirs = a.probe.send(request, other, says=f"{other.name} reads the same object, and gets all of it")
            if not gives_the_same(mine, theirs):
                continue
            nobody = a.probe.send(request, says="without a credential it is refused: it is not public")
            if nobody.is_success:
                return
            says = f"`{other.name}` reads what belongs to `{owner.name}`{told(ground)}"
            yield a.found(
                CHECK,
                [mine, theirs, nobody],
                says=says,
                target=target,
                slot=f"path.{target.variables[-1]}",
                confidence=ground.confidence,
            )
            return


CHECK: Final = Check(
    id=CheckId("object-read-by-another"),
    title="an object of another can be read",
    family="authorization",
    severity=Severity.HIGH,
    tags=("owasp.api1", "cwe.639", "rec.12"),
    looks="Reads an object as its owner, as another identity and as nobody. It counts where the other gets the same "
    "content as the owner, nobody gets it, and something shows that it is not for everybody: the contract, a list that "
    "is filtered, fields that are personal or secret.",
    why="Who knows or guesses an id gets the data of everybody: it is how whole customer bases are copied, one request "
    "for each person.",
    mend="Look the object up among those of the principal, not by its id alone, and answer 404 for all others. In "
    "front of the API, declare the owner in the contract (`x-garrison-owner`) and let the gateway enforce it.",
    samples=OWNER_SAMPLES,
    each=_each,
    most=14,
    needs=("two-identities",),
)
