"""Operations that describe no answer to too many requests."""

from collections.abc import Iterator

from garrison.audit import answers, names
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    concerned = [each for each in reading.operations if not names.logs_in(each)]
    yield from answers.undescribed(reading, concerned, ("429",), "of the description", default_counts=False)


RULE = Rule(
    id=CheckId("no-429"),
    title="nobody says that requests are limited",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api4", "cwe.770", "rec.15"),
    why="Whatever is not limited is taken by the million: data, attempts, costs.",
    mend="Limit requests for each who asks, and describe the answer with 429.",
    look=_look,
)
