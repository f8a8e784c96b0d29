"""What a text only talks about: what stands in a fence, in a code span, or between a pair of quotes of its own.

Text that is quoted opens nothing. What breaks out of the place that it is put into ends something that it did not
begin: it holds the closing half of a pair whose other half is not in it.
"""

import functools
import re
from bisect import bisect_right
from typing import Final

_FENCES: Final = ("```", "~~~")
_BEFORE_FENCE: Final = " \t>*-.0123456789"  # of a list or a quotation
_NEAR: Final = 4_000  # characters before a place in which a line or a comment is looked for
_QUOTES: Final = "'\""
_AFTER_END: Final = frozenset(["", *" \t\r\n);,-#|&="])
"""What may follow a quote that has a space before it and ends a string all the same."""


def in_fence(text: str, place: int) -> bool:
    """Whether `place` is inside a block of code that this text opens and closes."""
    return any(_is_between(text, place, fence) for fence in _FENCES)


def _is_between(text: str, place: int, fence: str) -> bool:
    fences = _fences(text, fence)
    before = bisect_right(fences, place - len(fence))
    if before % 2 == 0 or text.find(fence, place) < 0:
        return False
    opened = fences[before - 1]
    return not text[text.rfind("\n", 0, opened) + 1 : opened].strip(_BEFORE_FENCE)


@functools.lru_cache(maxsize=8)
def _fences(text: str, fence: str) -> list[int]:
    """Where each begins: asked about a text once, however many of its places are."""
    return [found.start() for found in re.finditer(fence, text)]


def in_span(text: str, place: int) -> bool:
    """Whether `place` is between a pair of backticks on its line: code that is talked about."""
    start = text.rfind("\n", max(0, place - _NEAR), place) + 1
    first = text.find("`", start, place)
    return first >= 0 and text.count("`", start, place) % 2 == 1 and text.find("`", place, place + _NEAR) > 0


def is_talked_about(text: str, place: int) -> bool:
    """Whether `place` is in a block or a span of code."""
    has_ticks, has_tildes = _marks(text)
    return (has_ticks and (in_span(text, place) or in_fence(text, place))) or (has_tildes and in_fence(text, place))


@functools.lru_cache(maxsize=8)
def _marks(text: str) -> tuple[bool, bool]:
    """Asked about a text once, however many of its places are."""
    return "`" in text, "~~~" in text


def is_said(text: str, place: int) -> bool:
    """Whether what ends at `place` is said itself, and not only talked about."""
    return not is_talked_about(text, max(0, min(place, len(text)) - 1))


def is_not_fenced(text: str, place: int) -> bool:
    """Whether what ends at `place` is in no block of code; between backticks a database has its names."""
    return not in_fence(text, place)


def may_close(text: str, quote: int) -> bool:
    """Whether the quote at `quote` may be the end of a string that was begun outside of `text`.

    In a text that has many of them, most stand in pairs of its own: a quote that has its partner before it on the same
    line, or that begins a word, ends nothing.
    """
    line = text.rfind("\n", 0, quote) + 1
    before = text.count(text[quote], line, quote)
    return (
        before % 2 == 0
        and (quote == line or not text[quote - 1].isspace() or text[quote + 1 : quote + 2] in _AFTER_END)
        and text[quote - 1 : quote] not in {"=", "(", "[", "{"}
    )


def closing_quotes(text: str, start: int, end: int) -> list[int]:
    """Places between `start` and `end` of quotes that may end a string that was begun outside of `text`."""
    return [
        place
        for place in range(max(0, start), min(end, len(text)))
        if text[place] in _QUOTES and may_close(text, place)
    ]


def leaves_string(text: str, place: int, follows: "re.Pattern[str]", reach: int = 80) -> bool:
    """Whether a quote within `reach` before `place` ends a foreign string, and goes on as `follows` says."""
    return any(follows.match(text, quote + 1) is not None for quote in closing_quotes(text, place - reach, place))


def stands_alone(text: str, place: int) -> bool:
    """Whether `text` is one value and no document: one line of moderate length."""
    del place
    return len(text) <= 600 and "\n" not in text.strip()


def is_short(text: str, place: int) -> bool:
    """Whether `text` is a value of a few words and no sentence: what is said in it is all of it."""
    return len(text) <= _SHORT and len(text.split()) <= _FEW and is_said(text, place)


_SHORT: Final = 160
_FEW: Final = 8


def in_comment(text: str, place: int) -> bool:
    """Whether `place` is inside a comment of HTML that this text opens."""
    opened = text.rfind("<!--", 0, place)
    return opened >= 0 and text.find("-->", opened, place) < 0
