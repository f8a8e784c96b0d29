"""Operations that answer with data of people, and demand nothing of who asks."""

from collections.abc import Iterator
from typing import Final

from garrison.audit import access, answers, personal
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading, Users
from garrison.contract.described import DescribedOperation
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId

_SHOWN: Final = 5
"""Fields that are named."""


def _look(reading: Reading) -> Iterator[Fault]:
    named: dict[str, list[str]] = {}
    rest = reading.users(*(each for each in reading.operations if each.method in {"GET", "QUERY"} and _is_open(each)))
    for spot, found in personal.objects(reading):
        for each in reading.using(Users(spot.answers & rest)):
            fields = named.setdefault(each.id, [])
            fields += [field.name for field in found if field.name not in fields]
            if len(fields) >= _SHOWN:
                rest = Users(rest & ~reading.users(each))
    faults = []
    for each in reading.operations:
        if each.id in named:
            shown = ", ".join(f"`{name}`" for name in named[each.id][:_SHOWN])
            says = f"it answers with {shown} without any proof of who asks"
            faults.append(Fault(each.node, says, reading.users(each)))
    # where nothing is demanded anywhere, that is one fault
    concerned = len(faults) if access.demands_nothing(reading) else len(reading.operations)
    says = f"{len(faults)} operations answer with personal data without any proof of who asks"
    yield from answers.gathered(reading, faults, concerned, says)


def _is_open(operation: DescribedOperation) -> bool:
    return access.is_open(operation) or access.is_optional(operation)


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
