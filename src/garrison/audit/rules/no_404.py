"""Operations on one object that describe no answer for one that does not exist."""

from collections.abc import Iterator

from garrison.audit import answers
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    concerned = [each for each in reading.operations if any(one.location == "path" for one in each.parameters)]
    yield from answers.undescribed(reading, concerned, ("404", "410", "403"), "on one object")


RULE = Rule(
    id=CheckId("no-404"),
    title="nobody says what is answered for an object that is not there",
    severity=Severity.INFORMATIONAL,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api8", "cwe.1059", "rec.3", "rec.24"),
    why="What differs between an object that is not there and one that somebody may not see tells which ids exist.",
    mend="Describe the answer with 404, and give it in both cases.",
    look=_look,
)
