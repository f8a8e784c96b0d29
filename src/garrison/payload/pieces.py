"""What stands out of prose: parts of a long text that are no words, each to be judged as if it were a text of its own.

Some of what leaves its place is only told by its own beginning and end. Alone it has them; between sentences they are
where the words begin again.
"""

import re
from collections.abc import Iterator
from typing import Final

from garrison.payload.paths import stands_apart
from garrison.payload.places import signs_of

PAIRED: Final = frozenset[int]().union(*[
    signs_of(kind, names.split())
    for kind, names in (
        ("sql", "quote-goes-on quote-ends quote-dangling-comment word-alone json-compared union-end"),
        ("sql", "logic-first quote-logic-first quote-remark quote-operated"),
        ("sql", "bracket-left row-left aliased-from from-first"),
        ("markup", "element-left quote-element attribute-left script-left closing-alone"),
        ("markup", "bracket-encoded-alone quote-element-first handler-cut dangling"),
        ("xml", "declaration-alone"),
        ("ldap", "wild filter-left"),
        ("header", "header-first"),
        ("nosql", "object-left script"),
        ("request", "two-hosts"),
        ("command", "separator-first separated-alone substituted-alone"),
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


def pieces(text: str) -> list[str]:
    """The pieces of `text`, none where it is no prose; takes time in proportion to its length."""
    if len(text) < SHORTEST or not _is_prose(text):
        return []
    most = _FEW + len(text) // _CHARACTERS_EACH
    odd = max(_LONGEST, len(text) // 5)
    found: list[str] = []
    for start, end in _runs(text):
        odd -= end - start
        if odd < 0 or len(found) >= most:
            return []
        if end - start <= _LONGEST and not _is_named(text, start, end):
            found.append(text[_from(text, start) : _to(text, end)].strip())
    return [piece for piece in found if len(piece) >= _SHORTEST_PIECE]


def _is_prose(text: str) -> bool:
    """Whether `text` has no more signs than sentences have, and something between them."""
    return len(text.encode("utf-8", "replace").translate(None, _OF_PROSE)) < 64 + len(text) // 32


_OF_PROSE: Final = bytes(
    code for code in range(256) if chr(code).isalnum() or chr(code) in " \t\r\n.,:;!?'()-" or code > 127
)


def _is_named(text: str, start: int, end: int) -> bool:
    """Whether it is a path or an address that a sentence brings in."""
    return _PATH.fullmatch(text, start, end) is not None and not stands_apart(text, end)


def _runs(text: str) -> Iterator[tuple[int, int]]:
    """From where to where what is odd stands close together, whole words each."""
    start, end = -1, -1
    at = 0
    for _ in range(_FEW_WORDS + len(text) // _CHARACTERS_A_WORD):
        odd = _ODD.search(text, at)
        if odd is None:
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
