"""Objects in requests that take properties which are not described."""

from collections.abc import Iterator

from garrison.audit import bounds
from garrison.audit.bounds import adding
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading, Spot
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for spot in reading.spots:
        if not spot.requests or not spot.fields or "object" not in spot.types or _is_closed(spot):
            continue
        if spot.node.place in reading.shared:
            continue  # the schema that is built on it says it
        is_said = spot.said("additionalProperties") is True
        says = f"{spot.called} takes properties that are not among the {len(spot.fields)} described"
        mends = adding(spot, additionalProperties=False) if bounds.stands_alone(reading, spot) and not is_said else ()
        yield Fault(spot.node, says, spot.requests, spot.location, mends=mends)


def _is_closed(spot: Spot) -> bool:
    more = spot.said("additionalProperties")
    if spot.is_closed_around:
        return True
    return more is False or isinstance(more, dict) or spot.said("unevaluatedProperties") is False


RULE = Rule(
    id=CheckId("open-object"),
    title="an object takes what is not described",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api3", "cwe.915", "rec.3", "rec.13"),
    why=(
        "What is not described is not checked, and reaches code that may take it for its own: `isAdmin` among the "
        "fields of a profile."
    ),
    mend=("Say `additionalProperties: false`; where schemas are combined, `unevaluatedProperties: false` around them."),
    look=_look,
)
