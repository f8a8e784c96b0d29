"""NoSQL injection: an operator in the place of a value reaches the query of a document store."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.injection.bases import Place
from garrison.assess.checks.injection.bench import Bench, bench_of
from garrison.assess.probe import Exchange
from garrison.assess.request import Request
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_AS_ANYBODY: Final = "operators in the place of name and password log in as somebody without either"
Ask = Callable[[str, Any, str], Exchange]


def each(a: Assessment, target: Target) -> Iterator[Finding]:
    """Look at one operation."""
    bench = bench_of(a, target)
    if bench is None or not (bench.is_lookup or bench.target.method == "POST") or not bench.is_reached:
        return
    if bench.base.is_log_in and not bench.is_success(bench.steady):
        proof = _as_anybody(bench)
        if proof:
            yield a.found(CHECK, proof, says=_AS_ANYBODY, target=target, slot="body", kind="log-in")
        return
    for place in bench.places:
        if place.slot.where not in ("query", "body"):
            continue
        proof = _log_in(bench, place) if bench.base.is_log_in else _lookup(bench, place)
        if proof:
            bench.prove(place, CHECK.id)
            kind = "log-in" if bench.base.is_log_in else ""
            yield a.found(CHECK, proof, says=_says(bench, place), target=target, slot=place.slot, kind=kind)


def _lookup(bench: Bench, place: Place) -> tuple[Exchange, ...]:
    """Not-equal finds what equal does not; and which of both, goes by the value that it is compared with."""
    if bench.base.makes and not bench.matters(place):
        return ()
    ask = _asking(bench, place)
    word, control = bench.word(place), bench.control(place)
    other = ask("$ne", word, "not equal to a value that nothing has: everything")
    if other.answer.fault or other.answer.status >= 400 or bench.same(other, control, place):
        return ()
    equal = ask("$eq", word, "equal to it: nothing, as for the plain value")
    if not bench.same(equal, control, place):
        return ()
    outside, inside = ask("$in", [word], ""), ask("$nin", [word], "")
    if not bench.same(inside, other, place) or not bench.same(outside, control, place):
        return ()
    return (control, other, equal)


def _log_in(bench: Bench, place: Place) -> tuple[Exchange, ...]:
    """The right value cannot be told from an operator that it fits; and one that it does not fit is refused."""
    ask = _asking(bench, place)
    word, plain = bench.word(place), bench.plain(place)
    if not bench.is_success(plain) or bench.is_success(bench.control(place)):
        return ()
    other = ask("$ne", word, "not equal to a wrong value: somebody is logged in without knowing it")
    if not bench.is_success(other):
        return ()
    equal = ask("$eq", word, "equal to the wrong value: refused")
    wrong, right = ask("$in", [word], ""), ask("$eq", place.value, "")
    if bench.is_success(equal) or not bench.is_success(right) or bench.is_success(wrong):
        return ()
    return (bench.control(place), other, equal)


def _as_anybody(bench: Bench) -> tuple[Exchange, ...]:
    """Without an account: operators in all places at once log in as somebody, and others do not."""

    def ask(operator: str, says: str) -> Exchange:
        request = bench.base.request
        for place in bench.places:
            word = bench.word(place)
            request = request.put(place.slot, {operator: [word] if operator.endswith("in") else word})
        return bench.ask(request, None, says)

    if not bench.places or any(place.slot.where != "body" for place in bench.places):
        return ()
    other = ask("$ne", "not equal to wrong values: somebody is logged in")
    if not bench.is_success(other):
        return ()
    equal = ask("$eq", "equal to the same values: refused")
    if bench.is_success(equal) or bench.is_success(ask("$in", "")) or not bench.is_success(ask("$nin", "")):
        return ()
    return (bench.steady, other, equal)


def _asking(bench: Bench, place: Place) -> Ask:
    def ask(operator: str, operand: Any, says: str) -> Exchange:
        request = place.request
        if place.slot.where == "body":
            return bench.ask(request.put(place.slot, {operator: operand}), place.slot, says)
        return bench.ask(_in_query(request, place, operator, operand), place.slot, says)

    return ask


def _in_query(request: Request, place: Place, operator: str, operand: Any) -> Request:
    """As the usual parsers of query strings write an object: `name[$ne]=value`, `name[$in][]=value`."""
    name = f"{place.slot.name}[{operator}]"
    pair = (f"{name}[]", str(operand[0])) if isinstance(operand, list) else (name, str(operand))
    rest = tuple(each for each in request.query if each[0] != place.slot.name)
    return msgspec.structs.replace(request, query=(*rest, pair))


def _says(bench: Bench, place: Place) -> str:
    if bench.base.is_log_in:
        return (
            f"an operator in `{place.slot.text}` of the log-in stands for the right value: anybody comes in as anybody"
        )
    return f"an operator in `{place.slot.text}` reaches the query of a document store: it finds what the value does not"


CHECK: Final = Check(
    id=CheckId("nosql-injection"),
    title="an operator in the place of a value reaches the query",
    family="injection",
    severity=Severity.CRITICAL,
    tags=("owasp.api8", "cwe.943"),
    looks=(
        'Objects such as `{"$ne": "x"}` are sent in the place of texts, in queries as `name[$ne]=x`. It is a finding '
        "where not-equal and not-in find what the plain value does not, and equal and in with the same operand do not. "
        "In a log-in, operators that the right password fits must log in, and others not."
    ),
    why="Somebody logs in as another without a password, or reads what the query was to leave out.",
    mend=(
        "Accept texts where texts are meant: validate each body and query against its schema before it becomes a "
        "filter, or compare with an explicit `$eq`."
    ),
    samples={
        "fastapi": "class LogIn(BaseModel):\n    name: str\n    password: str",
        "django": "users.find_one({'name': {'$eq': str(name)}})",
        "flask": 'if not isinstance(body["password"], str):\n    abort(422)',
    },
    each=each,
    most=60,
    disturbs=Disturbs.OBJECTS,
)
