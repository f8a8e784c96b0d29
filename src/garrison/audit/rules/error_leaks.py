"""Errors that disclose how the API is made."""

from collections.abc import Iterator
from typing import Final

from garrison.audit import names
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId

_LEAKING: Final = frozenset(
    {"backtrace", "debug", "debuginfo", "debugmessage", "exception", "exceptionclass", "exceptionmessage",
     "exceptiontype", "innerexception", "query", "sql", "sqlquery", "sqlstate", "stack", "stackframes", "stacktrace",
     "stderr", "trace", "traceback"}
)  # fmt: skip


def _look(reading: Reading) -> Iterator[Fault]:
    for field in reading.fields:
        # what also stands in successful answers is what the API is about
        is_of_errors = bool(field.owner.errors) and not field.owner.answers
        is_text = not field.spot.types & {"boolean", "integer", "number"}
        if is_of_errors and is_text and names.joined(field.name) in _LEAKING:
            says = f"`{field.name}` of an error shows what is inside"
            yield Fault(field.node, says, field.owner.errors, field.location)


RULE = Rule(
    id=CheckId("error-leaks"),
    title="an error discloses how the API is made",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api8", "cwe.209", "rec.23"),
    why="Stack traces and statements show code, versions and tables, which is what an attacker needs next.",
    mend="Keep it in the log under an id, and answer with the id.",
    look=_look,
)
