"""Cures by what answers hold: fields that are taken out of them, header fields that they carry."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from garrison.core.finding import Finding
from garrison.core.patch import Patch
from garrison.patching.situation import Cure, Situation

_MASKED = "(secret)"
"""What stands in a proof instead of a secret."""
_TWO: Final = 2


def field(situation: Situation) -> Iterator[Patch]:
    """Take the field out of the operation's answers, at any depth."""
    if pointer := pointer_of(situation.finding):
        yield situation.patch(strip=(pointer,))


def secrets_shown(situation: Situation) -> Iterator[Patch]:
    """Take out of the operation's answers what the proof shows as a secret."""
    names = dict.fromkeys(name for step in situation.finding.proof[:1] for name in _secret(step.answer))
    if names:
        yield situation.patch(strip=tuple(f"/**/{name}" for name in names))


def alike(situation: Situation) -> Iterator[Patch]:
    """Take out of the operation's answers what tells the proof's two answers apart."""
    answers = [step for step in situation.finding.proof if step.status]
    if len(answers) < _TWO or answers[0].status != answers[1].status or not situation.match:
        return
    one, other = (_members(each.answer) for each in answers[:_TWO])
    apart = [name for name in {**one, **other} if one.get(name) != other.get(name)]
    if apart and one.keys() & other.keys():
        yield situation.patch(strip=tuple(f"/{name.replace('~', '~0').replace('/', '~1')}" for name in apart))


def _members(answer: str) -> dict[str, object]:
    """What stands in an answer that is an object; nothing of any other."""
    try:
        value = msgspec.json.decode(answer.encode("utf-8", "replace"))
    except (msgspec.DecodeError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _secret(answer: str) -> Iterator[str]:
    """Names of fields whose values a proof masks as secrets."""
    try:
        value = msgspec.json.decode(answer.encode("utf-8", "replace"))
    except (msgspec.DecodeError, ValueError, RecursionError):
        return
    rest = [value]
    while rest:
        one = rest.pop()
        rest.extend(one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
        yield from (str(name) for name, inner in (one.items() if isinstance(one, dict) else ()) if inner == _MASKED)


def pointer_of(finding: Finding) -> str:
    """The field of answers that a finding is about, at any depth; empty where it is about none."""
    kind, _, way = finding.location.partition("/")
    names = [step for step in way.replace(".", "/").split("/") if step and not step.isdigit() and step not in "[]*"]
    return f"/**/{names[-1]}" if kind in {"response", "answer"} and names else ""


def with_more(patch: Patch, others: Sequence[Finding]) -> Patch | None:
    """A patch that takes out what these findings are about as well; None where there is nothing more."""
    more = [each for each in map(pointer_of, others) if each and each not in patch.strip]
    return replace(patch, strip=(*patch.strip, *dict.fromkeys(more))) if patch.strip and more else None


def carrying(name: str, value: str) -> Cure:
    """Have answers carry a header field."""

    def cure(situation: Situation) -> Iterator[Patch]:
        yield situation.patch(headers={name: value})
        if situation.match:
            yield situation.patch(operation="", headers={name: value})

    return cure


def carrying_named(value: str) -> Cure:
    """Have all answers carry another value of the header field that the finding is about."""

    def cure(situation: Situation) -> Iterator[Patch]:
        kind, dot, name = situation.finding.location.partition(".")
        if kind == "answer" and dot:
            yield situation.patch(operation="", headers={name: value})

    return cure
