"""Objects in requests with any number of properties."""

from collections.abc import Iterator

from garrison.audit.bounds import adding
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for spot in reading.spots:
        more = spot.said("additionalProperties") or spot.said("unevaluatedProperties") or spot.said("patternProperties")
        if spot.requests and isinstance(more, dict) and more and spot.number("maxProperties") is None:
            says = f"{spot.called} takes any number of properties"
            mends = adding(spot, maxProperties=max(100, 2 * len(spot.fields)))
            yield Fault(spot.node, says, spot.requests, spot.location, mends=mends)


RULE = Rule(
    id=CheckId("unbounded-map"),
    title="an object may have any number of properties",
    severity=Severity.LOW,
    confidence=Confidence.LOW,
    tags=("owasp.api3", "owasp.api4", "cwe.770", "rec.14"),
    why="One request makes the API keep as much as its sender likes.",
    mend="Say how many there may be with `maxProperties`, and what they are called with `propertyNames`.",
    look=_look,
)
