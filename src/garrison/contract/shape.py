"""Shapes: which properties of a value its schema declares, and which nobody declared or allowed.

A property is declared where any schema that applies to the value names it under `properties` or matches it by
`patternProperties`; it is allowed where one has `additionalProperties` or `unevaluatedProperties` that are
not false. A schema that describes no properties at all leaves its objects free: `type: object` alone is the
usual way to say "any object". Of alternatives (`oneOf`, `anyOf`, `if`) those apply under which the value is
valid.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import jsonschema_rs
import msgspec

from garrison.contract.texts import Lookup

_MAX_PARTS = 200
"""Schemas that may apply to one value at once."""

_CONDITIONAL = ("anyOf", "oneOf", "if", "dependentSchemas")
"""Keywords under which the value decides what applies to it."""

_MAX_DEPTH = 200
"""Levels of a value that are followed. A schema that holds itself declares nothing further down: who may write what
nests any number of levels would else choose what is looked at."""

MAX_UNDECLARED = 1000
"""Undeclared properties that are listed for one body."""


_Schemas: TypeAlias = tuple[Any, ...]
"""Schemas that apply to one value together. None at all: everything is allowed."""

_Way: TypeAlias = "tuple[_Way, str | int] | None"
"""Where a value stands: its parent's way and its own name or index. Made into text only where it is told."""


class _Names(msgspec.Struct, frozen=True):
    """What all the schemas that apply to an object or a list say of what is in it."""

    properties: Mapping[str, _Schemas]
    patterns: tuple[tuple[str, Any], ...]
    more: _Schemas
    """Schemas of properties that are not declared by name."""
    is_open: bool
    """Whether properties that are not declared by name are allowed."""
    prefix: tuple[_Schemas, ...]
    """Schemas of the first items of a list."""
    items: _Schemas
    """Schemas of the items after those."""


