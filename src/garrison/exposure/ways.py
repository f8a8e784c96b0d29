"""The ways to what names subjects in a value: needed where items of a list are taken out, and looked for only then."""

from collections.abc import Iterator
from typing import Any

from garrison.contract.marks import Way
from garrison.exposure.fields import Field, Node
from garrison.exposure.walk import MAX_DEPTH
from garrison.identity.grants import as_name


def ways_to_subjects(field: Field, value: Any) -> Iterator[tuple[Way, str, str]]:
    """Way, kind and name of every subject that `value`, which `field` describes, names, in document order."""
    rest: list[tuple[Way, Field, Any]] = [((), field, value)]
    while rest:
        way, field, value = rest.pop()
        for at, item in enumerate(value) if isinstance(value, list) else ((None, value),):
            name = as_name(item)
            for who in field.whos if name else ():
                yield way if at is None else (*way, at), who.kind, name
        if field.node is not None and len(way) <= MAX_DEPTH:
            rest += reversed(list(_inside(field.node, way, value)))


def _inside(node: Node, way: Way, value: Any) -> Iterator[tuple[Way, Field, Any]]:
    if isinstance(value, list) and node.items is not None:
        for at, item in enumerate(value):
            yield (*way, at), node.items, item
    elif isinstance(value, dict):
        for name, item in value.items():
            field = node.names.get(name) or (None if name in node.others else node.more)
            if field is not None:
                yield (*way, name), field, item
