"""Properties that the API itself makes, and that requests may set."""

from collections.abc import Iterator
from typing import Final

from garrison.audit import names
from garrison.audit.bounds import marking
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId

_MADE: Final = frozenset(
    {"created", "createdat", "createdby", "createdon", "creationdate", "dateadded", "datecreated", "deletedat", "id",
     "lastmodified", "lastupdated", "modifiedat", "modifiedby", "updated", "updatedat", "updatedby", "updatedon",
     "uuid"}
)  # fmt: skip


def _look(reading: Reading) -> Iterator[Fault]:
    tops = {id(each.spot) for each in reading.bodies}
    for field in reading.fields:
        is_made = names.joined(field.name) in _MADE and names.is_shared(field)
        # inside of others an id says which object is meant
        is_top = id(field.owner) in tops
        if is_made and is_top and field.says("readOnly") is not True:
            mends = marking(field, readOnly=True)
            says = f"`{field.name}` is answered, and may be written"
            yield Fault(field.node, says, field.owner.requests, field.location, mends=mends)


RULE = Rule(
    id=CheckId("server-field-writable"),
    title="what the API makes can be written",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api3", "cwe.915", "rec.20"),
    why="Who sets an id takes another's object, and who sets times hides what was done when.",
    mend="Mark the property `readOnly`.",
    look=_look,
)
