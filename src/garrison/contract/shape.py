"""Shapes: which properties of a value its schema declares, and which nobody declared or allowed.

A property is declared where any schema that applies to the value names it under `properties` or matches it by
`patternProperties`; it is allowed where one has `additionalProperties` or `unevaluatedProperties` that are
not false. A schema that describes no properties at all leaves its objects free: `type: object` alone is the
usual way to say "any object". Of alternatives (`oneOf`, `anyOf`, `if`) those apply under which the value is
valid.
"""

import re
from collections.abc import Callable
from typing import Any

import jsonschema_rs
import msgspec

from garrison.contract.texts import Lookup

_MAX_PARTS = 200
"""Schemas that may apply to one value at once."""

MAX_UNDECLARED = 1000
"""Undeclared properties that are listed for one body."""


class _Names(msgspec.Struct, frozen=True):
    """What all the schemas that apply to an object say of its properties."""

    properties: dict[str, list[Any]]
    patterns: tuple[tuple[re.Pattern[str], Any], ...]
    more: tuple[Any, ...]
    """Schemas of properties that are not declared by name."""
    is_open: bool
    """Whether properties that are not declared by name are allowed."""


class Shape:
    """The declared shape of one schema's values. What it compiles it keeps; that is its only state."""

    __slots__ = ("_compile", "_lookup", "_schema", "_validators")

    def __init__(
        self, schema: Any, lookup: Lookup, compile_schema: Callable[[Any], jsonschema_rs.Validator]
    ) -> None:
        self._schema = schema
        self._lookup = lookup
        self._compile = compile_schema
        self._validators: dict[int, tuple[Any, jsonschema_rs.Validator]] = {}

    def undeclared(self, value: Any) -> tuple[str, ...]:
        """Pointers of the undeclared properties of `value`, without a leading slash."""
        found: list[str] = []
        self._walk(value, [self._schema], "", found)
        return tuple(found[:MAX_UNDECLARED])

    def strip(self, value: Any) -> tuple[Any, tuple[str, ...]]:
        """`value` without its undeclared properties, and their pointers."""
        found: list[str] = []
        stripped = self._walk(value, [self._schema], "", found)
        return (stripped if found else value), tuple(found)

    def _walk(self, value: Any, schemas: list[Any], pointer: str, found: list[str]) -> Any:
        """`value` stripped; the pointers of what was taken away are added to `found`."""
        if isinstance(value, dict):
            parts = self._parts(value, schemas)
            return self._walk_object(value, _names(parts), pointer, found)
        if isinstance(value, list):
            parts = self._parts(value, schemas)
            return [
                self._walk(item, _item_schemas(parts, index), f"{pointer}{index}/", found)
                for index, item in enumerate(value)
            ]
        return value

    def _walk_object(self, value: dict[str, Any], names: _Names, pointer: str, found: list[str]) -> Any:
        stripped = {}
        for name, item in value.items():
            here = pointer + name.replace("~", "~0").replace("/", "~1")
            schemas = list(names.properties.get(name, ()))
            schemas += [schema for pattern, schema in names.patterns if pattern.search(name)]
            if not schemas:
                if not names.is_open:
                    found.append(here)
                    continue
                schemas = list(names.more)
            is_inner = isinstance(item, (dict, list))
            stripped[name] = self._walk(item, schemas, here + "/", found) if is_inner else item
        return stripped

    def _parts(self, value: Any, schemas: list[Any]) -> list[dict[str, Any]]:
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
                branch = "then" if self._validator(schema["if"]).is_valid(value) else "else"
                rest.append(schema.get(branch))
            if isinstance(value, dict):
                dependent = schema.get("dependentSchemas", {})
                rest.extend(inner for name, inner in dependent.items() if name in value)
        return parts

    def _chosen(self, value: Any, alternatives: Any) -> list[Any]:
        """The alternatives under which `value` is valid; all of them where it is valid under none."""
        chosen = [each for each in alternatives if self._validator(each).is_valid(value)]
        return chosen or list(alternatives)

    def _validator(self, schema: Any) -> jsonschema_rs.Validator:
        key = id(schema)
        if key not in self._validators:
            # The schema is kept beside its validator so that its identity stays its own.
            self._validators[key] = (schema, self._compile(schema))
        return self._validators[key][1]


def _names(parts: list[dict[str, Any]]) -> _Names:
    properties: dict[str, list[Any]] = {}
    patterns = []
    more = []
    described = False
    for part in parts:
        for name, schema in part.get("properties", {}).items():
            properties.setdefault(name, []).append(schema)
        for pattern, schema in part.get("patternProperties", {}).items():
            patterns.append((_pattern(pattern), schema))
        for keyword in ("additionalProperties", "unevaluatedProperties"):
            if keyword in part:
                described = True
                if part[keyword] is not False:
                    more.append(part[keyword])
    described = described or bool(properties) or bool(patterns)
    return _Names(properties, tuple(patterns), tuple(more), bool(more) or not described)


def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _item_schemas(parts: list[dict[str, Any]], index: int) -> list[Any]:
    found = []
    for part in parts:
        prefix = part.get("prefixItems", ())
        if index < len(prefix):
            found.append(prefix[index])
        elif "items" in part:
            found.append(part["items"])
        elif "unevaluatedItems" in part:
            found.append(part["unevaluatedItems"])
    return found
