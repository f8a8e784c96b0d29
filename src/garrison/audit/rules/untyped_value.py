"""Values in requests without a type."""

from collections.abc import Iterator

from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading, Spot
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for spot in reading.spots:
        if spot.requests and not spot.types and not spot.is_chosen and not spot.has_choices and not _is_said(spot):
            yield Fault(spot.node, f"{spot.called} has no type", spot.requests, spot.location)


def _is_said(spot: Spot) -> bool:
    """Whether other keywords say what it is, or the schema is only a part that adds to others."""
    around = spot.outer is not None and bool(spot.outer.types)
    others = ("not", "if", "$dynamicRef", "contentMediaType", "contentEncoding", "format", "required")
    return around or any(spot.said(each) is not None for each in others)


RULE = Rule(
    id=CheckId("untyped-value"),
    title="a value may be of any type",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api8", "cwe.20", "rec.3", "rec.5"),
    why=(
        'Where a text is expected an object comes, and is taken for an operator by the database (`{"$ne": ""}`) or '
        "breaks the code."
    ),
    mend="Say its `type`.",
    look=_look,
)
