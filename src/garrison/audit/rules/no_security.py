"""No operation demands anything of who asks."""

from collections.abc import Iterator

from garrison.audit import access
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    if reading.operations and access.demands_nothing(reading):
        yield Fault(reading.description.root, "no operation demands any proof of who asks", reading.everywhere)


RULE = Rule(
    id=CheckId("no-security"),
    title="nobody is asked who they are",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api2", "cwe.306", "rec.12"),
    why=(
        "Whoever reaches the API may use all of it. What is not in the description is also not tested, not "
        "generated into clients and not enforced by a gateway."
    ),
    mend=(
        "Declare a security scheme under `components.securitySchemes` and demand it with `security` for the "
        "description as a whole."
    ),
    look=_look,
)
