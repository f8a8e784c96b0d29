"""Parameters that say how many objects come, without a bound."""

from collections.abc import Iterator

from garrison.audit import bounds, names
from garrison.audit.bounds import adding
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for each in reading.parameters:
        spot = each.spot
        if each.where != "query" or not names.is_page_size(each.name) or spot is None:
            continue
        if spot.types & {"integer", "number"} and bounds.highest(spot) is None and not spot.is_chosen:
            least = max(int(spot.number("default") or 0), int(bounds.lowest(spot) or 0), 100)
            mends = adding(spot, maximum=least)
            yield Fault(each.node, f"`{each.name}` has no `maximum`", each.users, each.location, mends=mends)


RULE = Rule(
    id=CheckId("unbounded-page-size"),
    title="a page may be of any size",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api4", "cwe.770", "rec.5", "rec.14"),
    why="`limit=1000000` takes everything there is with one request.",
    mend="Say the `maximum`.",
    look=_look,
)
