"""SQL injection that no answer shows: the database waits as long as a value says."""

from collections.abc import Callable, Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.injection.bases import Place
from garrison.assess.checks.injection.bench import Bench, bench_of
from garrison.assess.checks.injection.timing import waits
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_STEPS: Final = 4_000_000
"""Rows that SQLite makes up in about a second: it has no function that waits."""
_FEW: Final = 3
"""Places of an operation that are tried where nothing speaks for it."""


def _sqlite(seconds: int) -> str:
    """It has no function that waits: rows are made up and counted."""
    rows = seconds * _STEPS or 1
    made = f"with recursive c(x) as (select 1 union all select x+1 from c limit {rows}) select x from c"  # noqa: S608 - sent to show that nobody should
    return f"(select substr(count(*),1,0) from ({made}))"  # noqa: S608 - as above


ENGINES: Final[dict[str, Callable[[int], str]]] = {
    "MySQL": lambda seconds: f"(select*from(select(sleep({seconds})))a)",
    "PostgreSQL": lambda seconds: f"(select '' from pg_sleep({seconds}))",  # noqa: S608 - as above
    "SQLite": _sqlite,
}
"""An expression that waits once however many rows there are, by engine."""


def each(a: Assessment, target: Target) -> Iterator[Finding]:
    """Look at one operation."""
    bench = bench_of(a, target)
    if bench is None:
        return
    for place in bench.open_places("sql-injection", "xpath-injection", "code-injection"):
        if not _is_worth_it(bench, place):
            continue
        for engine, payload in _payloads(place):
            proof = waits(bench, place, payload)
            if proof is not None:
                bench.prove(place, CHECK.id)
                says = (
                    f"what stands in `{place.slot.text}` is run by the database ({engine}), which waits as it is told"
                )
                yield a.found(CHECK, proof, says=says, target=target, slot=place.slot)
                break


def _is_worth_it(bench: Bench, place: Place) -> bool:
    """Where breaking characters matter; and where no answer tells anything, as long as there are few places."""
    if bench.is_touchy(place):
        return True
    return len(bench.places) <= _FEW and not bench.base.makes and not bench.matters(place)


def _payloads(place: Place) -> Iterator[tuple[str, Callable[[str, int], str]]]:
    for engine, wait in ENGINES.items():
        yield engine, lambda word, seconds, wait=wait: f"{word}'||{wait(seconds)}||'"  # type: ignore[misc]
        if place.is_number:
            yield engine, lambda word, seconds, wait=wait: f"{word}+0*length({wait(seconds)})"  # type: ignore[misc]
    yield "SQL Server", lambda word, seconds: f"{word}'; waitfor delay '0:0:{seconds}' --"


CHECK: Final = Check(
    id=CheckId("sql-injection-blind"),
    title="a value is run as SQL, though no answer shows it",
    family="injection",
    severity=Severity.CRITICAL,
    tags=("owasp.api8", "cwe.89"),
    looks=(
        "An expression that makes the database wait for two seconds is put into the value, as each usual engine writes "
        "it. It is a finding only where waiting for two seconds and for none, three times in turns, differ by that "
        "much "
        "each time and the quick ones do not scatter."
    ),
    why="Everything in the database can be read bit by bit, and often changed.",
    mend="Pass values to the database as parameters of the query, never as a part of its text.",
    samples={
        "fastapi": 'session.execute(text("INSERT INTO log (page) VALUES (:page)"), {"page": page})',
        "django": "cursor.execute('INSERT INTO log (page) VALUES (%s)', [page])",
        "flask": 'db.execute("INSERT INTO log (page) VALUES (?)", (page,))',
    },
    each=each,
    most=70,
    disturbs=Disturbs.OBJECTS,
)
