"""Answers of which only the media type is described."""

from collections.abc import Iterator
from typing import Final

from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId

_UNREAD: Final = (
    "image/",
    "audio/",
    "video/",
    "font/",
    "text/",
    "application/octet-stream",
    "application/pdf",
    "application/zip",
    "application/gzip",
    "application/x-",
    "application/vnd.openxml",
)


def _look(reading: Reading) -> Iterator[Fault]:
    for each in reading.answers:
        schema = each.body.schema
        is_read = each.status.startswith("2") and not each.body.media_type.startswith(_UNREAD)
        if is_read and "itemSchema" not in each.body.node.value and (schema is None or schema.value in ({}, True)):
            says = f"`{each.body.media_type}` of {each.status} has no schema"
            yield Fault(each.body.node, says, each.users, "answer")


RULE = Rule(
    id=CheckId("answer-without-schema"),
    title="an answer may hold anything",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    tags=("owasp.api3", "cwe.213", "rec.3"),
    why="Nothing says what may leave, so nothing notices when more does.",
    mend="Give the media type a `schema` that names each property.",
    look=_look,
)
