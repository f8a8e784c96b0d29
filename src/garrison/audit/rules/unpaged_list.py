"""Lists in answers without pages."""

from collections.abc import Iterator

from garrison.audit import names
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading, Users
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    found = 0
    for each in reading.answers:
        listed = names.list_of(each.spot) if each.spot is not None and each.status.startswith("2") else None
        if listed is not None and listed.number("maxItems") is None:
            found |= each.users
    for operation in reading.using(Users(found)):
        if operation.method == "GET" and not operation.path.rstrip("/").endswith("}") and not names.pages(operation):
            says = "it answers with a list, and no parameter pages through it"
            yield Fault(operation.node, says, reading.users(operation))


RULE = Rule(
    id=CheckId("unpaged-list"),
    title="a list comes as a whole",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api4", "cwe.770", "rec.14"),
    why=(
        "One request takes everything there is, which costs the API as much as it holds and gives a thief all of "
        "it at once."
    ),
    mend="Add a parameter for how many and one for where to go on, both bounded, and `maxItems` to the answer.",
    look=_look,
)
