"""Properties of answers that only those inside need."""

from collections.abc import Iterator
from typing import Final

from garrison.audit import names
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId
from garrison.exposure.types.rule import words

_INTERNAL: Final = frozenset(
    {"adminnotes", "creditrisk", "debug", "fraudscore", "internalcomment", "internalid", "internalnotes", "isfraud",
     "isshadowbanned", "moderatornotes", "privatenotes", "riskscore", "staffnotes", "sqlquery"}
)  # fmt: skip


def _look(reading: Reading) -> Iterator[Fault]:
    for field in reading.fields:
        is_internal = (
            names.joined(field.name) in _INTERNAL or field.name == "__v" or words(field.name)[:1] == ("internal",)
        )
        if field.owner.answers and is_internal and not field.says("x-garrison-read-scope"):
            yield Fault(field.node, f"`{field.name}` is internal by its name", field.owner.answers, field.location)


RULE = Rule(
    id=CheckId("internal-field"),
    title="an answer holds what is meant for inside",
    severity=Severity.LOW,
    confidence=Confidence.LOW,
    tags=("owasp.api3", "cwe.213", "rec.6"),
    why=(
        "Marks, notes and scores that were made for those who run the API tell others how they are judged, or what "
        "to attack."
    ),
    mend=("Take it out of what is answered, or demand a scope that only those inside have: `x-garrison-read-scope`."),
    look=_look,
)
