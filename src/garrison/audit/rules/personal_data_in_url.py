"""Personal data as parameters of the path or the query."""

from collections.abc import Iterator

from garrison.audit import personal
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for each in reading.parameters:
        kind = personal.kind_of(each.name, each.spot.format if each.spot is not None else "")
        if each.where not in {"query", "path"} or not kind or kind in {"address", "position"}:
            continue
        if each.spot is not None and (each.spot.is_chosen or "boolean" in each.spot.types):
            continue
        grave = Severity.MEDIUM if kind in personal.GRAVE else None
        says = f"`{each.name}` in the {each.where} is personal by its name ({kind})"
        yield Fault(each.node, says, each.users, each.location, severity=grave)


RULE = Rule(
    id=CheckId("personal-data-in-url"),
    title="personal data travels in the URL",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api8", "cwe.598", "rec.7", "rec.25"),
    why="URLs stand in the logs of every proxy and server on the way, and whose data is asked for with them.",
    mend="Name people by an identifier that says nothing, or ask with a body (`POST` or `QUERY`).",
    look=_look,
)
