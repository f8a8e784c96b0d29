"""Marks: where a schema carries an annotation of ours (`x-garrison-...`), and which parts of a value those are.

A mark counts wherever any schema that may apply to a value has it, alternatives included: what may be somebody's is
treated as somebody's. Schemas may refer to themselves, so marks form a graph, which a value is walked along; what leads
to no mark is left out of it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from garrison.contract.dialect import ANNOTATION as PREFIX

Lookup: TypeAlias = Callable[[str], Any]
"""The schema that a reference names."""

Way: TypeAlias = tuple[str | int, ...]
"""Names and indexes from the value's root."""

_SAME_VALUE = ("allOf", "anyOf", "oneOf", "if", "then", "else")
_MAX_DEPTH = 200
"""Values inside one another that are looked at; deeper ones are refused as too deep before."""


class Mark:
    """What stands at one place of a schema. A node of a graph: filled in once, then only read."""

    __slots__ = ("items", "marks", "more", "properties")

    def __init__(self) -> None:
        self.marks: dict[str, Any] = {}
        """Annotations of the value itself, by name without `x-garrison-`."""
        self.properties: dict[str, Mark] = {}
        self.items: Mark | None = None
        """What stands at each item of a list."""
        self.more: Mark | None = None
        """What stands at properties that have no node of their own."""

    def inner(self) -> Iterator["Mark"]:
        """The nodes of what is inside the value."""
        yield from self.properties.values()
        yield from [each for each in (self.items, self.more) if each is not None]


class Marks:
    """The marks of one schema."""

    __slots__ = ("names", "root")

    def __init__(self, root: Mark, names: frozenset[str]) -> None:
        self.root = root
        self.names = names
        """Every annotation that stands anywhere in it."""

    def find(self, value: Any, name: str) -> Iterator[tuple[Way, Any, Any]]:
        """Way, annotation and value of each part of `value` that is marked with `name`."""
        yield from _find(self.root, value, name, (), 0)

    def missing(self, value: Any, name: str) -> Iterator[Way]:
        """Ways to objects that have no value where the schema marks one with `name`."""
        yield from _missing(self.root, value, name, (), 0)


def marks_of(schema: Any, lookup: Lookup) -> Marks | None:
    """The marks of a converted `schema`; None where it has none."""
    drawing = _Drawing(lookup)
    root = drawing.node([schema])
    if not drawing.names:
        return None
    _prune(drawing.nodes.values())
    return Marks(root, frozenset(drawing.names))


class _Drawing:
    """The graph while it is drawn."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self.nodes: dict[frozenset[int], Mark] = {}
        """By the identities of all schemas that may apply together: of those there is a finite number of sets."""
        self.names: set[str] = set()

    def node(self, schemas: list[Any]) -> Mark:
        """The node of a value that all of `schemas` judge."""
        parts = list(_parts(schemas, self._lookup))
        key = frozenset(map(id, parts))
        if key not in self.nodes:
            node = self.nodes[key] = Mark()
            self._fill(node, parts)
        return self.nodes[key]

    def _fill(self, node: Mark, parts: list[dict[str, Any]]) -> None:
        inner: dict[str, list[Any]] = {}
        items: list[Any] = []
        more: list[Any] = []
        for part in parts:
            node.marks |= {key.removeprefix(PREFIX): value for key, value in part.items() if key.startswith(PREFIX)}
            for key, value in _mapping(part.get("properties")).items():
                inner.setdefault(key, []).append(value)
            prefix = part.get("prefixItems")
            items += [part.get("items"), *(prefix if isinstance(prefix, list) else ())]
            more += [part.get("additionalProperties"), *_mapping(part.get("patternProperties")).values()]
        self.names |= node.marks.keys()
        # A property with a node of its own may match a pattern as well.
        node.properties = {key: self.node([*found, *more]) for key, found in inner.items()}
        node.items = self.node(items) if any(isinstance(each, dict) for each in items) else None
        node.more = self.node(more) if any(isinstance(each, dict) for each in more) else None


def _prune(nodes: Iterable[Mark]) -> None:
    """Leave out what leads to no mark."""
    every = list(nodes)
    leading = {id(node) for node in every if node.marks}
    while grown := {id(node) for node in every if any(id(inner) in leading for inner in node.inner())} - leading:
        leading |= grown
    for node in every:
        node.properties = {key: inner for key, inner in node.properties.items() if id(inner) in leading}
        node.items = node.items if id(node.items) in leading else None
        node.more = node.more if id(node.more) in leading else None


def _parts(schemas: list[Any], lookup: Lookup) -> Iterator[dict[str, Any]]:
    """Every schema that may apply to the same value, each once."""
    rest, seen = list(schemas), set[int]()
    while rest:
        schema = rest.pop()
        if not isinstance(schema, dict) or id(schema) in seen:
            continue
        seen.add(id(schema))
        yield schema
        if isinstance(schema.get("$ref"), str):
            rest.append(lookup(schema["$ref"]))
        for keyword in _SAME_VALUE:
            found = schema.get(keyword)
            rest += found if isinstance(found, list) else [found]
        rest += _mapping(schema.get("dependentSchemas")).values()


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _find(node: Mark, value: Any, name: str, way: Way, depth: int) -> Iterator[tuple[Way, Any, Any]]:
    if name in node.marks:
        yield way, node.marks[name], value
    if depth < _MAX_DEPTH:
        for step, inner, item in _inside(node, value):
            yield from _find(inner, item, name, (*way, step), depth + 1)


def _missing(node: Mark, value: Any, name: str, way: Way, depth: int) -> Iterator[Way]:
    if isinstance(value, dict):
        for key, inner in node.properties.items():
            if name in inner.marks and value.get(key) is None:
                yield (*way, key)
    if depth < _MAX_DEPTH:
        for step, inner, item in _inside(node, value):
            yield from _missing(inner, item, name, (*way, step), depth + 1)


def _inside(node: Mark, value: Any) -> Iterator[tuple[str | int, Mark, Any]]:
    if isinstance(value, dict) and (node.properties or node.more is not None):
        for key, item in value.items():
            inner = node.properties.get(key, node.more)
            if inner is not None:
                yield key, inner, item
    elif isinstance(value, list) and node.items is not None:
        for index, item in enumerate(value):
            yield index, node.items, item
