"""Operations of which no successful answer is described."""

from collections.abc import Iterator

from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for each in reading.operations:
        if not any(answer.status[:1] in {"1", "2", "3", "d"} for answer in each.responses):
            yield Fault(each.node, "no successful answer is described", reading.users(each))


RULE = Rule(
    id=CheckId("no-answer"),
    title="no successful answer is described",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api9", "cwe.1059", "rec.3"),
    why="Whatever the operation answers is undescribed, and so unchecked.",
    mend="Describe what is answered when all goes well.",
    look=_look,
)
