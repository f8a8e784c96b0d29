"""What texts look like that stood at one place: the narrowest of a few shapes that all of them have."""

import re
from typing import Final

import msgspec


class Shape(msgspec.Struct, frozen=True):
    """A form that a contract can demand."""

    name: str
    schema: str
    """How a contract says it: a value of that form is pinned down, and not inspected."""
    pattern: re.Pattern[str]


SHAPES: Final = tuple([
    Shape(name, schema, re.compile(pattern, re.ASCII))
    for name, schema, pattern in (
        ("integer", "type: integer", r"-?\d{1,18}"),
        ("uuid", "format: uuid", r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
        ("date", "format: date", r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"),
        (
            "date and time",
            "format: date-time",
            r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)",
        ),
        ("lower-case word", "pattern: '^[a-z_-]{1,64}$'", r"[a-z_-]{1,64}"),
        ("identifier", "pattern: '^[A-Za-z0-9_-]{1,128}$'", r"[A-Za-z0-9_-]{1,128}"),
    )
])  # fmt: skip
"""From the narrowest to the widest."""


def shapes_of(text: str) -> int:
    """Which of `SHAPES` the text has, as bits."""
    return sum(1 << index for index, shape in enumerate(SHAPES) if shape.pattern.fullmatch(text))


def narrowest(bits: int) -> Shape | None:
    """The narrowest of the shapes whose bits are set; None: texts of no one form."""
    return next((shape for index, shape in enumerate(SHAPES) if bits >> index & 1), None)
