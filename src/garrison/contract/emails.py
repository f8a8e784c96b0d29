"""Emails: nearly every address is a plain one, and a pattern tells that in a quarter of the time of the format `email`.

What the format takes is not changed: whatever the pattern does not know is still left to it.
"""

from typing import Any, Final

PLAIN: Final = r"^[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+[A-Za-z]+$"
"""An address (RFC 5321, 4.1.2) of dots, letters, digits and three more signs, as nearly all are."""
LONGEST: Final = 64
"""Characters up to which no part of it can be too long (RFC 5321, 4.5.3.1)."""

_DATA: Final = frozenset({"const", "enum"})
"""Keywords whose values are no schemas."""


def told_by_pattern(schema: Any) -> Any:
    """`schema` with the format `email` only where an address is no plain one: it accepts and refuses the same."""
    if isinstance(schema, list):
        return [told_by_pattern(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    told = {key: value if key in _DATA else told_by_pattern(value) for key, value in schema.items()}
    if told.get("format") == "email":
        del told["format"]
        choice = {"if": {"maxLength": LONGEST, "pattern": PLAIN}, "else": {"format": "email"}}
        if told.keys().isdisjoint({"if", "then", "else"}):
            return {**told, **choice}
        return {**told, "allOf": [*told.get("allOf", ()), choice]}
    return told
