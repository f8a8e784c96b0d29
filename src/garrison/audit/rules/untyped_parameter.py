"""Parameters without a schema."""

from collections.abc import Iterator

from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for each in reading.parameters:
        if each.described.schema is None:
            yield Fault(each.node, f"`{each.name}` has no schema", each.users, each.location)


RULE = Rule(
    id=CheckId("untyped-parameter"),
    title="a parameter may be anything",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    tags=("owasp.api8", "cwe.20", "rec.5"),
    why="Nothing says what it may hold, so nothing checks it.",
    mend="Give it a `schema` with a type and bounds.",
    look=_look,
)
