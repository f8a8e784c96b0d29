"""Credentials in the URL of a server."""

from collections.abc import Iterator

from garrison.audit.rule import Fault, Rule
from garrison.audit.servers import servers
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for each in servers(reading):
        authority = each.url.partition("://")[2].partition("/")[0]
        if ":" in authority.rpartition("@")[0]:
            yield Fault(each.node, f"the URL of `{each.host}` holds a name and a password", each.users, kind=each.host)


RULE = Rule(
    id=CheckId("credential-in-server"),
    title="the description holds a credential",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    tags=("owasp.api2", "cwe.798", "rec.11"),
    why="Whoever reads the description can use it.",
    mend="Take it out, and make it invalid: it is known.",
    look=_look,
)
