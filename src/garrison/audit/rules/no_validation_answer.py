"""Operations that take something and describe no answer to what is wrong."""

from collections.abc import Iterator

from garrison.audit import answers
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    concerned = [
        each for each in reading.operations if each.bodies or any(one.location != "path" for one in each.parameters)
    ]
    yield from answers.undescribed(reading, concerned, ("400", "422"), "that take something")


RULE = Rule(
    id=CheckId("no-validation-answer"),
    title="nobody says what is answered to a wrong request",
    severity=Severity.INFORMATIONAL,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api8", "cwe.1059", "rec.3", "rec.13"),
    why=(
        "An API that does not know this answer has either no check of what comes, or answers with 500 and what the "
        "code says."
    ),
    mend="Describe the answer with 400 or 422.",
    look=_look,
)
