"""In which texts `decode` has something to undo: one look at all of them tells of most that there is nothing."""

import itertools
import re
import string
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

from garrison.payload.decoding import BASE64, compatible, unwrapped


def hidden_in(joined: str, texts: Sequence[str]) -> frozenset[int]:
    """The indexes of those of `texts` in which `decode` has something to undo, and now and then of another; `joined`:
    all of them, a NUL before and behind each."""
    if joined.count("\0") > len(texts) + 1:
        return frozenset(range(len(texts)))
    found = list(hiding(joined))
    if not found:
        return frozenset()
    starts = list(itertools.accumulate([len(text) + 1 for text in texts], initial=1))
    return frozenset([bisect_right(starts, place) - 1 for place in found])


def hiding(joined: str) -> Iterator[int]:
    """Places in texts that are joined, a NUL before and behind each: one at least in each that `decode` has something
    to undo in, and now and then one in another."""
    at = 0
    data = joined.encode("utf-8", "replace")
    marks = data.translate(None, _SAYS_NOTHING)
    sought = _HIDING if marks.translate(None, _FIRST_OF_FORMS) or b"0x" in data else _ALONE
    while found := sought.search(joined, at):
        at = found.end()
        if found[0] != "\0" or unwrapped(found[1]):
            yield at
            at = joined.find("\0", at)  # one place in each is enough
    if marks.translate(None, _FIRST_OF_ESCAPES) and compatible(joined) != joined:
        at = 0
        for text in joined.split("\0"):
            if not text.isascii():
                yield at
            at += len(text) + 1


_FIRST_OF_ESCAPES: Final = b"%&\\+;"
_FIRST_OF_FORMS: Final = bytes([0xC2, 0xCA, 0xE2, 0xE3, 0xEF, 0xF0])
"""Bytes with which everything begins that is undone, but for numbers (`0x`) and base64: escapes, and the UTF-8 of
compatibility forms and look-alikes."""
_SAYS_NOTHING: Final = bytes([code for code in range(256) if code not in _FIRST_OF_ESCAPES + _FIRST_OF_FORMS])
_DIGITS: Final = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
_LOW: Final = "".join(
    "[" + "".join(digit for code, digit in enumerate(_DIGITS) if not code & bit) + "]" for bit in (0x20, 0x08, 0x02)
)
"""Three digits of base64 with which each of three bytes is one of ASCII, whatever the fourth is."""
_TOLERANT: Final = 46
"""Characters of base64 from which on a byte among what they hide may be no text (`PRINTABLE`)."""
_ALONE: Final = re.compile(rf"\0(?=(?:[^\0]{{{_TOLERANT}}}|{_LOW}[^\0]{_LOW}))(?=({BASE64.pattern})\0)")
_HIDING: Final = re.compile(
    r"%(?:[0-9A-Fa-f]{2}|[uU][0-9A-Fa-f]{4}|%)|&(?:#[0-9xX]|[A-Za-z]{2,12};)|\\[uxUX0-7{]|\+[A-Za-z]"
    rf"|0x[0-9A-Fa-f]{{2}}0x|;base64,|{_ALONE.pattern}"
)  # of base64 only the border before it is taken: something else may be hidden in what only looks like it
