"""Answers with tokens, and nothing said of caches."""

from collections.abc import Iterator

from garrison.audit import answers
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading, Users
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId
from garrison.exposure.types.catalogue import type_by_name
from garrison.exposure.types.rule import words


def _look(reading: Reading) -> Iterator[Fault]:
    found = 0
    for field in reading.fields:
        if "token" in words(field.name) and type_by_name(field.name) == "credential":
            found |= field.owner.answers
    for each in reading.using(Users(found)):
        if "cache-control" not in answers.headers_of(each):
            yield Fault(each.node, "it answers with a token, and `Cache-Control` is not described", reading.users(each))


RULE = Rule(
    id=CheckId("cacheable-token"),
    title="nothing keeps a token out of caches",
    severity=Severity.INFORMATIONAL,
    confidence=Confidence.LOW,
    tags=("owasp.api8", "cwe.525", "rec.11"),
    why="A cache on the way, or the browser's own, keeps the answer and the token in it for whoever comes next.",
    mend="Answer with `Cache-Control: no-store` (RFC 6749, 5.1) and describe the header.",
    look=_look,
)
