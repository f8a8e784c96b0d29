"""Ids that can be guessed: objects that are made one after the other have numbers one after the other."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authorization.objects import is_private_kind, remade
from garrison.assess.target import Target
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding

_NEAR: Final = 20
"""Numbers between two ids up to which they are next to one another: others make objects meanwhile."""


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    """Once for a kind of objects: at the operation that reads one."""
    if target.method != "GET" or not target.variables or a.survey.is_public(target) or not is_private_kind(target):
        return
    for owner in a.identities[:1]:
        first = remade(a, target, owner)
        second = remade(a, target, owner) if first is not None and first.id.isdigit() else None
        if first is None or second is None or first.made is None or second.made is None or not second.id.isdigit():
            return
        if 0 < int(second.id) - int(first.id) <= _NEAR:
            says = (
                f"two objects made in a row have the ids {first.id} and {second.id}: those of others can be counted "
                f"through"
            )
            steps = [first.made.says_that("one is made"), second.made.says_that("the next one has the next number")]
            yield a.found(
                CHECK, steps, says=says, target=target, slot=f"path.{target.variables[-1]}", confidence=Confidence.HIGH
            )


CHECK: Final = Check(
    id=CheckId("ids-in-sequence"),
    title="ids of private objects follow one another",
    family="authorization",
    severity=Severity.LOW,
    tags=("owasp.api1", "cwe.340", "rec.24"),
    looks="Makes two objects of a kind that people keep to themselves, and looks whether their ids are numbers next "
    "to one another.",
    why="Whoever has one id has them all: a single mistake in authorization then exposes everybody, not somebody.",
    mend="Give random ids (UUID version 4 or 7) to the outside, or a budget of misses at the gateway.",
    each=_each,
    most=8,
    disturbs=Disturbs.OBJECTS,
    needs=("identity",),
)
