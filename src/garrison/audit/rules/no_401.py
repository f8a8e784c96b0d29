"""Operations that demand proof of who asks and describe no answer without it."""

from collections.abc import Iterator

from garrison.audit import access, answers
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    yield from answers.undescribed(reading, access.protected(reading), ("401",), "that demand proof of who asks")


RULE = Rule(
    id=CheckId("no-401"),
    title="nobody says what is answered without proof",
    severity=Severity.INFORMATIONAL,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api8", "cwe.1059", "rec.3", "rec.23"),
    why=(
        "Clients cannot tell a missing credential from an error, tests do not try it, and what is answered then is "
        "nowhere checked."
    ),
    mend="Describe the answer with 401.",
    look=_look,
)
