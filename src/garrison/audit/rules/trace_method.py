"""TRACE."""

from collections.abc import Iterator

from garrison.audit.rule import Action, Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for each in reading.operations:
        if each.method == "TRACE":
            yield Fault(
                each.node, "TRACE answers with what was sent", reading.users(each), mends=(Action(each.node.place),)
            )


RULE = Rule(
    id=CheckId("trace-method"),
    title="TRACE is served",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    tags=("owasp.api8", "cwe.693", "rec.10"),
    why=(
        "TRACE answers with the request as it came, credentials that the browser keeps from scripts and headers "
        "that proxies add included."
    ),
    mend="Do not serve TRACE.",
    look=_look,
)
