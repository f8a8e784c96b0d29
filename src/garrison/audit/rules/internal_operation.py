"""Operations that are meant for those who run the API."""

from collections.abc import Iterator

from garrison.audit import names
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for each in reading.operations:
        if names.is_internal(each):
            yield Fault(each.node, "its path says that it is internal", reading.users(each))


RULE = Rule(
    id=CheckId("internal-operation"),
    title="an internal operation is described for everybody",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api9", "owasp.api8", "cwe.489", "rec.4"),
    why=(
        "What helps to run or debug an API tells an attacker how it is made, and often lets him do more than any "
        "other operation."
    ),
    mend="Serve it on a host or port of its own that only operators reach, and describe it there.",
    look=_look,
)
