"""Operations without an id."""

from collections.abc import Iterator

from garrison.audit.rule import Action, Fault, Rule
from garrison.audit.walk import Reading
from garrison.contract.described import DescribedOperation
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId
from garrison.exposure.types.rule import words


def _look(reading: Reading) -> Iterator[Fault]:
    lacking = [each for each in reading.operations if not each.node.value.get("operationId")]
    if lacking:
        taken = {str(each.id) for each in reading.operations}
        mends = tuple(Action(each.node.place, {"operationId": _id(each, taken)}) for each in lacking)
        place = reading.of_root("paths") or reading.description.root
        says = f"{len(lacking)} of {len(reading.operations)} operations have no `operationId`"
        yield Fault(place, says, reading.users(*lacking), mends=mends)


def _id(operation: DescribedOperation, taken: set[str]) -> str:
    said = words(operation.path)
    name = wanted = operation.method.lower() + "".join(word.capitalize() for word in said)
    count = 1
    while name in taken:
        count += 1
        name = f"{wanted}{count}"
    taken.add(name)
    return name


RULE = Rule(
    id=CheckId("no-operation-id"),
    title="operations have no id",
    severity=Severity.INFORMATIONAL,
    confidence=Confidence.HIGH,
    tags=("owasp.api9", "cwe.1059", "rec.4"),
    why=(
        "Policies, logs and inventories name operations by it; without one a renamed path is another operation to "
        "all of them."
    ),
    mend="Give each an `operationId`.",
    look=_look,
)
