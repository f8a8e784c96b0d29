"""Operations that tell whether somebody has an account."""

from collections.abc import Iterator
from typing import Final

from garrison.audit import names
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId

_ASKING: Final = frozenset({"login", "signin", "logon", "authenticate", "forgot", "recover", "recovery", "reset"})


def _look(reading: Reading) -> Iterator[Fault]:
    for each in reading.operations:
        if not names.logs_in(each) or _ASKING.isdisjoint(names.of_path(each)):
            continue
        for answer in each.responses:
            if answer.status == "404" and not any(one.location == "path" for one in each.parameters):
                yield Fault(answer.node, "404 tells that nobody of that name is known", reading.users(each))


RULE = Rule(
    id=CheckId("enumeration-by-answer"),
    title="an answer tells who has an account",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api2", "cwe.204", "rec.24"),
    why=(
        "An answer of its own for accounts that do not exist lets anybody sort a list of addresses into customers "
        "and others."
    ),
    mend="Answer alike whether the account exists or not, also in time.",
    look=_look,
)
