"""Broken object level authorization: an inner object is looked up without the outer one in whose path it stands."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.authorization.objects import gives_the_same, pairs, requests_about
from garrison.assess.checks.authorization.samples import OWNER_SAMPLES
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    """The inner object of the owner, in the path of the other's outer one."""
    if not target.is_safe or len(target.variables) < 2 or a.survey.is_public(target):
        return
    for owner, other in pairs(a):
        mine = next(iter(requests_about(a, target, owner)), None)
        theirs = next(iter(requests_about(a, target, other)), None)
        if mine is None or theirs is None:
            continue
        request, owned = mine
        outer = {name: value for name, value in theirs[1].values.items() if name != target.variables[-1]}
        if outer.items() <= owned.values.items():
            continue
        first = a.probe.send(request, owner, says=f"{owner.name} reads an object of their own")
        plain = a.probe.send(request, other, says=f"to {other.name} it is refused in its own path")
        crossed = a.probe.send(request.about(outer), other, says=f"{other.name} gets it in the path of what is theirs")
        if first.is_success and not plain.is_success and gives_the_same(first, crossed):
            says = f"`{other.name}` reads an object of `{owner.name}` by putting its id behind what is their own"
            yield a.found(CHECK, [first, plain, crossed], says=says, target=target, slot=f"path.{target.variables[-1]}")
        return


CHECK: Final = Check(
    id=CheckId("nested-object-not-bound"),
    title="an inner object is not bound to the outer one",
    family="authorization",
    severity=Severity.HIGH,
    tags=("owasp.api1", "cwe.639", "rec.12"),
    looks="In a path with two ids, the inner object of one identity is asked for behind the outer object of another, "
    "who is refused it in its own path. It counts where the answer is the owner's.",
    why="The outer id is checked and the inner one is not: who owns anything reads everything.",
    mend="Look the inner object up by both ids, or through the outer object.",
    samples=OWNER_SAMPLES,
    each=_each,
    most=8,
    needs=("two-identities",),
)