class Shape:
    """The declared shape of one schema's values. What it compiles it keeps; that is its only state."""

    __slots__ = ("_compile", "_known", "_lookup", "_patterns", "_schema", "_validators")

    def __init__(self, schema: Any, lookup: Lookup, compile_schema: Callable[[Any], jsonschema_rs.Validator]) -> None:
        self._schema = schema
        self._lookup = lookup
        self._compile = compile_schema
        self._validators: dict[int, tuple[Any, jsonschema_rs.Validator]] = {}
        self._patterns: dict[str, jsonschema_rs.Validator] = {}
        self._known: dict[tuple[int, ...], tuple[_Schemas, _Names | None]] = {}
        """By the identity of schemas, which are kept beside: what they say, None where the value decides."""

    def undeclared(self, value: Any) -> tuple[str, ...]:
        """Pointers of the undeclared properties of `value`, without a leading slash."""
        return self.strip(value)[1]

    def strip(self, value: Any) -> tuple[Any, tuple[str, ...]]:
        """`value` without its undeclared properties, and their pointers; `value` itself where it has none."""
        found: list[_Way] = []
        stripped = self._walk(value, (self._schema,), None, found, depth=0)
        return stripped, tuple(map(_pointer, found[:MAX_UNDECLARED]))

    def _walk(self, value: Any, schemas: _Schemas, way: _Way, found: list[_Way], *, depth: int) -> Any:
        """`value` stripped; the ways to what was taken from it are added to `found`."""
        if not schemas or not isinstance(value, (dict, list)):
            return value
        if depth == _MAX_DEPTH:
            found += [(way, step) for step in (value if isinstance(value, dict) else range(len(value)))]
            return type(value)() if value else value
        names = self._names(value, schemas)
        if isinstance(value, dict):
            return self._walk_object(value, names, way, found, depth=depth)
        return self._walk_list(value, names, way, found, depth=depth)

    def _walk_object(
        self, value: dict[str, Any], names: _Names, way: _Way, found: list[_Way], *, depth: int
    ) -> dict[str, Any]:
        changed: dict[str, Any] | None = None
        for name, item in value.items():
            schemas = names.properties.get(name, ())
            if names.patterns:
                schemas += tuple(schema for pattern, schema in names.patterns if self._matches(pattern, name))
            if not schemas:
                if not names.is_open:
                    found.append((way, name))
                    changed = dict(value) if changed is None else changed
                    del changed[name]
                    continue
                schemas = names.more
            if isinstance(item, (dict, list)):
                stripped = self._walk(item, schemas, (way, name), found, depth=depth + 1)
                if stripped is not item:
                    changed = dict(value) if changed is None else changed
                    changed[name] = stripped
        return value if changed is None else changed

    def _walk_list(self, value: list[Any], names: _Names, way: _Way, found: list[_Way], *, depth: int) -> list[Any]:
        count = len(names.prefix)
        before, below = len(found), depth + 1
        stripped = [
            self._walk(item, names.items if index >= count else names.prefix[index], (way, index), found, depth=below)
            for index, item in enumerate(value)
        ]
        return value if len(found) == before else stripped

    def _names(self, value: Any, schemas: _Schemas) -> _Names:
        """What `schemas` say of what is in `value`."""
        key = tuple(map(id, schemas))
        known = self._known.get(key)
        if known is not None and known[1] is not None:
            return known[1]
        parts = self._parts(value, schemas)
        names = _merged(parts)
        is_fixed = known is None and not any(keyword in part for part in parts for keyword in _CONDITIONAL)
        self._known.setdefault(key, (schemas, names if is_fixed else None))
        return names

    def _parts(self, value: Any, schemas: _Schemas) -> list[dict[str, Any]]:
        """Every schema that applies to `value`, references and chosen alternatives included."""
        parts: list[dict[str, Any]] = []
        rest, seen = list(schemas), set[str]()
        while rest and len(parts) < _MAX_PARTS:
            schema = rest.pop()
            if not isinstance(schema, dict):
                continue
            parts.append(schema)
            reference = schema.get("$ref")
            if isinstance(reference, str) and reference not in seen:
                seen.add(reference)
                rest.append(self._lookup(reference))
            rest.extend(schema.get("allOf", ()))
            for keyword in ("anyOf", "oneOf"):
                rest.extend(self._chosen(value, schema.get(keyword, ())))
            if "if" in schema:
                branch = "then" if self._fits(schema["if"], value) else "else"
                rest.append(schema.get(branch))
            if isinstance(value, dict):
                dependent = schema.get("dependentSchemas", {})
                rest.extend(inner for name, inner in dependent.items() if name in value)
        return parts

    def _chosen(self, value: Any, alternatives: Any) -> list[Any]:
        """The alternatives under which `value` is valid; all of them where it is valid under none."""
        chosen = [each for each in alternatives if self._fits(each, value)]
        return chosen or list(alternatives)

    def _matches(self, pattern: str, name: str) -> bool:
        if pattern not in self._patterns:
            self._patterns[pattern] = self._compile({"pattern": pattern})
        return _is_valid(self._patterns[pattern], name)

    def _fits(self, schema: Any, value: Any) -> bool:
        key = id(schema)
        if key not in self._validators:
            # The schema is kept beside its validator so that its identity stays its own.
            self._validators[key] = (schema, self._compile(schema))
        return _is_valid(self._validators[key][1], value)


def _is_valid(validator: jsonschema_rs.Validator, value: Any) -> bool:
    try:
        return validator.is_valid(value)
    except ValueError:
        return False  # holds what the validator cannot read: a lone surrogate


def _merged(parts: list[dict[str, Any]]) -> _Names:
    properties: dict[str, _Schemas] = {}
    patterns: list[tuple[str, Any]] = []
    more: list[Any] = []
    is_described = False
    for part in parts:
        for name, schema in part.get("properties", {}).items():
            properties[name] = (*properties.get(name, ()), schema)
        patterns.extend(part.get("patternProperties", {}).items())
        for keyword in ("additionalProperties", "unevaluatedProperties"):
            is_described = is_described or keyword in part
            if part.get(keyword, False) is not False:
                more.append(part[keyword])
    is_described = is_described or bool(properties) or bool(patterns)
    length = max((len(part.get("prefixItems", ())) for part in parts), default=0)
    return _Names(
        properties=properties,
        patterns=tuple(patterns),
        more=tuple(more),
        is_open=bool(more) or not is_described,
        prefix=tuple(_item_schemas(parts, index) for index in range(length)),
        items=_item_schemas(parts, length),
    )


def _item_schemas(parts: list[dict[str, Any]], index: int) -> _Schemas:
    """The schemas of a list's item at `index`."""
    found = []
    for part in parts:
        prefix = part.get("prefixItems", ())
        if index < len(prefix):
            found.append(prefix[index])
        elif "items" in part:
            found.append(part["items"])
        elif "unevaluatedItems" in part:
            found.append(part["unevaluatedItems"])
    return tuple(found)


def _pointer(way: _Way) -> str:
    steps = []
    while way is not None:
        way, step = way
        steps.append(str(step).replace("~", "~0").replace("/", "~1"))
    return "/".join(reversed(steps))
