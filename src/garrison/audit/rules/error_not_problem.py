"""Errors that are not described as problems of RFC 9457."""

from collections.abc import Iterator

from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading, Users
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    others = [
        each
        for each in reading.answers
        if each.status[:1] in {"4", "5", "d"} and not each.body.media_type.startswith("application/problem+")
    ]
    if len(others) > 1:
        users = 0
        for each in others:
            users |= each.users
        place = reading.of_root("paths") or reading.description.root
        says = f"{len(others)} described errors are no `application/problem+json`"
        yield Fault(place, says, Users(users), kind="all")
    for each in others if len(others) == 1 else ():
        yield Fault(each.body.node, f"`{each.body.media_type}` is no `application/problem+json`", each.users, "answer")


RULE = Rule(
    id=CheckId("error-not-problem"),
    title="errors have a form of their own",
    severity=Severity.INFORMATIONAL,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api8", "cwe.209", "rec.23"),
    why=(
        "A form of one's own grows fields that disclose more than clients need, and each client reads it differently."
    ),
    mend="Answer errors as `application/problem+json` (RFC 9457).",
    look=_look,
)
