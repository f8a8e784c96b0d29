"""Operations by which people prove who they are, without a limit of attempts."""

from collections.abc import Iterator

from garrison.audit import answers, names
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for each in reading.operations:
        if names.logs_in(each) and not answers.describes(each, ("429",), default_counts=False):
            says = "it takes proof of who asks, and no answer says that attempts are limited"
            yield Fault(each.node, says, reading.users(each), mends=answers.adding(each, "429"))


RULE = Rule(
    id=CheckId("log-in-without-limit"),
    title="passwords can be guessed without a limit",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api2", "owasp.api6", "cwe.307", "rec.11", "rec.15"),
    why=(
        "Where attempts are not limited, leaked passwords are tried by the million, and codes of six digits are "
        "found in hours."
    ),
    mend="Limit attempts for each account and each origin, and describe the answer with 429.",
    look=_look,
)
