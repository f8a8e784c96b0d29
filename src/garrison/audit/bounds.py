"""Bounds: whether a schema says how large a value may be, and what it might say."""

import re
from typing import Any, Final

from garrison.audit.rule import Action
from garrison.audit.walk import Field, Reading, Spot

_SHORT_FORMATS: Final = frozenset(
    {"date", "date-time", "time", "duration", "uuid", "ipv4", "ipv6", "hostname", "int32", "int64", "decimal"}
)
"""Formats whose values are short by themselves."""
FILES: Final = frozenset({"binary", "byte", "base64", "base64url"})
"""Formats of files."""
_UNBOUNDED: Final = re.compile(r"(?<!\\)[*+]|\{\d+,\}")
_RANGES: Final = {"int32": (-(2**31), 2**31 - 1)}
_SAFE: Final = (-(2**53) + 1, 2**53 - 1)
"""Whole numbers that every JSON reader keeps exactly (RFC 8259, 6)."""


def is_in_body(spot: Spot) -> bool:
    """Whether it was found in a body, and not in the URL or a header."""
    return spot.location.startswith("body")


def is_short(spot: Spot) -> bool:
    """Whether a string is bounded: by its length, its values, its format or its pattern."""
    if spot.number("maxLength") is not None or spot.is_chosen or spot.format in _SHORT_FORMATS:
        return True
    pattern = spot.said("pattern")
    return isinstance(pattern, str) and pattern.startswith("^") and pattern.endswith("$") and not _open(pattern)


def is_restricted(spot: Spot) -> bool:
    """Whether something says what a string looks like."""
    return spot.is_chosen or bool(spot.format) or isinstance(spot.said("pattern"), str)


def is_file(spot: Spot) -> bool:
    """Whether a string is the content of a file."""
    return spot.format in FILES or spot.said("contentEncoding") is not None or spot.said("contentMediaType") is not None


def lowest(spot: Spot) -> float | None:
    """The least number that is allowed, or above which it must be; None where there is none."""
    least = spot.number("minimum")
    return least if least is not None else spot.number("exclusiveMinimum")


def highest(spot: Spot) -> float | None:
    """The greatest number that is allowed, or below which it must be; None where there is none."""
    most = spot.number("maximum")
    return most if most is not None else spot.number("exclusiveMaximum")


def range_of(spot: Spot) -> dict[str, Any]:
    """Bounds for a whole number, as far as it has none."""
    low, high = _RANGES.get(spot.format, _SAFE)
    found: dict[str, Any] = {}
    if lowest(spot) is None:
        found["minimum"] = low
    if highest(spot) is None:
        found["maximum"] = max(high, int(lowest(spot) or 0))
    return found


def adding(spot: Spot, **keywords: Any) -> tuple[Action, ...]:
    """The action that adds keywords to a schema."""
    return (Action(spot.node.place, keywords),)


def marking(field: Field, **keywords: Any) -> tuple[Action, ...]:
    """The action that adds keywords to a property; none where other properties share its schema."""
    return adding(field.spot, **keywords) if field.is_own else ()


def stands_alone(reading: Reading, spot: Spot) -> bool:
    """Whether no other schema is built on this one, so that it can be closed."""
    is_part = spot.outer is not None and bool(spot.outer.fields)
    is_whole = len(spot.merged) == 1 and not spot.has_choices and spot.said("discriminator") is None
    return is_whole and not is_part and spot.node.place not in reading.shared


def _open(pattern: str) -> bool:
    return _UNBOUNDED.search(re.sub(r"\[[^\]]*\]", "c", pattern)) is not None
