"""OAuth flows that have no scopes."""

from collections.abc import Iterator

from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for scheme in reading.schemes:
        for name, flow in scheme.flows:
            if not flow.value.get("scopes"):
                yield Fault(flow, f"the flow `{name}` of `{scheme.name}` has no scopes", scheme.users)


RULE = Rule(
    id=CheckId("flow-without-scopes"),
    title="every token may do everything",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api5", "cwe.285", "rec.12"),
    why="Without scopes a token cannot be limited to what a program needs: one that leaks opens all operations.",
    mend=(
        "Declare scopes by what is done with what (`orders:read`, `orders:write`), and demand them with each operation."
    ),
    look=_look,
)
