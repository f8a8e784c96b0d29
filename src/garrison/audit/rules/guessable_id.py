"""Ids in paths that are numbers."""

from collections.abc import Iterator
from typing import Final

from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId
from garrison.exposure.inference import kind_of_variable
from garrison.exposure.types.rule import words

_NO_IDS: Final = frozenset(
    {"year", "month", "day", "page", "version", "width", "height", "size", "zoom", "x", "y", "z", "count", "position",
     "index", "offset", "limit", "epoch", "slot", "step", "week", "hour", "minute"}
)  # fmt: skip


def _look(reading: Reading) -> Iterator[Fault]:
    for each in reading.parameters:
        spot = each.spot
        if each.where != "path" or spot is None or not spot.types & {"integer", "number"} or spot.is_chosen:
            continue
        if "string" in spot.types or not _NO_IDS.isdisjoint(words(each.name)):
            continue
        whose = {kind_of_variable(one.path, each.name) for one in reading.using(each.users)} - {""}
        says = f"`{each.name}` is a number" + (f", and stands for somebody ({min(whose)})" if whose else "")
        yield Fault(each.node, says, each.users, each.location, severity=Severity.MEDIUM if whose else None)


RULE = Rule(
    id=CheckId("guessable-id"),
    title="ids can be guessed",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api1", "cwe.340", "cwe.639", "rec.24"),
    why=(
        "Who has one number has all others: where the check of whose object it is fails once, everything is read "
        "by counting."
    ),
    mend=("Use identifiers of at least 122 random bits (`format: uuid`, version 4); they do not replace the check."),
    look=_look,
)
