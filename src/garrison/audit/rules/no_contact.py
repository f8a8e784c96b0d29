"""Descriptions of which nobody says whose they are."""

from collections.abc import Iterator

from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading, Users
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    info = reading.of_root("info")
    contact = info.value.get("contact") if info is not None and isinstance(info.value, dict) else None
    if not isinstance(contact, dict) or not any(contact.get(key) for key in ("email", "url", "name")):
        yield Fault(info or reading.description.root, "`info.contact` names nobody", Users(0))


RULE = Rule(
    id=CheckId("no-contact"),
    title="nobody says whose API it is",
    severity=Severity.INFORMATIONAL,
    confidence=Confidence.HIGH,
    tags=("owasp.api9", "cwe.1059", "rec.4"),
    why="Who finds a weakness does not know whom to tell, and what belongs to nobody is never taken away.",
    mend="Name who looks after it in `info.contact`.",
    look=_look,
)
