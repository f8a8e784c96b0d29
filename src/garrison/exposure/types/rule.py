"""What tells one semantic type: names, formats and values; and how names are read."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, TypeAlias

import msgspec

MAX_NAME: Final = 200
"""Characters of a name that count: no field's is longer, and a hostile description must not cost more."""
MAX_VALUE: Final = 320
"""Characters of a value that is looked at: the longest e-mail address (RFC 5321, 4.5.3.1)."""

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_]+")


class Match(msgspec.Struct, frozen=True):
    """A value looks like one of a type."""

    via: str
    """Which of the type's kinds of values it is: `luhn`, `us.ssn`."""
    chance: float
    """How likely it is that a value of the same shape looks so by accident, 0 to 1: a check digit of ten has 0.1."""


Check: TypeAlias = Callable[[str], Match | None]
"""Looks at a value that is a text, or a whole number as text."""


class TypeRule(msgspec.Struct, frozen=True):
    """How one semantic type is told."""

    id: str
    """One of `core/semantics.py`."""
    names: re.Pattern[str]
    """Searched for in a name's words, joined by hyphens: `date-of-birth`."""
    formats: frozenset[str] = frozenset()
    """Values of `format` that say it."""
    check: Check | None = None
    """None where values of the type look like any others."""


@lru_cache(maxsize=8192)
def words(name: str) -> tuple[str, ...]:
    """The words of a name, lower case: `dateOfBirth`, `date_of_birth` and `DATE-OF-BIRTH` are the same."""
    return tuple([word.lower() for word in _WORD.findall(name[:MAX_NAME])])


def pattern(*alternatives: str, alone: tuple[str, ...] = ()) -> re.Pattern[str]:
    """Finds names that end with one of `alternatives`, or are one of `alone`, in the singular or with an `s`."""
    ends = "|".join(alternatives)
    whole = f"|^(?:{'|'.join(alone)})s?$" if alone else ""
    return re.compile(f"(?:^|-)(?:{ends})s?$" + whole)


def as_value(value: Any) -> str:
    """A value as the text that is looked at; empty for what is none."""
    if isinstance(value, bool):
        return ""
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else ""
    return value if isinstance(value, str) and len(value) <= MAX_VALUE else ""
