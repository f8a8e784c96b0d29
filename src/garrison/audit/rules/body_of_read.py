"""Bodies of requests whose method gives them no meaning."""

from collections.abc import Iterator

from garrison.audit.rule import Action, Fault, Rule
from garrison.audit.walk import Reading
from garrison.contract.documents import Node
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for each in reading.operations:
        if each.method in {"GET", "HEAD"} and "requestBody" in each.node.value:
            node = Node(each.node.place.child("requestBody"), each.node.value["requestBody"])
            yield Fault(node, f"{each.method} with a body", reading.users(each), "body", mends=(Action(node.place),))


RULE = Rule(
    id=CheckId("body-of-read"),
    title="a request that reads has a body",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    tags=("owasp.api8", "cwe.444", "rec.13"),
    why=(
        "A body of GET or HEAD means nothing (RFC 9110, 9.3.1): proxies drop it, forward it unread or take it for "
        "the next request."
    ),
    mend="Put what is asked into the query, or use POST or QUERY.",
    look=_look,
)
