"""LDAP injection: a value becomes a part of a search filter."""

from collections.abc import Callable, Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.injection.bases import Place
from garrison.assess.checks.injection.bench import Bench, bench_of
from garrison.assess.probe import Exchange
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_SHAPES: Final[tuple[tuple[Callable[[str], str], Callable[[str], str]], ...]] = (
    (lambda w: f"{w})(|(objectClass=*)", lambda w: f"{w})(|(objectGrsn=*)"),
    (lambda w: f"{w})(objectClass=*", lambda w: f"{w})(objectGrsn=*"),
    (lambda _: "*)(objectClass=*", lambda _: "*)(objectGrsn=*"),
    (lambda _: "*)(|(objectClass=*)", lambda _: "*)(|(objectGrsn=*)"),
    (lambda _: "*))(|(objectClass=*", lambda _: "*)(objectGrsn=*))(|(objectGrsn=*"),
)
"""Ends of a filter, with an attribute that every entry has and with one that none has."""


def each(a: Assessment, target: Target) -> Iterator[Finding]:
    """Look at one operation."""
    bench = bench_of(a, target)
    if bench is None or not (bench.is_lookup or not bench.base.makes):
        return
    for place in bench.open_places("sql-injection", "xpath-injection"):
        proof = _proof(bench, place)
        if proof:
            bench.prove(place, CHECK.id)
            says = f"what stands in `{place.slot.text}` is a part of an LDAP filter: conditions in it are computed"
            yield a.found(CHECK, proof, says=says, target=target, slot=place.slot)


def _proof(bench: Bench, place: Place) -> tuple[Exchange, ...]:
    """A filter that everything fits finds something, one that nothing fits does not, twice; the second time the value
    is the place's own where that finds something."""
    control = bench.control(place)
    for everything, nothing in _SHAPES if bench.is_touchy(place) else _SHAPES[2:3]:
        found = bench.send(place, everything, "ends the filter, and adds an attribute that every entry has")
        if found.answer.status >= 400 or bench.same(found, control, place):
            continue
        none = bench.send(place, nothing, "the same with an attribute that no entry has: nothing is found")
        if bench.same(none, found, place) or (none.answer.status < 500 and not bench.same(none, control, place)):
            continue
        never = bench.send(place, _lower(nothing))
        other = bench.send(place, _lower(everything))
        if bench.same(other, found, place) and bench.same(never, none, place):
            return (control, found, none)
    return ()


def _lower(shape: Callable[[str], str]) -> Callable[[str], str]:
    """The same with the attribute in lower case, which names the same one (RFC 4512, section 2.5)."""
    return lambda word: shape(word).replace("objectC", "objectc").replace("objectG", "objectg")


CHECK: Final = Check(
    id=CheckId("ldap-injection"),
    title="a value is run as a part of an LDAP filter",
    family="injection",
    severity=Severity.HIGH,
    tags=("owasp.api8", "cwe.90"),
    looks=(
        "The filter is ended in the value and goes on with an attribute that every entry has, then with one that none "
        "has. It is a finding where the first finds something that the plain value does not, and the second does not."
    ),
    why="Entries of the directory can be read that were to be left out; a log-in over it is passed without a password.",
    mend="Escape values for filters (RFC 4515, section 3) with the function that the library has for it.",
    samples={
        "fastapi": 'f"(uid={ldap3.utils.conv.escape_filter_chars(name)})"',
        "django": 'ldap.filter.filter_format("(uid=%s)", [name])',
        "flask": 'f"(uid={ldap3.utils.conv.escape_filter_chars(name)})"',
    },
    each=each,
    most=50,
    disturbs=Disturbs.OBJECTS,
)
