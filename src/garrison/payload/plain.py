"""Plain characters: what most values are made of, and which signs a text of nothing else may show at all.

That is read off the signs' own patterns, so that a new sign is sought in every text that it could stand in.
"""

import functools
import re
import string
from typing import Final

PLAIN: Final = (string.ascii_letters + string.digits + "_ .,:@+-").encode() + bytes(range(0x80, 0x100))
"""Bytes of names, addresses of mail, numbers and words in any language, as UTF-8."""

_ALL: Final = b"\0" + PLAIN
"""And what stands between texts."""
_TOKEN: Final = re.compile(
    r"(?P<open>\((?:\?:)?)|(?P<close>\))|(?P<or>\|)|(?P<repeated>(?:[*+?]|\{\d+(?:,\d*)?\})\??)"
    r"|(?P<atom>\[(?:[^\]\\]|\\.)+\]|\\x[0-9a-fA-F]{2}|\\.|.)",
    re.DOTALL,
)


def may_be_plain(pattern: str) -> bool:
    """Whether a text of plain characters and borders may match `pattern`; False only where surely none does."""
    around: list[tuple[bool, bool]] = []
    # of the group that is read: whether an alternative before may, what was read of this one, and its last part
    other, before, last = False, True, True
    for token in _TOKEN.finditer(pattern):
        match token.lastgroup:
            case "open":
                around.append((other, before and last))
                other, before, last = False, True, True
            case "close":
                last = other or (before and last)
                other, before = around.pop()
            case "or":
                other, before, last = other or (before and last), True, True
            case "repeated":
                last = last or token[0].startswith(("*", "?", "{0"))
            case _:
                before, last = before and last, _is_plain(token[0])
    return other or (before and last)


@functools.cache
def _is_plain(atom: str) -> bool:
    return re.search(atom.encode(), _ALL, re.IGNORECASE | re.DOTALL) is not None


def with_any_digits(pattern: str) -> str:
    """`pattern` that matches each text, too, that differs in its digits from one that it matches, and maybe others."""
    return "".join(
        [
            _of_any_digit(token[0]) if token.lastgroup == "atom" and _tells_digits(token[0]) else token[0]
            for token in _TOKEN.finditer(pattern)
        ]
    )


def _of_any_digit(atom: str) -> str:
    if not atom.startswith("["):
        return r"\d"
    return "." if atom.startswith("[^") else f"{atom[:-1]}0-9]"


@functools.cache
def _tells_digits(atom: str) -> bool:
    """Whether it matches some digits and not others."""
    matches = [re.fullmatch(atom, digit, re.IGNORECASE | re.DOTALL) is not None for digit in string.digits]
    return any(matches) and not all(matches)
