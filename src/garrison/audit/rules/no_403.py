"""Operations that demand scopes and describe no answer for those who lack them."""

from collections.abc import Iterator

from garrison.audit import access, answers
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    scoped = [each for each in access.protected(reading) if access.scopes_of(each)]
    yield from answers.undescribed(reading, scoped, ("403", "404"), "that demand scopes")


RULE = Rule(
    id=CheckId("no-403"),
    title="nobody says what is answered to those who may not",
    severity=Severity.INFORMATIONAL,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api8", "cwe.1059", "rec.3", "rec.12"),
    why="Tests do not try what happens to those who are known and may not do it.",
    mend="Describe the answer with 403, or with 404 where nobody shall learn that there is something.",
    look=_look,
)
