"""A text as a line of marks, one for each of its tokens: by kind (coarse), and by what the token is (fine).

`' or 1=1 -- x` is `'L0=0-a` by kind. What a word means is not looked at but for which language knows it; words that no
list has are told by their length and letters, and a run of them is one mark: how long a sentence is, and what it says,
changes nothing.
"""

import re
from typing import Final

import msgspec

from garrison.payload.model.vocabulary import KINDS

_TOKEN: Final = re.compile(
    r"\d{1,3}(?:\.\d{1,3}){3}|0x[0-9a-f]+|\d\w*|[a-z_][a-z0-9_]*|[^\x00-\x7f]+|[,.!?:][ \t]+"
    r"|(?:\.\.[/\\])+|--+|\|\||&&|/\*|\*/|<!--|<!|</|/>|<%|%>|<\?|\?>|\$\{|\$\(|\{\{|\}\}|\{%|%\}|#\{|://|[=!<>]=|<>|=>|->|@@|::"
    r"|\n\s*|\s+|''|\"\"|\(\(|\)\)|``|;;|\.\.|//|\\\\|%%|##|,,|\*\*|\+\+|.",
    re.DOTALL,
)
_PAIRS: Final = (
    "||", "&&", "/*", "*/", "<!--", "<!", "</", "/>", "<%", "%>", "<?", "?>", "${", "$(", "{{", "}}", "{%", "%}",
    "#{", "://", "==", "!=", "<=", ">=", "<>", "=>", "->", "@@", "::", "''", '""', "((", "))", "``", ";;", "..", "//",
    "\\\\", "%%", "##", ",,", "**", "++",
)  # fmt: skip
_WORDS: Final = tuple((kind, word) for kind, words in KINDS.items() for word in words.split())
_SPACED: Final = 0xF000  # fine mark of a sign with space before it: this, and the sign's own number
_PLAIN: Final = frozenset("Eabwlu_")  # kinds of words that no language but people's own has
_SIGNS: Final = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^`{|}~")
START, END = "\x02", "\x03"
_SPACE: Final = ("", "")

_KNOWN: Final[dict[str, tuple[str, str]]] = {
    **{chr(code): (chr(code), chr(code)) for code in range(0x21, 0x7F)},
    **{pair: (chr(0xEE00 + index), chr(0xEE00 + index)) for index, pair in enumerate(_PAIRS)},
    **{word: (kind, chr(0xE000 + index)) for index, (kind, word) in enumerate(_WORDS)},
    " ": _SPACE,
}


class Line(msgspec.Struct, frozen=True):
    """The marks of a text."""

    coarse: str
    """Each token's kind."""
    fine: str
    """Each token itself, where it is known; as long as `coarse`."""
    places: list[int]
    """Where in the text each of them begins."""


def line_of(text: str) -> Line:
    """The marks of `text`, which is in small letters."""
    coarse: list[str] = []
    fine: list[str] = []
    places: list[int] = []
    known, place = _KNOWN.get, 0
    is_spaced = is_prose = False
    for token in _TOKEN.findall(text):
        kind, mark = known(token) or _shape(token)
        if not kind:
            is_spaced = True
        elif is_prose and (kind in _PLAIN or token[-1] in " \t"):
            if kind in _PLAIN:
                coarse[-1] = fine[-1] = "_"
        else:
            coarse.append(kind)
            fine.append(chr(_SPACED + ord(mark)) if is_spaced and mark in _SIGNS else mark)
            places.append(place)
            is_prose, is_spaced = kind in _PLAIN, False
        place += len(token)
    return Line("".join(coarse), "".join(fine), places)


def _shape(token: str) -> tuple[str, str]:
    """Marks of a token that no list has."""
    first = token[0]
    if first > "\x7f":
        return ("u", "u")
    if first.isdigit():
        return _number(token)
    if first.isalpha() or first == "_":
        return _word(token)
    if first.isspace():
        return ("\n", "\n") if first == "\n" else _SPACE
    if token[:2] == "..":
        return ("^", "^") if len(token) < 4 else ("^", "~")
    return (first, first)


def _number(token: str) -> tuple[str, str]:
    if token.isdigit():
        return ("0", "0" if len(token) == 1 else "1" if len(token) < 4 else "2")
    if token[:2] == "0x":
        return ("x", "x")
    return ("I", "I") if "." in token else ("m", "m")


def _word(token: str) -> tuple[str, str]:
    size = len(token)
    if token[:2] == "on" and 5 < size < 22 and token.isalpha():
        return ("V", "V")
    if not token.isalpha():
        return ("k", "k")
    mark = "a" if size == 1 else "b" if size < 4 else "w" if size < 11 else "l"
    return (mark, mark)
