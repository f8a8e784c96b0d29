"""Texts: how a schema's types say what a piece of text in a URL, header or form means.

Numbers count only in JSON's own spelling (RFC 8259, section 6): ` 1`, `+1`, `0x1`, `1_000` and `NaN` are read
differently by different servers, so they stay text and fail their schema. A text never fails here: what
cannot be what the schema wants is left as it is, and the schema says so.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import msgspec

Decode: TypeAlias = Callable[[str], Any]
"""Text to typed value."""

Lookup: TypeAlias = Callable[[str], Any]
"""The schema that a definition's name stands for."""

_ALL = frozenset({"string", "integer", "number", "boolean", "null", "array", "object"})
_MAX_DIGITS = 308
"""Digits of an integer: beyond it no double and no database column holds it, and Python's limit is near."""

_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,307})(\.[0-9]{1,308})?([eE][-+]?[0-9]{1,3})?")


class Book:
    """The schemas that names stand for, and what has been found out about them. For building only."""

    __slots__ = ("_types", "lookup")

    def __init__(self, lookup: Lookup) -> None:
        self.lookup = lookup
        self._types: dict[str, frozenset[str]] = {}

    def types(self, name: str) -> frozenset[str]:
        """The JSON types of the definition `name`."""
        if name not in self._types:
            self._types[name] = _ALL  # what a definition that contains itself knows of itself
            self._types[name] = Schema(self.lookup(name), self).types()
        return self._types[name]


class Schema(msgspec.Struct, frozen=True):
    """A schema to ask for types, items and properties, with the book that its references are looked up in."""

    value: Any
    book: Book

    def parts(self) -> "Iterator[dict[str, Any]]":
        """The schema itself and all that it consists of: references, members, alternatives."""
        rest, seen = [self.value], set[str]()
        while rest:
            value = rest.pop()
            if not isinstance(value, dict):
                continue
            yield value
            name = value.get("$ref")
            if name is not None and name not in seen:
                seen.add(name)
                rest.append(self.book.lookup(name))
            rest.extend(_inner(value))

    def at(self, value: Any) -> "Schema":
        """Another schema with the same references."""
        return Schema(value, self.book)

    def types(self) -> frozenset[str]:
        """The JSON types that a valid value can have. `number` implies `integer`."""
        value = self.value
        if value is False:
            return frozenset()
        if not isinstance(value, dict):
            return _ALL
        types = _own_types(value)
        if "$ref" in value:
            types &= self.book.types(value["$ref"])
        for member in value.get("allOf", ()):
            types &= self.at(member).types()
        for keyword in ("anyOf", "oneOf"):
            if value.get(keyword):
                types &= frozenset().union(*(self.at(member).types() for member in value[keyword]))
        if "else" in value and value.get("if") == {"type": "null"}:
            types &= self.at(value["else"]).types() | {"null"}
        return types

    @property
    def is_anything(self) -> bool:
        """Whether the schema says nothing about the type."""
        return self.types() == _ALL

    def items(self) -> "Schema":
        """The schema of an array's items."""
        return self.at(next((part["items"] for part in self.parts() if "items" in part), True))

    def properties(self) -> "Mapping[str, Schema]":
        """The declared properties of an object."""
        found: dict[str, Schema] = {}
        for part in self.parts():
            for name, value in part.get("properties", {}).items():
                found.setdefault(name, self.at(value))
        return found

    def additional(self) -> "Schema | None":
        """The schema of undeclared properties, where they are allowed in so many words; else None."""
        for part in self.parts():
            for keyword in ("additionalProperties", "unevaluatedProperties"):
                if part.get(keyword, False) is not False:
                    return self.at(part[keyword])
        return None


def decoder(schema: Schema) -> Decode:
    """What turns one text into a value of the schema's primitive types."""
    types = schema.types()
    decoders: list[Decode] = []
    if types == _ALL:
        return str
    if "integer" in types and "number" not in types:
        decoders.append(integer)
    if "number" in types:
        decoders.append(number)
    if "boolean" in types:
        decoders.append(boolean)
    if "null" in types and "string" not in types:
        decoders.append(null)
    if not decoders:
        return str
    return decoders[0] if len(decoders) == 1 else _first_of(tuple(decoders))


def integer(text: str) -> Any:
    """An integer in canonical spelling; any other text unchanged."""
    if text.isascii():
        if text.isdigit():
            if (text[0] != "0" or text == "0") and len(text) <= _MAX_DIGITS:
                return int(text)
        elif text[:1] == "-" and text[1:].isdigit() and text[1] != "0" and len(text) <= _MAX_DIGITS:
            return int(text)
    return text


def number(text: str) -> Any:
    """A number in JSON's spelling; any other text unchanged, as is one too large for a double."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return text
    if found[2] is None and found[3] is None:
        return int(text)
    value = float(text)
    return text if value in (float("inf"), float("-inf")) else value


def boolean(text: str) -> Any:
    """`true` or `false`; any other text unchanged."""
    return True if text == "true" else False if text == "false" else text


def null(text: str) -> Any:
    """`null` and the empty text; any other text unchanged."""
    return None if text in ("", "null") else text


def _first_of(decoders: tuple[Decode, ...]) -> Decode:
    def decode(text: str) -> Any:
        for each in decoders:
            value = each(text)
            if value is not text:
                return value
        return text

    return decode


def _inner(value: dict[str, Any]) -> Iterator[Any]:
    for keyword in ("allOf", "anyOf", "oneOf"):
        yield from value.get(keyword, ())
    for keyword in ("then", "else"):
        if keyword in value:
            yield value[keyword]


def _own_types(value: dict[str, Any]) -> frozenset[str]:
    declared = value.get("type")
    types = _ALL
    if declared is not None:
        types = frozenset([declared] if isinstance(declared, str) else declared)
        types = types | {"integer"} if "number" in types else types
    if "const" in value or "enum" in value:
        options = [value["const"]] if "const" in value else value["enum"]
        types &= frozenset(_type_of(option) for option in options)
    return types


def _type_of(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "integer" if value.is_integer() else "number"
    if value is None:
        return "null"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"
