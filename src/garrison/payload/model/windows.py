"""Where in a text the model looks: at windows of its line, and in long texts only where most signs are.

How much is looked at grows with the text, up to a bound, and each window is judged alone: nothing that stands
elsewhere in a text makes a window look better.
"""

import re
from typing import Final

import msgspec

from garrison.payload.model.tokens import END, START, line_of

SIZE: Final = 32
"""Marks in a window."""
_STEP: Final = 16
_SHORT: Final = 640  # characters up to which a text is looked at as a whole
_PIECE: Final = 128
_PIECES: Final = 3  # of a text that is longer, those with most signs; and
_FOR_EACH: Final = 4_096  # one more for each so many characters
_MOST: Final = 5  # windows, and
_FOR_ONE_MORE: Final = 2_048  # one more for each so many characters
_BESIDE: Final = 32  # characters before and behind a piece that are looked at with it
_FARTHEST: Final = 131_072  # characters of a text behind which nothing is looked at

_MARKS: Final = b"'\"<>;|`$\\(){}[]=&%*#/^~"


_WORDS: Final = re.compile(r"[\w\s.,:!?@+-]*+")
_APOSTROPHES: Final = re.compile(r"(?:[\w\s.,:!?@+-]|(?<=[^\W\d_])'(?=[^\W\d_]))*+")
_AGENT: Final = re.compile(r"[A-Za-z][\w.-]*/\d[\w.+-]*(?: [\w.+-]+/[\w.+-]+| \([\w .;:,/+-]*\))*+")
_ADDRESS: Final = re.compile(
    r"(?:https?://\w[\w.:-]*)?(?:/?[\w~@:,+-][\w.~@:,+-]*+)?(?:/[\w~@:,+-][\w.~@:,+-]*+)*+/?(?:\?[\w.~@:,+&=/-]*)?(?:#[\w/-]*)?"
)


def is_harmless(text: str) -> bool:
    """Whether `text` has nothing by which it could leave a place: words with apostrophes in them, names of programs
    with their versions, plain addresses."""
    if _WORDS.fullmatch(text):
        return True
    if "'" in text:
        return _APOSTROPHES.fullmatch(text) is not None
    return _ADDRESS.fullmatch(text) is not None or _AGENT.fullmatch(text) is not None


class Window(msgspec.Struct, frozen=True):
    """A part of a text's line."""

    coarse: str
    fine: str
    places: list[int]
    """Where in the text each of its marks begins."""


def windows_of(text: str) -> list[Window]:
    """Windows of `text`; where they are many, those in which marks differ most."""
    found: list[Window] = []
    for start, part in _parts(text.lower()):
        line = line_of(part)
        coarse, fine = START + line.coarse + END, START + line.fine + END
        places = [start, *[start + each for each in line.places], start + len(part)]
        found += [
            Window(coarse[at : at + SIZE], fine[at : at + SIZE], places[at : at + SIZE])
            for at in range(0, max(1, len(coarse) - _STEP), _STEP)
        ]
    most = _MOST + min(len(text), _FARTHEST) // _FOR_ONE_MORE
    return found if len(found) <= most else sorted(found, key=_variety, reverse=True)[:most]


def _variety(window: Window) -> int:
    return len(set(window.fine))


def _parts(text: str) -> list[tuple[int, str]]:
    """What is looked at, each part behind where it begins."""
    if len(text) <= _SHORT:
        return [(0, text)]
    data = text[:_FARTHEST].encode("latin-1", "replace")
    begins = range(0, len(data), _PIECE)
    counts = [len(data[at : at + _PIECE]) - len(data[at : at + _PIECE].translate(None, _MARKS)) for at in begins]
    order = sorted(range(len(counts)), key=counts.__getitem__, reverse=True)[: _PIECES + len(data) // _FOR_EACH]
    return [
        (max(0, at - _BESIDE), text[max(0, at - _BESIDE) : at + _PIECE + _BESIDE])
        for at in sorted(each * _PIECE for each in order)
    ]
