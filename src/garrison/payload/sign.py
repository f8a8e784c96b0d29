"""Signs: patterns that are looked for in every inspected text at once, and what each says."""

import re
from collections.abc import Callable
from typing import Final, TypeAlias

import msgspec

ENOUGH = 10
"""Weight at which a text is objected to: one sign of this weight, or several that add up to it."""

Confirm: TypeAlias = Callable[[str, int], bool]
"""Reads a text by the grammar of a language near the place (end of the match) where a sign was found."""


class Sign(msgspec.Struct, frozen=True):
    """One pattern.

    `^` at its beginning and `$` at its end stand for the text's own ends, space around them left aside. Patterns are
    those of Hyperscan, matched byte by byte and whatever the case: no look-around, no references back.
    """

    name: str
    """Kebab-case, unique within its class."""
    pattern: str
    weight: int = ENOUGH
    confirm: Confirm | None = None
    """Asked before the sign counts; None where the pattern says it all."""


class PayloadClass(msgspec.Struct, frozen=True):
    """What an injected text would break into."""

    id: str
    """Kebab-case; the reason that names it is `payload-ID`."""
    title: str
    signs: tuple[Sign, ...]
    tags: tuple[str, ...] = ()


def loose(pattern: str) -> str:
    """`pattern` with each end of the text that it asks for (`^`, `$`) taken for an end of a word.

    For what says enough by itself, so that it is found in the midst of other text, too.
    """
    return _START.sub(r"[\\x00\\s]", pattern.removesuffix("$")) + (r"[\s\x00]" if pattern.endswith("$") else "")


_START: Final = re.compile(r"(?<![\[\\])\^")


def words(text: str) -> str:
    """The alternatives of a pattern, from words between spaces."""
    return "(?:" + "|".join(text.split()) + ")"
