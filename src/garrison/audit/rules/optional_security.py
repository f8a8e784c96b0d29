"""Security requirements with an alternative that demands nothing."""

from collections.abc import Iterator

from garrison.audit import access
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for demand in access.demands(reading):
        if any(not one for one in demand.alternatives):
            yield Fault(demand.node, "one of the alternatives, `{}`, demands nothing", demand.users)


RULE = Rule(
    id=CheckId("optional-security"),
    title="proof of who asks may be left out",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api2", "cwe.306", "rec.12"),
    why=(
        "An empty requirement (`{}`) among others satisfies the whole list, so that who leaves the credential out "
        "is let in."
    ),
    mend=(
        "Take the empty requirement out, or give those who prove nothing an operation of their own with an answer "
        "of its own."
    ),
    look=_look,
)
