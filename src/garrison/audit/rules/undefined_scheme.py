"""Security requirements that name a scheme which is not declared."""

from collections.abc import Iterator

from garrison.audit import access
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    declared = {scheme.name for scheme in reading.schemes}
    for demand in access.demands(reading):
        for name in dict.fromkeys(name for one in demand.alternatives for name in one):
            # OpenAPI 3.2 lets a requirement name a scheme by its URI
            if name not in declared and "/" not in name and "#" not in name:
                yield Fault(demand.node, f"no scheme `{name}` is declared", demand.users, kind=name)


RULE = Rule(
    id=CheckId("undefined-scheme"),
    title="a security scheme is demanded that does not exist",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    tags=("owasp.api2", "cwe.287", "rec.2"),
    why="Nobody can tell what has to be proven: generators and gateways leave it out or refuse everybody.",
    mend="Declare the scheme under `components.securitySchemes`, or correct its name.",
    look=_look,
)
