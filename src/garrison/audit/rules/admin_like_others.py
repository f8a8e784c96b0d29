"""Operations of administrators that demand what those of users demand."""

from collections.abc import Iterator

from garrison.audit import access, names
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    users = {access.comparable(each) for each in reading.operations if not names.administers(each)}
    scoped = any(access.scopes_of(each) for each in reading.operations)
    for each in reading.operations:
        is_named = any("admin" in name.lower() for one in each.security or () for name in one)
        if names.administers(each) and not is_named and access.comparable(each) in users and not access.is_open(each):
            sure = Confidence.MEDIUM if scoped else None
            says = "it is for administrators, and demands what operations of users demand"
            yield Fault(each.node, says, reading.users(each), confidence=sure)


RULE = Rule(
    id=CheckId("admin-like-others"),
    title="administrators prove no more than users",
    severity=Severity.MEDIUM,
    confidence=Confidence.LOW,
    tags=("owasp.api5", "cwe.862", "rec.12"),
    why=(
        "Nothing in the description keeps a user's token out of what only administrators may do; whether the code "
        "does is left to each operation."
    ),
    mend="Demand a scheme or a scope that only administrators have.",
    look=_look,
)
