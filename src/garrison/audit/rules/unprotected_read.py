"""Operations that read something, and demand nothing of who asks, while others do."""

from collections.abc import Iterator

from garrison.audit import access, names, personal
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    if access.demands_nothing(reading):
        return
    known = personal.disclosing(reading)
    for each in reading.operations:
        users = reading.users(each)
        if names.changes(each) or not access.is_open(each) or users & known:
            continue
        if not names.is_open_by_nature(each):
            yield Fault(each.node, "it is read without any proof of who asks", users)


RULE = Rule(
    id=CheckId("unprotected-read"),
    title="something can be read without proof of who asks",
    severity=Severity.LOW,
    confidence=Confidence.LOW,
    tags=("owasp.api2", "cwe.306", "rec.12"),
    why="Anybody can read what it answers. That may be meant so: what is public is accepted with a reason.",
    mend=("Demand a scheme with `security`, or say with `security: []` and an accepted finding that it is public."),
    look=_look,
)
