"""What a text only talks about: what stands in a fence, in a code span, or between a pair of quotes of its own.

Text that is quoted opens nothing. What breaks out of the place that it is put into ends something that it did not
begin: it holds the closing half of a pair whose other half is not in it.
"""

import functools
import itertools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Final

_FENCE: Final = re.compile(r"\n[ \t>*\-.0-9]*+(`{3,}+|~{3,}+)([^\n]*+)")  # in a list or a quotation, too
_RUN: Final = re.compile(r"`+")
_NEAR: Final = 4_000  # characters before a place in which a line or a comment is looked for
_QUOTES: Final = "'\""
_AFTER_END: Final = frozenset(["", *" \t\r\n);,-#|&="])
"""What may follow a quote that has a space before it and ends a string all the same."""


def in_fence(text: str, place: int) -> bool:
    """Whether `place` is inside a block of code that this text opens and closes.

    Nothing else that texts show code in counts: what is indented below `::` has no end that it must come to, and there
    `::` means something to a database.
    """
    return any(_marks(text)[2:]) and not _is_bare(text) and _is_fenced(text, place)


def _is_fenced(text: str, place: int) -> bool:
    blocks = _blocks(text)
    at = bisect_right(blocks, (place, -1)) - 1
    return at >= 0 and blocks[at][0] < place < blocks[at][1]


@functools.lru_cache(maxsize=8)
def _blocks(text: str) -> list[tuple[int, int]]:
    """Where each begins and ends: asked about a text once, however many of its places are.

    As CommonMark has them: what closes a fence is at least as long as what opened it, and stands alone on its line.
    """
    found, opened, fence = [], -1, ""
    for start, mark, rest in _fences(text):
        if opened >= 0:
            if mark.startswith(fence) and not rest.strip():
                found.append((opened, start))
                opened = -1
        elif mark[0] not in rest:
            opened, fence = start, mark
        elif (end := rest.rfind(mark)) >= 0:
            found.append((start, start + len(mark) + end))
    return found


def _fences(text: str) -> Iterator[tuple[int, str, str]]:
    """Where each fence begins, it itself, and the rest of its line."""
    for fence in _FENCE.finditer(f"\n{text}"):
        yield fence.start(1) - 1, fence[1], fence[2]


def in_span(text: str, place: int) -> bool:
    """Whether `place` is between a pair of backticks on its line, or of runs of them: code that is talked about."""
    start = text.rfind("\n", max(0, place - _NEAR), place) + 1
    if text.find("`", place, place + _NEAR) < 0:
        return False
    if not _marks(text)[1] or text.find("``", start, place) < 0:
        return (_count(text, "`", place) - _count(text, "`", start)) % 2 == 1
    runs = _runs(text)
    return (bisect_left(runs, place) - bisect_left(runs, start)) % 2 == 1


@functools.lru_cache(maxsize=8)
def _runs(text: str) -> list[int]:
    """Where each run of backticks begins."""
    return [found.start() for found in _RUN.finditer(text)]


def is_talked_about(text: str, place: int) -> bool:
    """Whether `place` is in a block or a span of code, and something talks about it."""
    return not _is_bare(text) and ((_marks(text)[0] and in_span(text, place)) or in_fence(text, place))


@functools.lru_cache(maxsize=8)
def _is_bare(text: str) -> bool:
    """Whether `text` is one line of code between marks and nothing else: nobody is talking, nor names a
    language, and a shell runs it."""
    return text.lstrip()[:1] in _MARKS and _BARE.fullmatch(text) is not None


_MARKS: Final = ("`", "~")
_BARE: Final = re.compile(r"\s*(?:`[^`\n]{1,200}`|(`{3,9}|~{3,9})[ \t]*\n[^\n]{1,200}\n\1)\s*")


@functools.lru_cache(maxsize=8)
def _marks(text: str) -> tuple[bool, bool, bool, bool]:
    """Whether it has backticks, two, or three of them next to one another, and three tildes: asked about a text once,
    however many of its places are."""
    has_one = "`" in text
    has_two = has_one and "``" in text
    return has_one, has_two, has_two and "```" in text, "~~~" in text


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
    before = _count(text, text[quote], quote) - _count(text, text[quote], line)
    return (
        before % 2 == 0
        and (quote == line or not text[quote - 1].isspace() or text[quote + 1 : quote + 2] in _AFTER_END)
        and text[quote - 1 : quote] not in {"=", "(", "[", "{"}
    )


def _count(text: str, char: str, end: int) -> int:
    """How often `char` stands before `end`."""
    block = end // _BLOCK
    return _counts(text, char)[block] + text.count(char, block * _BLOCK, end)


_BLOCK: Final = 256


@functools.lru_cache(maxsize=8)
def _counts(text: str, char: str) -> list[int]:
    """How often it stands before each block: counted once, however many places are asked about."""
    counts = [text.count(char, start, start + _BLOCK) for start in range(0, len(text), _BLOCK)]
    return [0, *itertools.accumulate(counts)]


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
    opened = last(text, "<!--", place)
    return opened >= 0 and text.find("-->", opened, place) < 0


def last(text: str, mark: str, place: int) -> int:
    """The last place of `mark` that ends before `place`; -1 where there is none. Many places may ask."""
    places = _places(text, mark)
    at = bisect_right(places, place - len(mark))
    return places[at - 1] if at else -1


def following(text: str, mark: str, place: int) -> int:
    """The first place of `mark` from `place` on; -1 where there is none. Many places may ask."""
    places = _places(text, mark)
    at = bisect_left(places, place)
    return places[at] if at < len(places) else -1


@functools.lru_cache(maxsize=16)
def _places(text: str, mark: str) -> list[int]:
    found, at = [], text.find(mark)
    while at >= 0:
        found.append(at)
        at = text.find(mark, at + 1)
    return found


def lowered(text: str) -> str:
    """`text` with the letters of ASCII in lower case, and nothing else: each stays where it is."""
    if text.isascii():
        return text.lower()
    return text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")
