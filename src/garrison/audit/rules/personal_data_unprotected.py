"""Operations that answer with data of people, and demand nothing of who asks."""

from collections.abc import Iterator

from garrison.audit import access, answers, personal
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    named: dict[str, set[str]] = {}
    for spot, found in personal.objects(reading):
        for each in reading.using(spot.answers):
            if access.is_open(each) or access.is_optional(each):
                named.setdefault(each.id, set()).update(field.name for field in found)
    faults = []
    for each in reading.operations:
        if each.id in named and each.method in {"GET", "QUERY"}:
            shown = ", ".join(f"`{name}`" for name in sorted(named[each.id])[:5])
            says = f"it answers with {shown} without any proof of who asks"
            faults.append(Fault(each.node, says, reading.users(each)))
    # where nothing is demanded anywhere, that is one fault
    concerned = len(faults) if access.demands_nothing(reading) else len(reading.operations)
    says = f"{len(faults)} operations answer with personal data without any proof of who asks"
    yield from answers.gathered(reading, faults, concerned, says)


RULE = Rule(
    id=CheckId("personal-data-unprotected"),
    title="personal data can be read without proof of who asks",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api2", "owasp.api3", "cwe.306", "cwe.359", "rec.6", "rec.12"),
    why="Anybody can read the data of people, as fast as the API gives it.",
    mend="Demand a scheme with `security`, and a scope that only those have who need the data.",
    look=_look,
)
