"""`page-size-unbounded`: one request gets as many items as it asks for."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.asking import ordinary, schema_of
from garrison.assess.checks.resources.lists import echoes, items, size_slot
from garrison.assess.target import Target
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding

_MANY: Final = 100_000
_USUAL: Final = 200
"""Items that a page may have where the contract says nothing."""


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    slot, known = size_slot(target), ordinary(a, target)
    if target.method != "GET" or slot is None or known is None or items(known.answer) is None:
        return
    one = a.probe.send(known.request.put(slot, 1), known.identity, says=f"`{slot.name}=1` gives one item")
    short = items(one.answer)
    if short is None or len(short) > 1:
        return
    most = _declared(a, target)
    says = f"`{slot.name}={_MANY}` is taken as it is"
    large = a.probe.send(known.request.put(slot, _MANY), known.identity, says=says)
    got = items(large.answer)
    if not large.is_success or got is None:
        return
    bound = most or _USUAL
    is_echoed = echoes(large.answer, slot, _MANY)
    if len(got) <= bound and not is_echoed:
        return
    told = f"the contract allows {most}" if most else "the contract names no bound"
    yield a.found(
        CHECK,
        [one, large],
        target=target,
        slot=slot,
        confidence=Confidence.HIGH if len(got) > bound else Confidence.MEDIUM,
        says=f"`{slot.name}={_MANY}` gives {len(got):,} items"
        + (f" and the answer says that {_MANY} is the length of its page" if is_echoed else "")
        + f"; {told}",
    )


def _declared(a: Assessment, target: Target) -> int:
    slot = size_slot(target)
    schema = schema_of(a, target, slot) if slot is not None else None
    most = a.api.description.said(schema, "maximum") if schema is not None else None
    return most if isinstance(most, int) and not isinstance(most, bool) else 0


CHECK = Check(
    id=CheckId("page-size-unbounded"),
    title="a client chooses how many items it gets at once",
    family="resources",
    severity=Severity.MEDIUM,
    tags=("owasp.api4", "cwe.770", "rec.14"),
    looks="Asks a list for one item and then for 100,000. Proven where one item came for the first (the parameter is "
    "obeyed), and for the second more than the contract's maximum, or more than 200 where it has none. Where the "
    "answer only repeats the number as the length of its page, the confidence is medium.",
    why="The whole data set leaves in one answer, under every limit of requests, and each such request makes the "
    "service load all of it.",
    mend="Bound the parameter in the contract (`maximum: 100`) and refuse more with 400, or cut it to the bound and "
    "say so in the answer.",
    samples={
        "fastapi": '@app.get("/orders")\nasync def orders(limit: Annotated[int, Query(ge=1, le=100)] = 20): ...',
        "django": "class Pages(PageNumberPagination):\n    page_size = 20\n    page_size_query_param = 'limit'\n"
        "    max_page_size = 100",
        "flask": "limit = min(request.args.get('limit', 20, type=int), 100)",
    },
    each=_each,
    most=3,
)
