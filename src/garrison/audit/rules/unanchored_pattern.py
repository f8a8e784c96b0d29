"""Patterns in requests that look at a part of the text."""

from collections.abc import Iterator

from garrison.audit import anchors
from garrison.audit.bounds import adding
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for spot in reading.spots:
        pattern = spot.node.value.get("pattern")
        if not spot.requests or not isinstance(pattern, str) or not 0 < len(pattern) <= anchors.MOST:
            continue
        if anchors.is_anchored(pattern):
            continue
        what = f"the pattern of `{spot.name}`" if spot.name else "the pattern"
        # what begins with `^` alone, or has neither, may be meant so; what has both is meant as a whole
        has_both = pattern.startswith("^") and pattern.endswith("$")
        yield Fault(
            spot.node,
            f"{what} lacks {anchors.missing(pattern)}",
            spot.requests,
            spot.location,
            confidence=Confidence.HIGH if has_both else None,
            mends=() if has_both else adding(spot, pattern=anchors.anchored(pattern)),
        )


RULE = Rule(
    id=CheckId("unanchored-pattern"),
    title="a pattern looks at a part of the text only",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api8", "cwe.777", "rec.5"),
    why="JSON Schema searches: without `^` and `$` anything may stand before and behind what matches.",
    mend="Write `^` before and `$` behind it, around alternatives with brackets: `^(?:a|b)$`.",
    look=_look,
)
