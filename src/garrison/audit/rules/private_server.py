"""Servers that only one machine or network reaches."""

from collections.abc import Iterator

from garrison.audit.rule import Action, Fault, Rule
from garrison.audit.servers import servers
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    listed = list(servers(reading))
    for each in listed:
        if each.is_private:
            mends = (Action(each.node.place),) if len(listed) > 1 else ()
            says = f"`{each.url}` is reached from one machine or network only"
            yield Fault(each.node, says, each.users, kind=each.url, mends=mends)


RULE = Rule(
    id=CheckId("private-server"),
    title="the description tells of a private address",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    tags=("owasp.api9", "cwe.200", "rec.4"),
    why=(
        "It tells how the network inside is made, and clients that follow the description send credentials to "
        "whatever answers there."
    ),
    mend="Take the server out of what is published.",
    look=_look,
)
