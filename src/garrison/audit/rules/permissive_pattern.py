"""Patterns in requests that everything matches."""

import re
from collections.abc import Iterator
from typing import Final

from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId

_ANYTHING: Final = re.compile(r"\^?\(?(?:\?:)?(?:\.|\[\\s\\S\]|\[\\w\\W\]|\[\\d\\D\]|\[\^\])[*+]\)?\$?")


def _look(reading: Reading) -> Iterator[Fault]:
    for spot in reading.spots:
        pattern = spot.node.value.get("pattern")
        if spot.requests and isinstance(pattern, str) and _ANYTHING.fullmatch(pattern):
            what = f" of `{spot.name}`" if spot.name else ""
            yield Fault(spot.node, f"the pattern{what} matches everything", spot.requests, spot.location)


RULE = Rule(
    id=CheckId("permissive-pattern"),
    title="a pattern lets everything through",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    tags=("owasp.api8", "cwe.625", "rec.5"),
    why="It looks as if something were checked, and nothing is.",
    mend="Write what is meant, or leave the pattern out.",
    look=_look,
)
