"""Ids that can be guessed: objects that are made one after the other have numbers one after the other."""

import re
from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authorization.grounds import is_private_kind
from garrison.assess.checks.authorization.objects import remade
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_NUMBERED: Final = re.compile(r"(.*?)(\d{1,18})")
_NEAR: Final = 20
"""Numbers between two ids up to which they are next to one another: others make objects meanwhile."""


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    """Once for a kind of objects: at the operation that reads one."""
    if target.method != "GET" or not target.variables or a.survey.is_public(target) or not is_private_kind(target):
        return
    for owner in a.identities[:1]:
        first = remade(a, target, owner)
        second = remade(a, target, owner) if first is not None and first.id[-1:].isdigit() else None
        if first is None or second is None or first.made is None or second.made is None:
            return
        if _follow(first.id, second.id):
            says = (
                f"two objects made in a row have the ids `{first.id}` and `{second.id}`: those of others can be counted"
            )
            steps = [first.made.says_that("one is made"), second.made.says_that("the next one has the next number")]
            yield a.found(CHECK, steps, says=says, target=target, slot=f"path.{target.variables[-1]}")


def _follow(one: str, other: str) -> bool:
    """Whether two ids are the same but for a number at their end, and those are next to one another."""
    left, right = _NUMBERED.fullmatch(one), _NUMBERED.fullmatch(other)
    if left is None or right is None or left[1] != right[1]:
        return False
    return 0 < int(right[2]) - int(left[2]) <= _NEAR


CHECK: Final = Check(
    id=CheckId("ids-in-sequence"),
    title="ids of private objects follow one another",
    family="authorization",
    severity=Severity.LOW,
    tags=("owasp.api1", "cwe.340", "rec.24"),
    looks="Makes two objects of a kind that people keep to themselves, and looks whether their ids are the same "
    "but for numbers next to one another.",
    why="Whoever has one id has them all: a single mistake in authorization then exposes everybody, not somebody.",
    mend="Give random ids (UUID version 4 or 7) to the outside, or a budget of misses at the gateway.",
    each=_each,
    most=8,
    disturbs=Disturbs.OBJECTS,
    needs=("identity",),
)
