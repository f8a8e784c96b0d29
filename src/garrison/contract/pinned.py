"""Pinned texts: where a schema says so exactly what a text is that nothing can be hidden in it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from garrison.contract.plain_pattern import is_plain
from garrison.contract.texts import Schema

_FORMATS: Final = frozenset({"uuid", "date", "date-time", "time", "duration", "ipv4", "ipv6", "hostname", "byte-size"})
"""Formats that are validated, and whose alphabet closes no context of any language."""
_SHORT: Final = 3
"""Longest text, in characters, that is too short to leave one place and say anything in another."""
_MAX_DEPTH: Final = 8


def pins_down(schema: Schema) -> bool:
    """Whether no valid value is a text, or every text that is valid is harmless wherever it goes."""
    return not schema.types() & {"object", "array"} and _holds_texts(schema, frozenset())


def _holds_texts(schema: Schema, within: frozenset[str]) -> bool:
    """Whether no text is valid that is not harmless; `within` are the definitions that this is asked within."""
    if "string" not in schema.types():
        return True
    value = schema.value
    if not isinstance(value, dict):
        return False
    name = value.get("$ref")
    if name is not None and name not in within and _holds_texts(schema.at(schema.book.lookup(name)), within | {name}):
        return True

    def hold(members: Iterable[Any]) -> Iterator[bool]:
        return (_holds_texts(schema.at(member), within) for member in members)

    return (
        _pins(value)
        or any(hold(value.get("allOf", ())))
        or any(all(hold(value[keyword])) for keyword in ("anyOf", "oneOf") if value.get(keyword))
        or all(hold(_branches(value)))
    )


def _branches(value: Mapping[str, Any]) -> tuple[Any, ...]:
    """Of which `if` chooses one for a text; anything where it does not."""
    if "if" not in value:
        return (True,)
    then = () if value["if"] == {"type": "null"} else (value.get("then", True),)
    return (*then, value.get("else", True))


def _pins(part: Mapping[str, Any]) -> bool:
    if "enum" in part or "const" in part or part.get("format") in _FORMATS:
        return True
    length, pattern = part.get("maxLength"), part.get("pattern")
    if isinstance(length, int) and length <= _SHORT:
        return True
    return isinstance(pattern, str) and is_plain(pattern)


class Pins(msgspec.Struct, frozen=True):
    """Which parts of a valid value are pinned down, from its root."""

    whole: bool = False
    properties: Mapping[str, "Pins"] = {}
    items: "Pins | None" = None
    silent: frozenset[str] = frozenset()
    """Those of its properties in whose values nothing is said that is not pinned down, however deep."""


NOTHING_PINNED: Final = Pins()


def pins_of(schema: Schema, depth: int = 0) -> Pins:
    """What of a value of `schema` is pinned down, to a depth that is bounded: schemas may hold themselves.

    Alternatives pin nothing down below them, for a value need not be of the one that pins it.
    """
    if depth >= _MAX_DEPTH or any("anyOf" in part or "oneOf" in part or "if" in part for part in schema.parts()):
        return Pins(pins_down(schema))
    types = schema.types()
    properties, silent = {}, set[str]()
    if "object" in types:
        for name, each in schema.properties().items():
            below = pins_of(each, depth + 1)
            if below != NOTHING_PINNED:
                properties[name] = below
            if _is_silent(each, below):
                silent.add(name)
    items = _items_of(schema, depth) if "array" in types else NOTHING_PINNED
    return Pins(pins_down(schema), properties, None if items == NOTHING_PINNED else items, frozenset(silent))


def _items_of(schema: Schema, depth: int) -> Pins:
    """What is pinned down of each item: nothing where the first ones have schemas of their own."""
    if any("prefixItems" in part for part in schema.parts()):
        return NOTHING_PINNED
    return pins_of(schema.items(), depth + 1)


def _is_silent(schema: Schema, pins: Pins) -> bool:
    if pins.whole:
        return True
    return (
        pins.items is not None and not schema.types() & {"string", "object"} and _is_silent(schema.items(), pins.items)
    )
