"""Operations that change something, and demand nothing of who asks."""

from collections.abc import Iterator

from garrison.audit import access, names
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    if access.demands_nothing(reading):
        return
    for each in reading.operations:
        if names.changes(each) and access.is_open(each) and not names.is_open_by_nature(each):
            is_meant = each.node.value.get("security") == []
            says = "it changes something, and nobody has to prove who they are"
            yield Fault(each.node, says, reading.users(each), confidence=Confidence.LOW if is_meant else None)


RULE = Rule(
    id=CheckId("unprotected-change"),
    title="something can be changed without proof of who asks",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api2", "owasp.api5", "cwe.306", "rec.12"),
    why="Anybody can create, change or delete what the operation is about.",
    mend=(
        "Demand a scheme with `security`, for the description as a whole or here. What is meant for everybody is "
        "accepted with a reason."
    ),
    look=_look,
)
