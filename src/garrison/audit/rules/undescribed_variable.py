"""Variables of a path without a parameter."""

import re
from collections.abc import Iterator
from typing import Final

from garrison.audit.rule import Action, Fault, Rule
from garrison.audit.walk import Reading
from garrison.contract.documents import Node
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId

_VARIABLE: Final = re.compile(r"\{([^{}]+)\}")


def _look(reading: Reading) -> Iterator[Fault]:
    for each in reading.operations:
        described = {one.name for one in each.parameters if one.location == "path"}
        for name in dict.fromkeys(_VARIABLE.findall(each.path)):
            if name not in described:
                says = f"`{{{name}}}` has no parameter"
                yield Fault(
                    each.node, says, reading.users(each), f"path.{name}", kind=name, mends=_mend(each.node, name)
                )


def _mend(node: Node, name: str) -> tuple[Action, ...]:
    parameter = {"name": name, "in": "path", "required": True, "schema": {"type": "string", "maxLength": 255}}
    return (Action(node.place, {"parameters": [parameter]}),)


RULE = Rule(
    id=CheckId("undescribed-variable"),
    title="a part of the path is not described",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    tags=("owasp.api8", "cwe.20", "rec.5"),
    why="Nothing says what may stand there, so nothing checks it.",
    mend="Add a path parameter of that name with a schema.",
    look=_look,
)
