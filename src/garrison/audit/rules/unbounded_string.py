"""Texts in requests of any length."""

from collections.abc import Iterator

from garrison.audit import bounds
from garrison.audit.bounds import adding
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for spot in reading.spots:
        if not spot.requests or "string" not in spot.types or bounds.is_short(spot) or bounds.is_file(spot):
            continue
        in_body = bounds.is_in_body(spot)
        missing = "`maxLength`" if bounds.is_restricted(spot) else "`maxLength`, `format` and `pattern`"
        yield Fault(
            spot.node,
            f"{spot.called} is a text without {missing}",
            spot.requests,
            spot.location,
            # what is not in a body is bounded by what servers take as a head
            severity=None if in_body else Severity.INFORMATIONAL,
            mends=adding(spot, maxLength=max(4096 if in_body else 255, 2 * int(spot.number("minLength") or 0))),
        )


RULE = Rule(
    id=CheckId("unbounded-string"),
    title="a text may have any length",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api4", "cwe.770", "rec.5", "rec.14"),
    why="Everything behind the contract has to take what comes: memory, columns, regular expressions and logs.",
    mend=(
        "Say how long it may be with `maxLength`, or what it looks like with `enum`, a short `format` or an "
        "anchored `pattern`."
    ),
    look=_look,
)
