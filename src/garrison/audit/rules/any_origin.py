"""Answers that every web site may read."""

from collections.abc import Iterator
from typing import Any

from garrison.audit import answers
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading, Users
from garrison.contract.documents import Node
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    found: dict[Any, tuple[Node, int]] = {}
    for operation in reading.operations:
        for answer in operation.responses:
            for header in answer.headers:
                if header.name == "access-control-allow-origin" and "*" in _values(header.node, header.schema):
                    known = found.get(header.node.place)
                    users = (known[1] if known else 0) | reading.users(operation)
                    found[header.node.place] = (header.node, users)
    faults = [Fault(node, "`Access-Control-Allow-Origin` is `*`", Users(users)) for node, users in found.values()]
    says = f"{len(faults)} answers have `*` as `Access-Control-Allow-Origin`"
    yield from answers.gathered(reading, faults, len(reading.operations), says)


def _values(*nodes: Node | None) -> list[Any]:
    """What is said of a header's value."""
    found: list[Any] = []
    for node in nodes:
        value = node.value if node is not None and isinstance(node.value, dict) else {}
        found += [value.get(key) for key in ("example", "default", "const")]
        several = value.get("enum")
        found += several if isinstance(several, list) else []
    return found


RULE = Rule(
    id=CheckId("any-origin"),
    title="every web site may read the answer",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api8", "cwe.942", "rec.10"),
    why=(
        "Any page that a user opens can ask in his browser and read what comes, as far as his network or his "
        "cookies let it."
    ),
    mend="Name the origins that may read it.",
    look=_look,
)
