"""Injection of regular expressions: a value is searched for as a pattern."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.injection.bases import Place
from garrison.assess.checks.injection.bench import Bench, bench_of
from garrison.assess.probe import Exchange
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_PAIRS: Final = ((r"|[\s\S]", r"|[^\s\S]"), (r"|[^q]|[q]", r"|[^\d\D]"))
"""What matches everything, and nothing."""


def each(a: Assessment, target: Target) -> Iterator[Finding]:
    """Look at one operation."""
    bench = bench_of(a, target)
    if bench is None or not bench.is_lookup or bench.base.is_log_in:
        return
    for place in bench.open_places("sql-injection", "xpath-injection", "nosql-injection", "ldap-injection"):
        proof = _proof(bench, place) if place.slot.where in ("query", "body") else ()
        if proof:
            bench.prove(place, CHECK.id)
            says = f"what stands in `{place.slot.text}` is searched for as a regular expression"
            yield a.found(CHECK, proof, says=says, target=target, slot=place.slot)


def _proof(bench: Bench, place: Place) -> tuple[Exchange, ...]:
    control = bench.control(place)
    (wide, narrow), (other_wide, other_narrow) = _PAIRS
    found = bench.behind(place, wide, "a pattern that everything matches")
    if found.answer.status >= 400 or bench.same(found, control, place):
        return ()
    none = bench.behind(place, narrow, "a pattern that nothing matches")
    if not all(bench.same(each, control, place) for each in (none, bench.behind(place, other_narrow))):
        return ()
    if bench.same(bench.behind(place, other_wide), control, place):
        return ()
    return (control, found, none)


CHECK: Final = Check(
    id=CheckId("regex-injection"),
    title="a value is used as a regular expression",
    family="injection",
    severity=Severity.LOW,
    tags=("owasp.api8", "owasp.api4", "cwe.625", "cwe.1333"),
    looks=(
        "Patterns that everything matches and that nothing matches are put behind a value that finds nothing. It is a "
        "finding where the first find something and the others do not, in two ways."
    ),
    why="A pattern that takes exponential time stops the server; one that matches everything gets around the search.",
    mend="Escape values for patterns, or search for them as texts.",
    samples={
        "fastapi": "re.search(re.escape(text), name)",
        "django": "Item.objects.filter(name__contains=text)",
        "flask": "collection.find({'name': {'$regex': re.escape(text)}})",
    },
    each=each,
    most=30,
    disturbs=Disturbs.OBJECTS,
)
