"""Bodies of requests of which only the media type is described."""

from collections.abc import Iterator
from typing import Final

from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId

_FILES: Final = (
    "image/",
    "audio/",
    "video/",
    "font/",
    "application/octet-stream",
    "application/zip",
    "application/pdf",
)


def _look(reading: Reading) -> Iterator[Fault]:
    for each in reading.bodies:
        schema = each.body.schema
        is_empty = schema is None or schema.value in ({}, True)
        if is_empty and not each.body.media_type.startswith(_FILES) and "itemSchema" not in each.body.node.value:
            yield Fault(each.body.node, f"`{each.body.media_type}` has no schema", each.users, "body")


RULE = Rule(
    id=CheckId("body-without-schema"),
    title="a body may be anything",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    tags=("owasp.api8", "cwe.20", "rec.3", "rec.13"),
    why="Nothing says what may be sent, so nothing checks it.",
    mend="Give the media type a `schema`.",
    look=_look,
)
