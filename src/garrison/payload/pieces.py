"""What stands out of prose: parts of a long text that are no words, each to be judged as if it were a text of its own.

Some of what leaves its place is only told by its own beginning and end. Alone it has them; between sentences they are
where the words begin again.
"""

import re
from collections.abc import Iterator
from typing import Final

from garrison.payload.paths import stands_apart
from garrison.payload.places import signs_of
from garrison.payload.purse import Purse
from garrison.payload.quoting import in_fence

PAIRED: Final = frozenset[int]().union(*[
    signs_of(kind, names.split())
    for kind, names in (
        ("sql", "quote-goes-on quote-ends quote-dangling-comment word-alone json-compared union-end"),
        ("sql", "logic-first quote-logic-first quote-remark quote-operated"),
        ("sql", "bracket-left row-left aliased-from from-first"),
        ("sql", "quote-verb-cut separator-verb like-cut secret-compared"),
        ("markup", "element-left quote-element attribute-left script-left closing-alone"),
        ("markup", "bracket-encoded-alone quote-element-first handler-cut dangling"),
        ("xml", "declaration-alone"),
        ("ldap", "wild filter-left filter-alone"),
        ("header", "header-first"),
        ("nosql", "object-left script script-alone block-left repeated-key"),
        ("request", "two-hosts"),
        ("command", "separator-first separated-alone substituted-alone slashed variable-alone"),
    )
])  # fmt: skip
"""Signs that say nothing of a piece: what they close may have been opened in the text around it, or they are words of
signs that code and documents have between others."""
SHORTEST: Final = 400
"""Characters of a text from which on it is looked at: a shorter one has no room for prose."""
_SHORTEST_PIECE: Final = 4
_LONGEST: Final = 400
"""Characters of a piece: what goes on for longer is no value between words, but another kind of text."""
_FEW: Final = 16
_CHARACTERS_EACH: Final = 512
"""A text may have `_FEW` pieces, and one more for each so many characters; where there are more it is no prose."""
_FEW_WORDS: Final = 32
_CHARACTERS_A_WORD: Final = 64
"""The same for words that are odd."""
_APART: Final = 24
"""Characters between two that belong together: two words or so."""
_PRICE: Final = 3_000
_PRICE_EACH: Final = 10
"""What it costs to find a word that is odd, and each character before it, in the units of a purse."""
_NEAR: Final = 48
"""Characters beside a piece in which words of a language may belong to it."""

# A sign that no sentence has, or one of its own where a sentence does not have it.
_ODD: Final = re.compile(
    r"[{}<>\[\]/\\=|&$%@#*`+~^\"'();-]"
    r"(?:(?<=[{}<>\[\]/\\=|&$%@#*`+~^])"
    r"|(?<=\w\()(?!s\))|(?<=\()(?=['\"()])|(?<=[\d'\"(]\))"
    r"|(?<=[\d)]['\"])|(?<=['\"])(?=[\d'\"();,|-])|(?<=\s['\"])(?=\s)"
    r"|(?<=-)(?=-)|(?<=;)(?=[^\s])|(?<=[\s\d'\");];))"
)
_PATH: Final = re.compile(r"[\w.:/~@,+()-]*/[\w.:/~@,+()-]*")
_SPACE: Final = re.compile(r"\s")
_WORDS: Final = frozenset(
    word
    for line in (
        "select union from where and or not order group by having insert into update delete drop table exec like",
        "between in is as set values limit all null xor div mod user case when then end if cat ls id whoami sleep echo",
        "wget curl ping nslookup uname dir type net netsh python python3 perl php ruby bash sh 1",
    )
    for word in line.split()
)
"""Words that are a language's as well as a sentence's: they belong to what they stand beside."""


def pieces(text: str, purse: Purse | None = None) -> list[str]:
    """The pieces of `text`, none where it is no prose; takes time in proportion to its length, paid from `purse`."""
    if len(text) < SHORTEST:
        return []
    data, purse = text.encode("utf-8", "replace"), purse or Purse(text)
    if not _is_prose(data, len(text)) or not purse.pay(_TRIED * len(data.translate(None, _NEVER_ODD))):
        return []
    most = _FEW + len(text) // _CHARACTERS_EACH
    odd = max(_LONGEST, len(text) // 5)
    found: list[str] = []
    for start, end in _runs(text, purse):
        odd -= end - start
        if odd < 0 or len(found) >= most:
            return []
        if end - start <= _LONGEST and not _is_named(text, start, end):
            piece = text[_from(text, start) : _to(text, end)].strip()
            if not in_fence(text, start + 1) and _SPANNED.fullmatch(piece) is None:
                found.append(piece)
    return [piece for piece in found if len(piece) >= _SHORTEST_PIECE]


def _is_prose(data: bytes, length: int) -> bool:
    """Whether a text of `length` characters has no more signs than sentences have, and something between them."""
    return len(data.translate(None, _OF_PROSE)) < 64 + length // 32


_OF_PROSE: Final = bytes(
    code for code in range(256) if chr(code).isalnum() or chr(code) in " \t\r\n.,:;!?'()-" or code > 127
)
_NEVER_ODD: Final = bytes([code for code in range(256) if chr(code) not in "()'\";-"])
_TRIED: Final = 120
"""What it costs to look at what stands beside a sign that may be odd, in the units of a purse."""


_SPANNED: Final = re.compile(r"[(\"'*\[]{0,3}`[^`\n]+`[)\"'*\].,;:!?]{0,3}")
"""What a text shows between backticks, which are no part of it."""


def _is_named(text: str, start: int, end: int) -> bool:
    """Whether it is a path or an address that a sentence brings in."""
    return _PATH.fullmatch(text, start, end) is not None and not stands_apart(text, end)


def _runs(text: str, purse: Purse) -> Iterator[tuple[int, int]]:
    """From where to where what is odd stands close together, whole words each."""
    start, end = -1, -1
    at = 0
    for _ in range(_FEW_WORDS + len(text) // _CHARACTERS_A_WORD):
        odd = _ODD.search(text, at)
        if odd is None or not purse.pay(_PRICE + _PRICE_EACH * (odd.end() - at)):
            break
        first, at = _word(text, odd.start())
        if start >= 0 and (first - end > _APART or text.find("\n\n", end, first) >= 0):
            yield start, end
            start = first
        elif start < 0:
            start = first
        end = at
    else:
        yield 0, len(text)  # no prose has so many
    if start >= 0:
        yield start, end


def _word(text: str, place: int) -> tuple[int, int]:
    near = max(0, place - _LONGEST)
    start = max(text.rfind(" ", near, place), text.rfind("\n", near, place), text.rfind("\t", near, place)) + 1
    end = _SPACE.search(text, place)
    return max(start, near), end.start() if end is not None else len(text)


def _from(text: str, start: int) -> int:
    """`start`, or where words before it begin that belong to it."""
    for word in reversed(text[max(0, start - _NEAR) : start].split(" ")[1:]):
        if word and word.lower() not in _WORDS:
            break
        start -= len(word) + 1 if word else 1
    return start


def _to(text: str, end: int) -> int:
    for word in text[end : end + _NEAR].split(" ")[:-1]:
        if word and word.lower() not in _WORDS:
            break
        end += len(word) + 1
    return end
