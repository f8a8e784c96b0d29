"""Lists in requests of any length."""

from collections.abc import Iterator

from garrison.audit.bounds import adding
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for spot in reading.spots:
        if spot.requests and "array" in spot.types and spot.number("maxItems") is None and not spot.is_chosen:
            is_batch = spot.location == "body"
            says = (
                "the body is a list without `maxItems`" if is_batch else f"`{spot.name}` is a list without `maxItems`"
            )
            yield Fault(
                spot.node,
                says,
                spot.requests,
                spot.location,
                severity=Severity.MEDIUM if is_batch else None,
                mends=adding(spot, maxItems=max(100, 2 * int(spot.number("minItems") or 0))),
            )


RULE = Rule(
    id=CheckId("unbounded-array"),
    title="a list may have any number of items",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api4", "cwe.770", "rec.5", "rec.14"),
    why=(
        "One request makes the API do as much work as its sender likes: every limit that counts requests is passed by."
    ),
    mend="Say how many items there may be with `maxItems`.",
    look=_look,
)
