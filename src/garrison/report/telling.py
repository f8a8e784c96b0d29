"""What of a proof's last answer tells that the weakness is there: what an answer of a mended API would not have."""

import re
import statistics
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

import msgspec

from garrison.core.finding import Finding, Step
from garrison.report.replay import json_of, leaves

_MOST: Final = 12
"""Values, names and lines that are compared: more tell no more."""
_SLOW: Final = 1.0
"""Seconds from which on an answer may be one that was made to wait."""
_VOLATILE: Final = re.compile(
    r"\d{4}-\d\d-\d\d.*|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F-]{22}|[0-9a-fA-F]{24,}|\d{9,}|.*\(\d+ characters\)"
)
"""Times, random ids and what was cut: they differ from run to run."""
_MASKED: Final = re.compile(r"\([a-z -]+\)|\.\.\. \d+ more|.*\{[A-Za-z][\w -]*\}.*", re.DOTALL)
"""What was replaced before it was shown."""
_MARK: Final = "grsn"
_ECHOED: Final = ("access-control-allow-origin", "access-control-allow-credentials", "location")
"""Headers of an answer that tell by themselves."""


class Status(msgspec.Struct, frozen=True):
    """The answer has this status."""

    status: int


class NoAnswer(msgspec.Struct, frozen=True):
    """There is none."""


class Slow(msgspec.Struct, frozen=True):
    """It takes so many seconds or more."""

    seconds: float


class Has(msgspec.Struct, frozen=True):
    """Something stands there."""

    pointer: str


class Equals(msgspec.Struct, frozen=True):
    """This stands there."""

    pointer: str
    value: Any


class HasHeader(msgspec.Struct, frozen=True):
    """A header has this value; empty where it is missing."""

    name: str
    value: str


class Contains(msgspec.Struct, frozen=True):
    """The body has this text."""

    text: str


Tell: TypeAlias = Status | NoAnswer | Slow | Has | Equals | HasHeader | Contains


def tells(finding: Finding) -> tuple[Tell, ...]:
    """What tells; all of it together is the weakness."""
    last = finding.proof[-1]
    if not last.status:
        return (NoAnswer(),)
    return (Status(last.status), *_time(finding), *_headers(finding, last), *_body(finding, last))


def _time(finding: Finding) -> Iterator[Tell]:
    last = finding.proof[-1]
    others = [step.seconds for step in finding.proof[:-1]]
    usual = statistics.median(others) if others else 0.0
    if last.seconds >= _SLOW and last.seconds >= 3 * usual:
        yield Slow(round(last.seconds / 2, 2))


def _headers(finding: Finding, last: Step) -> Iterator[Tell]:
    """Those that tell by themselves, and the one that the finding is about."""
    answered, sent = dict(last.answer_headers), {name for name, _ in last.headers}
    for name in _ECHOED:
        if name in answered and not _MASKED.fullmatch(answered[name]):
            yield HasHeader(name, answered[name])
    where, _, name = finding.location.partition(".")
    if where in ("header", "answer") and name not in sent and name not in _ECHOED:
        value = answered.get(name, "")
        if not _MASKED.fullmatch(value):
            yield HasHeader(name, value)


def _body(finding: Finding, last: Step) -> Iterator[Tell]:
    value = json_of(last.answer)
    if value is None:
        yield from _text(last.answer)
        return
    found = dict(leaves(value))
    yield from (Has(pointer) for pointer in list(found)[:_MOST])
    before = _before(finding)
    telling = _changed(found, before) if before is not None else _marked(finding, found)
    yield from (Equals(pointer, telling[pointer]) for pointer in list(telling)[:_MOST])


def _text(answer: str) -> Iterator[Tell]:
    """Of JSON that was cut, names of its members; of other text, its lines."""
    if answer.lstrip()[:1] in ("{", "["):
        names = dict.fromkeys(re.findall(r'"[\w-]+"(?=:)', answer))
        yield from (Contains(name) for name in list(names)[:_MOST])
        return
    lines = [line.strip() for line in answer.splitlines()]
    whole = [
        line for line in lines if 4 <= len(line) <= 200 and not _MASKED.fullmatch(line) and not _VOLATILE.search(line)
    ]
    yield from (Contains(line) for line in whole[:3])


def _before(finding: Finding) -> Mapping[str, Any] | None:
    """The answer to the same request earlier in the proof: what changed since is what the proof shows."""
    last = finding.proof[-1]
    same = [
        step
        for step in finding.proof[:-1]
        if (step.method, step.url, step.identity, step.body) == (last.method, last.url, last.identity, last.body)
    ]
    value = json_of(same[-1].answer) if same else None
    return None if value is None else dict(leaves(value))


def _changed(found: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    return {
        pointer: value
        for pointer, value in found.items()
        if _is_steady(value) and (pointer not in before or before[pointer] != value)
    }


def _marked(finding: Finding, found: Mapping[str, Any]) -> dict[str, Any]:
    """Values that the assessment made up, or that were sent or seen before: of them it knows whose they are."""
    earlier = {_key(value) for step in finding.proof[:-1] for value in _seen(step)}
    sent = {_key(value) for _, value in leaves(json_of(finding.proof[-1].body))}
    return {
        pointer: value
        for pointer, value in found.items()
        if _is_steady(value) and ((isinstance(value, str) and _MARK in value) or _key(value) in earlier | sent)
    }


def _seen(step: Step) -> Iterator[Any]:
    for text in (step.body, step.answer):
        yield from (value for _, value in leaves(json_of(text)))


def _key(value: Any) -> str:
    """Booleans, numbers and empty texts are everywhere: they are no sign of one object."""
    return value if isinstance(value, str) and len(value) > 1 else f"\0{value!r}" if type(value) is int else "\0"


def _is_steady(value: Any) -> bool:
    if isinstance(value, str):
        return bool(value) and not _VOLATILE.fullmatch(value) and not _MASKED.fullmatch(value)
    return value is not None and not (isinstance(value, int | float) and abs(value) >= 1e9)
