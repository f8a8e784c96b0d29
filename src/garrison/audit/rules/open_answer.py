"""Objects in answers of which nothing is described."""

from collections.abc import Iterator

from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for spot in reading.spots:
        if not spot.answers or "object" not in spot.types or spot.has_choices or spot.requests:
            continue
        more = spot.said("additionalProperties")
        is_free = not spot.fields and more in (None, True, {}) and spot.said("patternProperties") is None
        if (is_free or more is True) and not spot.is_chosen and spot.node.place not in reading.shared:
            yield Fault(spot.node, f"{spot.called} is an object that may hold anything", spot.answers, spot.location)


RULE = Rule(
    id=CheckId("open-answer"),
    title="an answer may hold any property",
    severity=Severity.INFORMATIONAL,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api3", "cwe.213", "rec.3", "rec.6"),
    why="Whatever the code puts into the object leaves: a new column of a table is answered on the day it is added.",
    mend="Name each property, and say `additionalProperties: false`.",
    look=_look,
)
