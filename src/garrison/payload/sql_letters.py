"""SQL as a line of letters, one for each of its words: which follow one another is then asked of a short text."""

import functools
import re
from typing import Final

from garrison.payload.quoting import lowered

_KEYWORDS: Final = {
    "O": "and or xor",
    "=": "like rlike regexp in is between sounds glob ilike",
    "+": "div mod not binary all any distinct exists collate escape",
    "U": "union intersect except minus",
    "S": "select values table",
    "F": "from where join",
    "G": "order group having limit offset procedure into when then else case end as by desc asc for using",
    "D": "insert update delete drop alter create exec execute truncate declare shutdown waitfor merge call grant load"
    " set begin replace backup restore use kill bulk attach copy do handler if while print open rename",
    "0": "null true false current_user user default unknown missing",
}
_CONSTANTS: Final = frozenset(_KEYWORDS["0"].split())
_WORDS: Final = {word: letter for letter, line in _KEYWORDS.items() for word in line.split()}
_STRING: Final = r"(?:[^'\\]++|''|\\.)*'(?!')"
# In lower case: to leave the case aside would cost twice the time. Words say themselves what they are, but for a digit
# before a letter, which is no number: of it the group is empty.
_TOKEN: Final = re.compile(
    rf"[0-9](?=[a-df-wyz_])|([\s\x00]++|[nxbe]'{_STRING}"
    rf"|[a-z_]\w*+(?![\w.$])(?:\s*+\()?|(?=[a-z_]+\.)(?:{'|'.join(_WORDS)})(?=\.)|[a-z_][\w.$]*+(?:\s*+\()?"
    r"|0[xX][0-9a-fA-F]+|\d\.e(?=[(.\s])|\d+(?:\.\d*)?(?:e[+-]?\d+)?(?![a-z_])|\.\d+"
    rf"|'{_STRING}|\"(?:[^\"\\]++|\"\"|\\.)*\"(?!\")"
    r"|/\*(?:!\d*|[^*]*+\*/|(?:[^*]++|\*(?!/))*(?:\*/)?)|\*/"
    r"|-(?=-)(?:-[^\n'\"]{0,40}+\r?\n|-(?:[\s+-]|$))|\#(?:[^\n'\"]{0,40}+\r?\n)?|;(?:%00|\x00)?"
    r"|[\x80-\U0010ffff][\w.$]*+|@{1,2}[\w.$]*|\[[\w ]+\]"
    r"|&&|\|\||<(?:=>?|>)?|!=|>=|[^0-9])|[0-9]",
    re.DOTALL,
)
_LETTERS: Final = {
    **dict.fromkeys(("", *map(chr, range(0x80))), "?"),
    **dict.fromkeys(" \t\n\r\v\f\x1c\x1d\x1e\x1f\0", ""),
    **dict.fromkeys("0123456789", "1"),
    **dict.fromkeys("'\"`", "q"),
    **dict.fromkeys("abcdefghijklmnopqrstuvwxyz_@", "n"),
    **dict.fromkeys(("=", "<", ">", "~", "<=>", "<>", "!=", "<=", ">="), "="),
    **dict.fromkeys("+-*/%^|&!", "+"),
    **dict.fromkeys(("#", ";%00", ";\0"), "c"),
    **{each: each for each in "(),;"},
    "&&": "O",
    "||": "O",
    "*/": "",
    **_WORDS,
    **{f"{word}(": ("f" if word in _CONSTANTS else letter) + "(" for word, letter in _WORDS.items()},
}
"""Of the words that are the same again and again."""


def letters(text: str, start: int = 0, end: int | None = None) -> str:
    """The line of letters of `text`."""
    return _line(text[start:end])[0]


def count_words(text: str) -> int:
    """How many words `text` has: spaces between them count as well."""
    return _line(text)[1]


@functools.lru_cache(maxsize=32)
def _line(part: str) -> tuple[str, int]:
    """What repeats itself is read once."""
    known, found = _LETTERS.get, _TOKEN.findall(lowered(part))
    line = [
        letter if (letter := known(word)) is not None else "n" if word.isidentifier() else _read(word) for word in found
    ]
    return "".join(line), len(found)


def _read(word: str) -> str:
    """The letter of a word that is none of those above."""
    first = word[0]
    if first.isspace() or first == "\0":
        return ""
    if first.isdecimal():
        return "" if word[1:] == ".e" else "1"
    if first in _MARKS:
        return _marked(first, word)
    if word[-1] == "(":
        return _WORDS.get(word[:-1].rstrip(), "f") + "("
    return "s" if word[1:2] == "'" and first in "nxbe" else "n"


_MARKS: Final = frozenset("'\"/-#.")


def _marked(first: str, word: str) -> str:
    if first == ".":
        return "1"
    if first == "/":
        is_space = word[2:3] == "!" or (word.find("*", 2) == len(word) - 2 and word[-1] == "/" and len(word) > 3)
        return "" if is_space else "c"
    if first in "-#":
        return "" if word[-1] == "\n" else "c"
    return "s"
