"""Amounts in requests that may be negative."""

from collections.abc import Iterator
from typing import Final

from garrison.audit import bounds
from garrison.audit.bounds import adding
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId
from garrison.exposure.types.rule import words

_AMOUNTS: Final = frozenset({"amount", "cost", "fee", "price", "quantity", "qty", "subtotal", "tip", "total"})
_LIMITS: Final = frozenset({"max", "maximum", "min", "minimum", "limit"})


def _look(reading: Reading) -> Iterator[Fault]:
    for spot in reading.spots:
        said = words(spot.name)
        is_amount = not _AMOUNTS.isdisjoint(said[-1:]) and _LIMITS.isdisjoint(said)
        is_free = spot.types & {"integer", "number"} and not spot.is_chosen and bounds.lowest(spot) is None
        if spot.requests and bounds.is_in_body(spot) and is_amount and is_free:
            says = f"`{spot.name}` has no `minimum`"
            yield Fault(spot.node, says, spot.requests, spot.location, mends=adding(spot, minimum=0))


RULE = Rule(
    id=CheckId("negative-amount"),
    title="an amount may be negative",
    severity=Severity.LOW,
    confidence=Confidence.LOW,
    tags=("owasp.api6", "cwe.1284", "rec.19"),
    why="An order of minus three pieces, or a payment of minus ten, gives money to whoever sends it.",
    mend="Say the least value with `minimum` or `exclusiveMinimum`.",
    look=_look,
)
