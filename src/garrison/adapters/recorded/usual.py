"""What recorded requests propose: exceptions of `payload` for what is usual at a place, as an operator accepts them."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import msgspec

from garrison.adapters.recorded.texts import Held, Seen, Texts
from garrison.config.inspected import UsualSettings
from garrison.core.counted import counted
from garrison.core.operation import UNDESCRIBED

LEAST_EXCHANGES: Final = 3
"""Exchanges in which signs of one class must have stood at one place before they are called usual there."""
LEAST_CLIENTS: Final = 2
"""Clients that they must have come from: what one alone sends may be what one alone tries."""
LEAST_OF_A_SHAPE: Final = 20
"""Texts that must all have had one form before a contract is asked to demand it."""

Known = Callable[[str], tuple[UsualSettings, ...]]
"""What is usual by the settings in force for an operation."""


class Proposal(msgspec.Struct, frozen=True):
    """Signs of one class that are usual at one place."""

    operation: str
    place: str
    kind: str
    signs: tuple[str, ...]
    exchanges: int
    """Exchanges in which texts held them."""
    of: int
    """Exchanges in which texts stood there."""
    clients: int
    evidence: str
    examples: tuple[str | int, ...]

    @property
    def is_usual(self) -> bool:
        """Whether enough exchanges of enough clients held them; otherwise it is shown and not proposed."""
        return self.exchanges >= LEAST_EXCHANGES and self.clients >= LEAST_CLIENTS and self.operation != UNDESCRIBED


class Typing(msgspec.Struct, frozen=True):
    """A place whose texts had one form, which the contract does not demand."""

    operation: str
    place: str
    texts: int
    shape: str
    schema: str
    """What the contract would say."""


def proposals(texts: Texts) -> list[Proposal]:
    """What was found at each place, what most texts held first."""
    found = [
        _proposal(operation, place, held, kind, seen)
        for operation, places in texts.operations.items()
        for place, held in places.items()
        for kind, seen in held.seen.items()
    ]
    return sorted(found, key=lambda each: (not each.is_usual, -each.exchanges, each.operation, each.place, each.kind))


def typings(texts: Texts) -> list[Typing]:
    """Places that the contract could pin down: parameters and properties of described operations."""
    return [
        Typing(operation, place, held.texts, held.shape.name, held.shape.schema)
        for operation, places in sorted(texts.operations.items())
        if operation != UNDESCRIBED
        for place, held in sorted(places.items())
        if held.texts >= LEAST_OF_A_SHAPE and held.shape is not None and place.startswith(("path.", "query.", "body/"))
    ]


def written(found: Iterable[Proposal], known: Known) -> str:
    """The proposals as a part of garrison.yaml, evidence beside each; what is only shown is commented out.

    What `known` has for an operation stands in it as well: an operation's own list takes the place of all others.
    """
    by_operation: dict[str, list[Proposal]] = {}
    for each in found:
        if each.operation != UNDESCRIBED:
            by_operation.setdefault(each.operation, []).append(each)
    lines = [
        "# Proposed from recorded traffic: look each through before it goes into garrison.yaml. What is named here",
        "# counts for nothing at that place; commented out is what too few exchanges or clients held to be usual.",
    ]
    usual = {name: own for name, own in by_operation.items() if any(each.is_usual for each in own)}
    lines.append("operations:" if usual else "operations: []")
    for name, own in usual.items():
        lines += _block(name, own, known(name))
    for name, own in by_operation.items():
        if name not in usual:
            lines += [f"#{line}" for line in _block(name, own, known(name), is_whole=True)]
    return "\n".join(lines) + "\n"


def _proposal(operation: str, place: str, held: Held, kind: str, seen: Seen) -> Proposal:
    return Proposal(
        operation,
        place,
        kind,
        tuple(sorted(seen.signs)),
        seen.exchanges,
        held.exchanges,
        len(seen.clients),
        seen.evidence,
        tuple(seen.examples),
    )


def _block(
    name: str, own: Iterable[Proposal], before: Iterable[UsualSettings], *, is_whole: bool = False
) -> Iterator[str]:
    """One operation's entry; `is_whole` leaves nothing in it commented out."""
    yield from (f"  - match: {json.dumps(name)}", "    controls:", "      payload:", "        usual:")
    yield from (f"          - {json.dumps(entry(each))}" for each in before)
    for each in own:
        yield from _entry(each, is_said=is_whole or each.is_usual)


def _entry(each: Proposal, *, is_said: bool) -> Iterator[str]:
    example = json.dumps(str(each.examples[0]))
    whole, clients = counted(each.of, "exchange"), counted(each.clients, "client")
    yield f"          # {each.exchanges:,} of {whole}, from {clients}; for example {example}:"
    yield f"          # {each.evidence}"
    told = f"{{place: {json.dumps(each.place)}, class: {each.kind}, signs: [{', '.join(each.signs)}]}}"
    yield f"          {'' if is_said else '# '}- {told}"


def entry(each: UsualSettings) -> dict[str, Any]:
    """As it stands in garrison.yaml."""
    told = msgspec.to_builtins(each)
    return {key: list(value) if isinstance(value, tuple) else value for key, value in told.items() if value}
