"""Answers to too many requests that do not say when to come again."""

from collections.abc import Iterator
from typing import Any, Final

from garrison.audit import answers, names
from garrison.audit.rule import Action, Fault, Rule
from garrison.audit.walk import Reading, Users
from garrison.contract.documents import Node
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId

_SAYING: Final = frozenset({"retryafter", "ratelimit", "ratelimitreset", "xratelimitreset", "xratelimitretryafter"})


def _look(reading: Reading) -> Iterator[Fault]:
    found: dict[Any, tuple[Node, int]] = {}
    for operation in reading.operations:
        for answer in operation.responses:
            if answer.status == "429" and _SAYING.isdisjoint(names.joined(each.name) for each in answer.headers):
                known = found.get(answer.node.place)
                found[answer.node.place] = (answer.node, (known[1] if known else 0) | reading.users(operation))
    for node, users in found.values():
        mend = Action(node.place, {"headers": {"Retry-After": answers.RETRY_AFTER}})
        yield Fault(node, "429 without `Retry-After`", Users(users), mends=(mend,))


RULE = Rule(
    id=CheckId("no-retry-after"),
    title="nobody is told when to come again",
    severity=Severity.INFORMATIONAL,
    confidence=Confidence.HIGH,
    tags=("owasp.api4", "cwe.770", "rec.15"),
    why="Clients that do not know try again at once, and make a busy API busier.",
    mend="Describe `Retry-After` with the answer.",
    look=_look,
)
