"""Commands and statements in requests."""

from collections.abc import Iterator
from typing import Final

from garrison.audit import names
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId

_CODE: Final = frozenset(
    {"cmd", "command", "commandline", "eval", "exec", "expression", "rawquery", "shell", "shellcommand", "sql",
     "sqlquery", "xpath"}
)  # fmt: skip


def _look(reading: Reading) -> Iterator[Fault]:
    for spot in reading.spots:
        is_free = "string" in spot.types and not spot.is_chosen and not isinstance(spot.said("pattern"), str)
        if spot.requests and is_free and names.joined(spot.name) in _CODE:
            yield Fault(spot.node, f"`{spot.name}` is code by its name", spot.requests, spot.location)


RULE = Rule(
    id=CheckId("command-from-client"),
    title="whoever asks may send code",
    severity=Severity.MEDIUM,
    confidence=Confidence.LOW,
    tags=("owasp.api8", "cwe.77", "rec.13"),
    why="What is named like a command, a statement or an expression is often run as one.",
    mend="Offer what is meant as values of an `enum` or as fields, and never run what comes.",
    look=_look,
)
