"""`costly-query`: one value of a parameter makes a request take much longer."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.asking import ordinary, schema_of
from garrison.assess.compare import is_slowed
from garrison.assess.identity import Identity
from garrison.assess.probe import Exchange
from garrison.assess.request import Request, Slot
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding
from garrison.exposure.types.rule import words

_TEXTS: Final = frozenset(
    {"q", "query", "search", "filter", "sort", "order", "orderby", "fields", "expand", "include", "where", "keyword",
     "term", "name", "pattern", "text", "select", "embed", "group"}
)  # fmt: skip
_NUMBERS: Final = frozenset(
    {"depth", "level", "levels", "radius", "days", "range", "years", "iterations", "rounds", "hops"}
)
_MOST_SLOTS: Final = 3
_DELAY: Final = 0.4
"""Seconds longer that are told from chance on a busy machine."""
_LONGEST: Final = 4.0
_LOOKS: Final = 2
"""Times that it is measured, where the first is spoiled by load."""


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    known = ordinary(a, target)
    if target.method != "GET" or known is None:
        return
    for slot, values in tuple(_slots(a, target))[:_MOST_SLOTS]:
        for value in values:
            proof = _slows(a, known, slot, value)
            if proof:
                usual, slow = proof[0].answer.seconds, proof[1].answer.seconds
                yield a.found(
                    CHECK,
                    proof,
                    target=target,
                    slot=slot,
                    says=f"with {len(value)} characters in `{slot.name}` {target.method} {target.template} takes "
                    f"{slow:.2f} s instead of {usual:.2f} s, three times out of three",
                )
                return


def _slots(a: Assessment, target: Target) -> Iterator[tuple[Slot, tuple[str, ...]]]:
    for each in target.described.parameters:
        slot = Slot("query", each.name)
        schema = schema_of(a, target, slot) if each.location == "query" else None
        if schema is None:
            continue
        said = {*words(each.name), "".join(words(each.name))}
        if a.api.description.types(schema) & {"integer", "number"}:
            if not said.isdisjoint(_NUMBERS):
                yield slot, ("20", "1000")
        elif not said.isdisjoint(_TEXTS):
            yield slot, ("%", "a," * 400, "%_" * 100)


def _slows(a: Assessment, known: Exchange, slot: Slot, value: str) -> list[Exchange]:
    costly = known.request.put(slot, value)
    first = a.probe.send(costly, known.identity)
    usual = a.probe.send(known.request, known.identity)
    if first.answer.seconds < usual.answer.seconds * 3 + _DELAY or _is_done(first):
        return []
    for _ in range(_LOOKS):
        quick, slow = _measured(a, known.request, costly, known.identity)
        if is_slowed([each.answer.seconds for each in quick], [each.answer.seconds for each in slow], _DELAY):
            return [
                quick[-1].says_that(f"an ordinary request, {quick[-1].answer.seconds:.3f} s"),
                slow[-1].says_that(f"the same with a costly value, {slow[-1].answer.seconds:.3f} s"),
            ]
    return []


def _measured(
    a: Assessment, plain: Request, costly: Request, identity: Identity | None
) -> tuple[list[Exchange], list[Exchange]]:
    """Both in turn, three times: load that comes and goes then hits both."""
    pairs = [(a.probe.send(plain, identity), a.probe.send(costly, identity)) for _ in range(3)]
    return [quick for quick, _ in pairs], [slow for _, slow in pairs]


def _is_done(exchange: Exchange) -> bool:
    """Whether going on would do harm, or it is a limit that speaks."""
    return exchange.answer.seconds > _LONGEST or exchange.answer.status in (429, 503)


CHECK = Check(
    id=CheckId("costly-query"),
    title="one value of a parameter makes a request costly",
    family="resources",
    severity=Severity.MEDIUM,
    tags=("owasp.api4", "cwe.400", "rec.14"),
    looks="Puts values that match everything, long lists and deep levels into parameters that search, filter, sort or "
    "expand, and measures the time against ordinary requests sent in turn. Proven where three of three take longer by "
    "0.4 s or more while the ordinary ones do not scatter.",
    why="A client pays one request and the service seconds of work: a few dozen at once stop it for everybody.",
    mend="Bound the parameters in the contract (length, number of fields, depth), sort and filter by indexed columns "
    "alone, and give each query of the database a time limit.",
    samples={
        "fastapi": "q: Annotated[str, Query(max_length=60)]\n# and in PostgreSQL: SET statement_timeout = '2s'",
    },
    each=_each,
    most=40,
    disturbs=Disturbs.SERVICE,
)
