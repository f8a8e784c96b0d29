"""Descriptions without a server."""

from collections.abc import Iterator

from garrison.audit.rule import Fault, Rule
from garrison.audit.servers import servers
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    if reading.operations and not any(True for _ in servers(reading)):
        yield Fault(reading.description.root, "there are no `servers`", reading.everywhere)


RULE = Rule(
    id=CheckId("no-server"),
    title="nobody says where the API is served",
    severity=Severity.INFORMATIONAL,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api9", "cwe.1059", "rec.8"),
    why=(
        "Where the API is served cannot be compared with where it should be, and whether it is encrypted is not said."
    ),
    mend="List the servers with `https` URLs under `servers`.",
    look=_look,
)
