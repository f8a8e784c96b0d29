"""Requests in XML."""

from collections.abc import Iterator

from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for each in reading.bodies:
        if each.body.media_type.endswith(("/xml", "+xml")) and not each.body.media_type.startswith("image/"):
            yield Fault(each.body.node, f"requests of `{each.body.media_type}` are taken", each.users, "body")


RULE = Rule(
    id=CheckId("xml-body"),
    title="XML is taken",
    severity=Severity.INFORMATIONAL,
    confidence=Confidence.LOW,
    tags=("owasp.api7", "cwe.611", "rec.10"),
    why="XML can name files and URLs that its reader fetches, and entities that grow to gigabytes.",
    mend="Take JSON alone, or turn document types and external entities off in the reader.",
    look=_look,
)
