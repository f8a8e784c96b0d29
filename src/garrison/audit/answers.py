"""Answers: whether operations describe those that they will have to give, and what describes them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from garrison.audit.rule import Action, Fault
from garrison.audit.walk import Reading, Users
from garrison.contract.described import DescribedOperation
from garrison.contract.documents import Node

_TITLES: Final = {
    "400": "The request is not as described",
    "401": "Who asks is not proven",
    "403": "Who asks may not do this",
    "404": "There is no such object, or none that whoever asks may see",
    "429": "Too many requests",
    "500": "Something went wrong that whoever asks can do nothing about",
}
_PROBLEM: Final = {
    "type": "object",
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "maxLength": 2048},
        "title": {"type": "string", "maxLength": 1024},
        "status": {"type": "integer", "format": "int32", "minimum": 100, "maximum": 599},
        "detail": {"type": "string", "maxLength": 4096},
        "instance": {"type": "string", "format": "uri-reference", "maxLength": 2048},
    },
}
"""A problem (RFC 9457)."""
_HABIT: Final = 4
"""Operations from which on a fault of most is told once."""
RETRY_AFTER: Final = {
    "description": "Seconds to wait",
    "schema": {"type": "integer", "format": "int32", "minimum": 0, "maximum": 86400},
}
"""Header that says when to come again (RFC 9110, 10.2.3)."""


def describes(operation: DescribedOperation, statuses: Sequence[str], *, default_counts: bool = True) -> bool:
    """Whether the operation describes one of `statuses`: itself, as a range (`4XX`) or as `default`."""
    counted = {*statuses, *(f"{status[0]}XX" for status in statuses), *(["default"] if default_counts else [])}
    return any(answer.status in counted for answer in operation.responses)


def undescribed(
    reading: Reading,
    concerned: Iterable[DescribedOperation],
    statuses: Sequence[str],
    what: str,
    *,
    default_counts: bool = True,
) -> Iterator[Fault]:
    """Those of the operations that describe none of `statuses`: one fault each, or one for all where most lack it."""
    concerned = list(concerned)
    named = " or ".join(statuses) if len(statuses) < 4 else f"{statuses[0][0]}XX"
    faults = [
        Fault(each.node, f"no answer with {named} is described", reading.users(each), mends=adding(each, statuses[0]))
        for each in concerned
        if not describes(each, statuses, default_counts=default_counts)
    ]
    says = f"{len(faults)} of {len(concerned)} operations {what} describe no answer with {named}"
    yield from gathered(reading, faults, len(concerned), says)


def gathered(reading: Reading, faults: Sequence[Fault], concerned: int, says: str) -> Iterator[Fault]:
    """Faults of single operations; one for all where more than half of those concerned have it: it is a habit then."""
    if len(faults) < _HABIT or 2 * len(faults) <= concerned:
        yield from faults
        return
    users = 0
    for each in faults:
        users |= each.users
    place = reading.of_root("paths") or reading.description.root
    mends = tuple(action for each in faults for action in each.mends)
    yield Fault(place, says, Users(users), kind="all", mends=mends)


def answer(status: str) -> dict[str, Any]:
    """The description of an answer with this status."""
    described: dict[str, Any] = {
        "description": _TITLES[status],
        "content": {"application/problem+json": {"schema": _PROBLEM}},
    }
    if status == "429":
        described["headers"] = {"Retry-After": RETRY_AFTER}
    return described


def headers_of(operation: DescribedOperation) -> frozenset[str]:
    """The headers that any of its answers describes, lower case."""
    return frozenset(header.name for each in operation.responses for header in each.headers)


def adding(operation: DescribedOperation, status: str) -> tuple[Action, ...]:
    """The action that adds an answer with this status."""
    node: Node = operation.node
    if not isinstance(node.value.get("responses"), dict):
        return (Action(node.place, {"responses": {status: answer(status)}}),)
    return (Action(node.place.child("responses"), {status: answer(status)}),)
