"""Hosts of servers that anybody may choose."""

from collections.abc import Iterator

from garrison.audit.rule import Fault, Rule
from garrison.audit.servers import servers
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for each in servers(reading):
        for name, variable, is_host in each.variables:
            if is_host and name.lower() not in {"port", "protocol", "scheme"} and not variable.get("enum"):
                yield Fault(each.node, f"`{{{name}}}` in its host may have any value", each.users, kind=name)


RULE = Rule(
    id=CheckId("open-server-variable"),
    title="the host of the API may be anything",
    severity=Severity.LOW,
    confidence=Confidence.LOW,
    tags=("owasp.api8", "cwe.923", "rec.2"),
    why="A client that lets the variable be set from outside sends its credentials to any host.",
    mend="List the values that are allowed with `enum`.",
    look=_look,
)
