"""SQL injection that answers show: conditions and functions in a value are computed by the database."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.injection.bases import Place
from garrison.assess.checks.injection.bench import Bench, bench_of
from garrison.assess.checks.injection.truth import is_told, truth_of
from garrison.assess.probe import Exchange
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_TRUE: Final = "2 between 1 and 3"
_FALSE: Final = "5 between 1 and 3"
_NAMES: Final = (
    ("lower", True),
    ("lowqr", False),
    ("uppqr", False),
    ("upper", True),
    ("lower", True),
    ("lowqr", False),
)
"""Functions that every database has, and names that none has; not in turns, for every second server may be broken."""


def look(a: Assessment, bench: Bench, check: Check, where: str = "") -> Iterator[Finding]:
    """Every open place of one operation; `check` is whose findings these are, `where` how the place is called."""
    for place in bench.open_places():
        named = where or place.slot.text
        proof = _by_condition(bench, place) or _by_function(bench, place)
        if proof:
            bench.prove(place, check.id)
            yield a.found(check, proof, says=_says(bench, named), target=bench.target, slot=named)


def each(a: Assessment, target: Target) -> Iterator[Finding]:
    """Look at one operation."""
    if target.method == "DELETE":
        a.skip(CHECK, "what deletes is not tried: a condition that is true would delete what others made", target)
    bench = bench_of(a, target)
    if bench is not None:
        yield from look(a, bench, CHECK)


def _by_condition(bench: Bench, place: Place) -> tuple[Exchange, ...]:
    truth = truth_of(bench, place)
    if truth is None:
        return ()
    told = is_told(bench, place, truth, _TRUE, _FALSE)
    return (*truth.proof, *told) if told is not None else ()


def _by_function(bench: Bench, place: Place) -> tuple[Exchange, ...]:
    """Where a function that databases have is as good as a plain text, and one that none has breaks it."""
    if not bench.is_upset(place) and not _is_name(bench, place):
        return ()
    for before, after, is_as_plain in _around(bench, place):
        proof = _told_apart(bench, place, before, after, is_as_plain=is_as_plain)
        if proof:
            return proof
    return ()


def _around(bench: Bench, place: Place) -> Iterator[tuple[str, str, bool]]:
    """What stands before and after the function; whether the value before it is the place's own."""
    yield "{}'||", "('')||'", False
    if place.is_number:
        yield "{}+0*length(", "(''))", True
    yield "{}'+", "('')+'", False
    if _is_name(bench, place):
        yield "{},", "('')", True


def _is_name(bench: Bench, place: Place) -> bool:
    """Whether the place seems to name a column: any other text breaks it."""
    return bench.is_success(bench.plain(place)) and bench.control(place).answer.status >= 500


def _told_apart(bench: Bench, place: Place, before: str, after: str, *, is_as_plain: bool) -> tuple[Exchange, ...]:
    reference = bench.plain(place) if is_as_plain else bench.control(place)
    if reference.answer.status >= 500:
        return ()
    proof: list[Exchange] = [reference]
    for name, works in _NAMES:

        def payload(word: str, name: str = name) -> str:
            return before.format(place.value if is_as_plain else word) + name + after

        says = f"with the function `{name}`, which {'databases have' if works else 'no database has'}"
        sent = bench.send(place, payload, says)
        if bench.same(sent, reference, place) is not works:
            return ()
        proof.append(sent)
    return tuple(proof[:3])


def _says(bench: Bench, named: str) -> str:
    door = " of the log-in, so that somebody may come in without a password" if bench.base.is_log_in else ""
    return f"what stands in `{named}`{door} is run by the database as a part of its query"


CHECK: Final = Check(
    id=CheckId("sql-injection"),
    title="a value is run as SQL",
    family="injection",
    severity=Severity.CRITICAL,
    tags=("owasp.api8", "cwe.89"),
    looks=(
        "A condition is put behind the value. Four conditions of the same characters are sent, two true and two false; "
        "only what computes them can tell them apart, and a condition that only SQL knows must be told apart as well. "
        "Where nothing is looked up, a function that every database has must work and one that none has must fail."
    ),
    why="Everything in the database can be read, often changed, and sometimes the server taken over.",
    mend=(
        "Pass values to the database as parameters of the query, never as a part of its text. Names of columns that "
        "clients choose are looked up in a fixed list."
    ),
    samples={
        "fastapi": 'session.execute(text("SELECT * FROM users WHERE name = :name"), {"name": name})',
        "django": "User.objects.raw('SELECT * FROM app_user WHERE name = %s', [name])",
        "flask": 'db.execute("SELECT * FROM users WHERE name = ?", (name,))',
    },
    each=each,
    most=90,
    disturbs=Disturbs.OBJECTS,
)
