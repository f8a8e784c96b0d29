"""Bodies of any media type."""

from collections.abc import Iterator

import msgspec

from garrison.audit import answers
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for each in reading.bodies:
        if _is_wide(each.body.media_type):
            yield Fault(each.body.node, f"requests of `{each.body.media_type}` are taken", each.users, "body")
    found = [
        Fault(
            each.body.node,
            f"answers are `{each.body.media_type}`",
            each.users,
            "answer",
            severity=Severity.INFORMATIONAL,
        )
        for each in reading.answers
        if _is_wide(each.body.media_type)
    ]
    says = f"{len(found)} answers are of any media type"
    for fault in answers.gathered(reading, found, len(reading.operations), says):
        yield msgspec.structs.replace(fault, severity=Severity.INFORMATIONAL)


def _is_wide(media_type: str) -> bool:
    """Whether bodies of different kinds are meant: `application/*+json` is JSON all the same."""
    return "*" in media_type and "+" not in media_type


RULE = Rule(
    id=CheckId("wildcard-media-type"),
    title="a body may be of any media type",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api8", "cwe.436", "rec.13"),
    why=(
        "What is read as JSON by one part and as XML, a form or a file by another passes checks that were made for "
        "one of them."
    ),
    mend="Name the media types that the operation takes.",
    look=_look,
)
