"""Texts in parameters of which only the length is said."""

from collections.abc import Iterator

from garrison.audit import bounds
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for each in reading.parameters:
        spot = each.spot
        if spot is None or "string" not in spot.types or bounds.is_restricted(spot):
            continue
        if spot.number("maxLength") is not None:
            says = f"`{each.name}` has a length, and neither `format`, `pattern` nor `enum`"
            yield Fault(each.node, says, each.users, each.location)


RULE = Rule(
    id=CheckId("unrestricted-text"),
    title="a parameter may hold any text",
    severity=Severity.INFORMATIONAL,
    confidence=Confidence.LOW,
    tags=("owasp.api8", "cwe.20", "rec.19"),
    why="What is meant for an interpreter behind the API (a query, a path, a template) gets through to it.",
    mend="Say what it looks like: with `enum`, `format` or an anchored `pattern`.",
    look=_look,
)
