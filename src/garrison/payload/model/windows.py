"""Where in a text the model looks: at windows of its line, and in long texts only where most signs are that are no letters.

How much is looked at grows with the text, up to a bound, and each window is judged alone: nothing that stands
elsewhere in a text makes a window look better.
"""

import re
from collections.abc import Iterator
from typing import Final

from garrison.payload.model.tokens import END, START, line_of

SIZE: Final = 32
"""Marks in a window."""
_STEP: Final = 16
_SHORT: Final = 1_024  # characters up to which a text is looked at as a whole
_PIECE: Final = 128
_PIECES: Final = 8  # of a text that is longer: those with most signs

_MARKS: Final = b"'\"<>;|`$\\(){}[]=&%*#/^~"


def is_harmless(text: str) -> bool:
    """Whether `text` has nothing that could leave a place: words, and apostrophes between them."""
    if "'" not in text:
        return _ONLY_WORDS.fullmatch(text) is not None
    return _WITH_APOSTROPHES.fullmatch(text) is not None


_ONLY_WORDS: Final = re.compile(r"[\w\s.,:!?@+-]*+")
_WITH_APOSTROPHES: Final = re.compile(r"(?:[\w\s.,:!?@+-]|(?<=[^\W\d_])'(?=[^\W\d_]))*+")


def windows_of(text: str) -> Iterator[tuple[str, str]]:
    """The coarse and fine lines of each window of `text`."""
    for part in _parts(text.lower()):
        coarse, fine = line_of(part)
        coarse, fine = START + coarse + END, START + fine + END
        for start in range(0, max(1, len(coarse) - _STEP), _STEP):
            yield coarse[start : start + SIZE], fine[start : start + SIZE]


def _parts(text: str) -> list[str]:
    if len(text) <= _SHORT:
        return [text]
    data = text.encode("latin-1", "replace")
    starts = range(0, min(len(data), 65_536), _PIECE)
    counts = [_PIECE - len(data[start : start + _PIECE].translate(None, _MARKS)) for start in starts]
    order = sorted(range(len(counts)), key=counts.__getitem__, reverse=True)[:_PIECES]
    return [text[max(0, each * _PIECE - 32) : (each + 1) * _PIECE + 32] for each in sorted(order)]
