"""Schemas of requests that contain themselves."""

from collections.abc import Iterator

from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading, Spot
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    order: dict[int, int] = {}
    for spot in reading.spots:
        if spot.requests and id(spot) not in order:
            for again in _circles(spot, order):
                yield Fault(again.node, f"{again.called} may hold itself, at any depth", again.requests, again.location)


def _circles(start: Spot, state: dict[int, int]) -> Iterator[Spot]:
    """Schemas that a way through the schemas inside leads back to: 1 while it is on the way, 2 behind it."""
    found: dict[int, Spot] = {}
    way = [(start, iter(start.inner))]
    state[id(start)] = 1
    while way:
        spot, rest = way[-1]
        inner = next(rest, None)
        if inner is None:
            state[id(spot)] = 2
            way.pop()
        elif id(inner) not in state:
            state[id(inner)] = 1
            way.append((inner, iter(inner.inner)))
        elif state[id(inner)] == 1:
            found[id(inner)] = inner
    yield from found.values()


RULE = Rule(
    id=CheckId("recursive-request"),
    title="a request may nest without end",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api4", "cwe.674", "rec.14"),
    why="Readers and validators that call themselves for each level run out of stack.",
    mend="Bound the depth where the body is read, and describe as many levels as are needed.",
    look=_look,
)
