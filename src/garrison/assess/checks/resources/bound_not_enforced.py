"""`bound-not-enforced`: values beyond the contract's bounds are taken."""

from collections.abc import Iterator
from typing import Any, Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.asking import refreshed, schema_of, trial
from garrison.assess.checks.conformance.kept import forbids
from garrison.assess.checks.resources.lists import size_slot
from garrison.assess.compare import succeeded
from garrison.assess.request import Request, Slot
from garrison.assess.target import Target
from garrison.contract.documents import Node
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_MOST_SLOTS: Final = 4
_TEXT: Final = 5_000
"""Characters beyond the bound."""
_HUGE: Final = 10**15


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    known = trial(a, target)
    if known is None or target.method not in ("GET", "POST", "PUT", "PATCH"):
        return
    request = known.request
    tried = 0
    for slot in _slots(a, target, request):
        schema = schema_of(a, target, slot)
        beyond = _beyond(a, schema) if schema is not None else None
        if beyond is None:
            continue
        tried += 1
        if tried > _MOST_SLOTS:
            return
        keyword, bound, value = beyond
        fresh = request if target.is_safe else refreshed(a, request)
        says = f"a value beyond `{keyword}: {bound}` is taken"
        fresh = fresh.put(slot, value)
        if slot.where == "body" and not forbids(target, fresh):
            continue
        taken = a.probe.send(fresh, known.identity, says=says)
        if succeeded(taken.answer, like=known.answer):
            yield a.found(
                CHECK,
                [known.says_that("an ordinary request"), taken],
                target=target,
                slot=slot,
                kind=keyword,
                says=f"the contract says `{keyword}: {bound}` of `{slot.leaf}`, and {_shown(value)} is answered "
                f"with {taken.answer.status}",
            )
            return


def _slots(a: Assessment, target: Target, request: Request) -> tuple[Slot, ...]:
    declared = a.api.request(target, every=True).slots("query", "body")
    length = size_slot(target)  # the business of `page-size-unbounded`: many cut it to the bound
    return tuple(slot for slot in dict.fromkeys((*request.slots("query", "body"), *declared)) if slot != length)


def _beyond(a: Assessment, schema: Node) -> tuple[str, Any, Any] | None:
    """A bound that the schema sets, and a value far beyond it."""
    said = a.api.description.said
    if said(schema, "enum") is not None or said(schema, "const") is not None:
        return None
    longest, most = said(schema, "maxLength"), said(schema, "maximum")
    if isinstance(longest, int) and "string" in a.api.description.types(schema) and said(schema, "format") is None:
        return "maxLength", longest, "g" * (longest + _TEXT)
    if isinstance(most, int | float) and not isinstance(most, bool) and most < _HUGE:
        return "maximum", most, _HUGE
    return None


def _shown(value: Any) -> str:
    return f"a text of {len(value):,} characters" if isinstance(value, str) else f"the number {value:,}"


CHECK = Check(
    id=CheckId("bound-not-enforced"),
    title="values beyond the contract's bounds are taken",
    family="resources",
    severity=Severity.LOW,
    tags=("owasp.api4", "cwe.1284", "rec.14"),
    looks="Puts a text 5,000 characters longer than `maxLength`, or the number 10^15 where `maximum` is lower, into "
    "an otherwise ordinary request. Proven where the answer is a success as the ordinary one is. Length of pages is "
    "the business of `page-size-unbounded`.",
    why="The bounds that the contract promises do not hold: stores and whatever reads them later get values that "
    "nobody expects, and sums and sizes overflow.",
    mend="Enforce the contract's schema where requests come in, from the same description.",
    samples={
        "fastapi": "name: str = Field(max_length=80)\namount: int = Field(le=10_000)",
        "django": "name = serializers.CharField(max_length=80)\namount = serializers.IntegerField(max_value=10_000)",
    },
    each=_each,
    most=_MOST_SLOTS + 11,
    disturbs=Disturbs.OBJECTS,
)
