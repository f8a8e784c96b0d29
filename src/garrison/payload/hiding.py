"""In which texts `decode` has something to undo: one look at all of them tells of most that there is nothing."""

import itertools
import re
import string
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final

from garrison.payload.decoding import compatible
from garrison.payload.digits import BASE64, FOLDED, in_digits, unwrapped
from garrison.payload.joined import Joined


def hidden_in(joined: Joined) -> frozenset[int]:
    """The indexes of those texts in which `decode` has something to undo, and now and then of another."""
    if not joined.is_parted:
        return frozenset(range(len(joined.texts)))
    text = joined.text
    is_folded = "\n" in text and _FOLDED.search(text) is not None
    if not is_folded and not _may_escape(joined) and text.isascii() and not _ALONE.search(text):
        return _NOTHING
    found = list(hiding(joined))
    if not found:
        return _NOTHING
    starts = list(itertools.accumulate([len(text) + 1 for text in joined.texts], initial=1))
    return frozenset([bisect_right(starts, place) - 1 for place in found])


_NOTHING: Final = frozenset[int]()


def hiding(joined: Joined) -> Iterator[int]:
    """Places in texts that are joined: one at least in each that `decode` has something to undo in, and now and then
    one in another."""
    text = joined.text
    at = 0
    sought = _HIDING if _may_escape(joined) else _ALONE
    while found := sought.search(text, at):
        at = found.end()
        if found[0] != "\0" or in_digits(found[1]) or unwrapped(found[1]):
            yield at
            at = text.find("\0", at)  # one place in each is enough
    if "\n" in text:
        yield from [found.end() for found in _FOLDED.finditer(text)]
    if not text.isascii() and joined.data.translate(None, _NO_FORMS) and compatible(text) != text:
        at = 0
        for each in text.split("\0"):
            if not each.isascii():
                yield at
            at += len(each) + 1


def _may_escape(joined: Joined) -> bool:
    """Whether anything is in the texts that escapes begin with."""
    text, signs = joined.text, joined.signs
    return "+" in text or "0x" in text or (signs != b"" and signs.translate(None, _NO_ESCAPES) != b"")


_NO_ESCAPES: Final = bytes([code for code in range(256) if code not in b"%&\\;"])
_NO_FORMS: Final = bytes([code for code in range(256) if code not in {0xC2, 0xCA, 0xE2, 0xE3, 0xEF, 0xF0}])
"""All but the bytes with which the UTF-8 of compatibility forms and look-alikes begins."""
_DIGITS: Final = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
_LOW: Final = "".join(
    "[" + "".join(digit for code, digit in enumerate(_DIGITS) if not code & bit) + "]" for bit in (0x20, 0x08, 0x02)
)
"""Three digits of base64 with which each of three bytes is one of ASCII, whatever the fourth is."""
_TOLERANT: Final = 46
"""Characters of base64 from which on a byte among what they hide may be no text (`PRINTABLE`)."""
_IN_DIGITS: Final = r"[0-8aA][0-9A-Fa-fxX]{15}"
"""How what is written in digits of sixteen begins."""
_ALONE: Final = re.compile(
    rf"\0(?=[A-Za-z0-9+/_-]{{8}})(?=[^\0]{{{_TOLERANT}}}|{_LOW}[^\0]{_LOW}|{_IN_DIGITS})(?=({BASE64.pattern})\0)"
)
_FOLDED: Final = re.compile(rf"\0(?={FOLDED.pattern}\0)")
_HIDING: Final = re.compile(
    r"%(?:[0-9A-Fa-f]{2}|[uU][0-9A-Fa-f]{4}|%)|&(?:#[0-9xX]|[A-Za-z]{2,12};)|\\[uxUX0-7{]|\+[A-Za-z]"
    rf"|0x[0-9A-Fa-f]{{2}}0x|;base64,|{_ALONE.pattern}"
)  # of base64 only the border before it is taken: something else may be hidden in what only looks like it
