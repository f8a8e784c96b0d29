"""Security schemes that nothing demands."""

from collections.abc import Iterator

from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for scheme in reading.schemes:
        if not scheme.users:
            yield Fault(scheme.node, f"no operation demands `{scheme.name}`", scheme.users)


RULE = Rule(
    id=CheckId("unused-scheme"),
    title="a security scheme is declared and never demanded",
    severity=Severity.INFORMATIONAL,
    confidence=Confidence.HIGH,
    tags=("owasp.api9", "cwe.1164", "rec.4"),
    why="Either operations lack what they should demand, or a way in that is not used any more is still open.",
    mend="Demand it with `security`, or take it out of the description and out of the API.",
    look=_look,
)
