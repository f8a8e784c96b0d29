"""Objects in requests of which nothing is described."""

from collections.abc import Iterator

from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading, Spot
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for spot in reading.spots:
        if spot.requests and "object" in spot.types and not spot.fields and not spot.has_choices and _is_free(spot):
            yield Fault(
                spot.node, f"{spot.called} is an object of which nothing is described", spot.requests, spot.location
            )


def _is_free(spot: Spot) -> bool:
    described = (spot.said("additionalProperties"), spot.said("patternProperties"), spot.said("unevaluatedProperties"))
    return not spot.is_chosen and all(each in (None, True, {}) for each in described)


RULE = Rule(
    id=CheckId("free-form-object"),
    title="an object may hold anything",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api3", "owasp.api4", "cwe.20", "rec.3"),
    why="Neither names nor values nor their number are checked before code gets them.",
    mend=(
        "Describe the properties, or with `additionalProperties` what the values are and with `maxProperties` how many."
    ),
    look=_look,
)
