"""Open texts: where a schema takes any text, whatever its form, so that what usually stands there must be learned."""

from typing import Final

from garrison.contract.texts import Schema

_CLOSING: Final = ("pattern", "format", "enum", "const")
"""Keywords that say what a text looks like."""


_NO_IDS: Final = frozenset(
    {"uuid", "date", "date-time", "time", "email", "uri", "url", "byte", "binary", "ipv4", "ipv6"}
)
"""Formats of what is never counted up."""


def may_count(schema: Schema) -> bool:
    """Whether a value may be an id that is counted up: a whole number, or a text that ends in one."""
    if schema.types().isdisjoint({"string", "integer"}):
        return False
    return not any("enum" in part or "const" in part or part.get("format") in _NO_IDS for part in schema.parts())


def leaves_open(schema: Schema) -> bool:
    """Whether a value may be a text, and nothing says what it looks like."""
    if "string" not in schema.types():
        return False
    return not any(keyword in part for part in schema.parts() for keyword in _CLOSING)


def open_properties(schema: Schema) -> tuple[str, ...]:
    """The declared properties of an object that are such texts, always in the same order."""
    return tuple([name for name, each in schema.properties().items() if leaves_open(each)])
