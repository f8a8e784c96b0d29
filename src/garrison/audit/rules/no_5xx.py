"""Operations that describe no answer for errors of the server."""

from collections.abc import Iterator

from garrison.audit import answers
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    statuses = ("500", "501", "502", "503", "504")
    yield from answers.undescribed(reading, reading.operations, statuses, "of the description")


RULE = Rule(
    id=CheckId("no-5xx"),
    title="nobody says what is answered when something goes wrong",
    severity=Severity.INFORMATIONAL,
    confidence=Confidence.LOW,
    tags=("owasp.api8", "cwe.1059", "rec.23"),
    why="What is not described is what the framework answers: often the stack trace.",
    mend="Describe one answer that says nothing but an id, with 500 or as `default`.",
    look=_look,
)
