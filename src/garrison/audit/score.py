"""Scores: how good a description is, as one number from 0 to 100.

    points of a rule    = points of its severity x part of its confidence, once for each operation that it concerns
    score of operation  = 100 x 0.5 ^ (sum of points / 50)
    score of the whole  = half the mean of all operations, half the mean of the worst tenth

Fifty points halve a score, so it never reaches nothing and the first mended fault always counts most. The worst tenth
counts by itself, because one unprotected operation is not made good by a hundred others.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from garrison.audit.walk import Users
from garrison.core.detection import Confidence, Severity

POINTS: Final[Mapping[Severity, float]] = {
    Severity.CRITICAL: 60.0,
    Severity.HIGH: 30.0,
    Severity.MEDIUM: 10.0,
    Severity.LOW: 3.0,
    Severity.INFORMATIONAL: 0.5,
}
"""What a rule takes from an operation."""
PART: Final[Mapping[Confidence, float]] = {Confidence.HIGH: 1.0, Confidence.MEDIUM: 0.6, Confidence.LOW: 0.3}
"""How much of that, by how likely it is true."""
HALVES: Final = 50.0
"""Points that halve a score."""


class Charge(NamedTuple):
    """What one finding takes, and from whom."""

    rule: str
    severity: Severity
    confidence: Confidence
    users: Users


def scores(charges: Iterable[Charge], operations: int) -> list[int]:
    """The score of each operation."""
    concerned: dict[tuple[str, float], int] = {}
    for each in charges:
        points = POINTS[each.severity] * PART[each.confidence]
        concerned[each.rule, points] = concerned.get((each.rule, points), 0) | each.users
    taken = [0.0] * operations
    seen: dict[str, int] = {}
    # the most first: of one rule only that counts
    for (rule, points), users in sorted(concerned.items(), key=lambda item: -item[0][1]):
        bits = f"{users & ~seen.get(rule, 0):b}"[::-1]
        seen[rule] = seen.get(rule, 0) | users
        for at, bit in enumerate(bits):
            if bit == "1":
                taken[at] += points
    return [round(100 * 0.5 ** (points / HALVES)) for points in taken]


def whole(each: list[int]) -> int:
    """The score of the description; 100 where it has no operations."""
    if not each:
        return 100
    worst = sorted(each)[: max(1, len(each) // 10)]
    return round((sum(each) / len(each) + sum(worst) / len(worst)) / 2)
