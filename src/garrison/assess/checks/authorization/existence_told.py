"""An oracle: what is refused is told apart from what does not exist, so that ids can be collected."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.authorization.objects import pairs, requests_about
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    if not target.is_safe or not target.variables or a.survey.is_public(target):
        return
    for owner, other in pairs(a):
        for request, owned in list(requests_about(a, target, owner))[:1]:
            name = target.variables[-1]
            refused = a.probe.send(request, other, says=f"what belongs to {owner.name} is refused to {other.name} so")
            missing = a.probe.send(request.about({name: _nobodys(owned.id)}), other, says="what does not exist, so")
            told = (refused.answer.status, missing.answer.status)
            if told in ((403, 404), (401, 404), (403, 410), (403, 400)):
                says = (
                    f"an object of another is answered with {told[0]}, one that does not exist with {told[1]}: ids "
                    f"can be tried out"
                )
                yield a.found(CHECK, [refused, missing], says=says, target=target, slot=f"path.{name}")
                return
        return


def _nobodys(value: str) -> str:
    """An id of the same form that nobody has."""
    if value.isdigit():
        return str(int(value) + 7_777_777)
    return (
        "".join("0" if each.isdigit() else "f" if each in "abcde" else each for each in value[::-1])
        if "-" in value
        else f"{value}zq9"
    )


CHECK: Final = Check(
    id=CheckId("existence-told"),
    title="refusals tell which objects exist",
    family="authorization",
    severity=Severity.LOW,
    tags=("owasp.api1", "cwe.204", "rec.23", "rec.24"),
    looks="Asks, as another identity, for an object that exists and for one that does not, and compares the statuses.",
    why="Ids, names and addresses can be tried out: what exists is known, and is what an attack begins with.",
    mend="Answer 404 in both cases, with the same body and in the same time.",
    each=_each,
    most=5,
    needs=("two-identities",),
)
