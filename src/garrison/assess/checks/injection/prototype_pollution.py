"""Prototype pollution: a body that is merged into an object changes every object of the server."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.call import NOT_JSON
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.injection.bench import REFUSED, Bench, bench_of
from garrison.assess.compare import leaves
from garrison.assess.probe import Exchange
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_SPACES: Final = "json spaces"
"""A setting of a frequent server framework: how far its JSON answers are indented. Read through the prototype."""
_WIDTH: Final = 7
_INDENTED: Final = "\n" + " " * _WIDTH + '"'


def each(a: Assessment, target: Target) -> Iterator[Finding]:
    """Look at one operation."""
    bench = bench_of(a, target)
    if bench is None or target.is_safe or not isinstance(bench.base.request.body, Mapping) or not bench.is_reached:
        return
    proof = _proof(a, bench)
    if proof:
        says = (
            "a body that names the prototype is merged into an object: what it says then holds for every other object"
        )
        yield a.found(CHECK, proof, says=says, target=target, slot="body")


def _proof(a: Assessment, bench: Bench) -> tuple[Exchange, ...]:
    """A property that was put shows in answers to requests that know nothing of it."""
    name, value = a.api.sampler.word(), a.api.sampler.word()
    reading = _reading(a)
    before = [bench.steady, *([reading] if reading is not None else [])]
    sent = _put(bench, {name: value, _SPACES: _WIDTH}, "the body names the prototype of all objects")
    if sent.answer.status in REFUSED:
        return ()
    after = [bench.ask(bench.base.request)]
    if reading is not None:
        after.append(a.probe.send(reading.request, reading.identity))
    _put(bench, {name: None, _SPACES: 0}, "")
    for one, other in zip(before, after, strict=True):
        if _has_own(other, name):
            return (one.says_that("a request before"), sent, other.says_that("now its answer has the property too"))
        if _INDENTED in other.answer.text and _INDENTED not in one.answer.text:
            said = f"the same one afterwards: its answer is indented by {_WIDTH}"
            return (one.says_that("a request before"), sent, other.says_that(said))
    return ()


def _put(bench: Bench, values: Mapping[str, Any], says: str) -> Exchange:
    """Both ways to the prototype at once."""
    request = bench.base.request
    body = {**request.body, "__proto__": values, "constructor": {"prototype": values}}
    return bench.ask(msgspec.structs.replace(request, body=body), None, says)


def _reading(a: Assessment) -> Exchange | None:
    """A request that only reads, and is known to succeed with JSON."""
    known = (a.survey.baseline(each) for each in a.api.targets if each.is_safe)
    return next((each for each in known if each is not None and each.answer.json() is not NOT_JSON), None)


def _has_own(exchange: Exchange, name: str) -> bool:
    """Whether the property stands in the answer on an object, and not below what was sent."""
    value = exchange.answer.json()
    ways = [way.split("/") for way, _ in leaves(value)] if value is not NOT_JSON else []
    return any(name in way and not {"__proto__", "constructor", "prototype"}.intersection(way) for way in ways)


CHECK: Final = Check(
    id=CheckId("prototype-pollution"),
    title="a body changes the prototype of all objects",
    family="injection",
    severity=Severity.HIGH,
    tags=("owasp.api8", "cwe.1321"),
    looks=(
        "A body with `__proto__` and `constructor.prototype` sets a property of our own and how far JSON is "
        "indented. It is a finding where requests that say nothing of it are then answered with the property, or "
        "indented, and were not before. Both are set back at once."
    ),
    why="Settings that code looks up on objects can be turned on for everybody: rights, templates, commands.",
    mend="Refuse these names in bodies, merge into objects without a prototype, or freeze `Object.prototype`.",
    samples={"express": "const clean = JSON.parse(text, (k, v) => (k === '__proto__' ? undefined : v))"},
    each=each,
    most=20,
    disturbs=Disturbs.SERVICE,
)
