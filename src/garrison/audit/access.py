"""Access: what operations demand of who asks, as their `security` says."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from garrison.audit.walk import Reading, Users
from garrison.contract.described import DescribedOperation
from garrison.contract.documents import Node


class Demand(msgspec.Struct, frozen=True, eq=False):
    """One `security` list, with all operations for which it holds."""

    node: Node
    """The list; the operation or the description where it is missing."""
    alternatives: tuple[Mapping[str, tuple[str, ...]], ...]
    """Any one of them is enough; each names schemes, with scopes, all of which are needed."""
    users: Users
    is_own: bool
    """Whether it stands with one operation, and not for all."""


def is_open(operation: DescribedOperation) -> bool:
    """Whether nothing is demanded: no `security`, or an empty one."""
    return not operation.security


def is_optional(operation: DescribedOperation) -> bool:
    """Whether one way to satisfy its `security` is to prove nothing."""
    return any(not alternative for alternative in operation.security or ())


def demands_nothing(reading: Reading) -> bool:
    """Whether no operation of the description demands anything."""
    return all(is_open(operation) for operation in reading.operations)


def protected(reading: Reading) -> list[DescribedOperation]:
    """The operations that demand something."""
    return [each for each in reading.operations if not is_open(each) and not is_optional(each)]


def demands(reading: Reading) -> Iterator[Demand]:
    """Every `security` list, the one for all operations once."""
    everywhere = []
    for operation in reading.operations:
        if isinstance(operation.node.value.get("security"), list):
            place = operation.node.place.child("security")
            node = Node(place, operation.node.value["security"])
            yield Demand(node, tuple(operation.security or ()), reading.users(operation), is_own=True)
        else:
            everywhere.append(operation)
    node_of_all = reading.of_root("security")
    if everywhere and node_of_all is not None and isinstance(node_of_all.value, list):
        security = everywhere[0].security or ()
        yield Demand(node_of_all, tuple(security), reading.users(*everywhere), is_own=False)


def scopes_of(operation: DescribedOperation) -> frozenset[str]:
    """Every scope that one of its alternatives names."""
    return frozenset(
        scope for alternative in operation.security or () for scopes in alternative.values() for scope in scopes
    )


def always_scoped(operation: DescribedOperation) -> bool:
    """Whether each of its alternatives demands a scope."""
    return bool(operation.security) and all(any(one.values()) for one in operation.security or ())


def comparable(operation: DescribedOperation) -> Any:
    """What it demands, as a value that can be compared with another's."""
    return frozenset(
        frozenset((name, frozenset(scopes)) for name, scopes in alternative.items())
        for alternative in operation.security or ()
    )
