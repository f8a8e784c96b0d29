"""Numbers in requests without bounds."""

from collections.abc import Iterator

from garrison.audit import bounds, names
from garrison.audit.bounds import adding
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    sizes = {each.spot.node.place for each in reading.parameters if each.spot and names.is_page_size(each.name)}
    for spot in reading.spots:
        is_number = bool(spot.types & {"integer", "number"}) and not spot.is_chosen
        if not spot.requests or not is_number or spot.node.place in sizes or spot.format in {"int32", "int64"}:
            continue
        missing = [
            name
            for name, found in (("minimum", bounds.lowest(spot)), ("maximum", bounds.highest(spot)))
            if found is None
        ]
        if missing:
            says = f"{spot.called} is a number without {' and '.join(f'`{name}`' for name in missing)}"
            mends = adding(spot, **bounds.range_of(spot)) if "integer" in spot.types else ()
            yield Fault(spot.node, says, spot.requests, spot.location, mends=mends)


RULE = Rule(
    id=CheckId("unbounded-number"),
    title="a number may have any value",
    severity=Severity.INFORMATIONAL,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api4", "cwe.190", "cwe.1284", "rec.5"),
    why="Numbers beyond what the code expects overflow, allocate or turn a sum into its opposite.",
    mend="Say `minimum` and `maximum`; of whole numbers also the `format`, `int32` or `int64`.",
    look=_look,
)
