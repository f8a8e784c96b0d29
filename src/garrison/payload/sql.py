"""SQL as the place sees it that a text is put into: read from its beginning, and from behind each kind of quote.

A text is made into a line of letters, one for each word of SQL; whether it leaves its place and says something of its
own there is then a question of which letters follow one another.
"""

import functools
import re
from typing import Final

from garrison.payload.quoting import closing_quotes, is_said, may_close
from garrison.payload.statements import begins_statement

_TOKEN: Final = re.compile(
    r"(?P<space>[\s\x00]+|/\*!\d*|\*/|(?:--|\#)[^\n'\"]{0,40}\r?\n|\d\.e(?=[(.\s])|/\*[^*]*+\*/)"
    r"|(?P<comment>--[\s+-]|--$|\#|/\*(?:[^*]|\*(?!/))*+(?:\*/)?|;%00|;\x00)"
    r"|(?P<number>0[xX][0-9a-fA-F]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?(?![A-Za-z_])|\.\d+)"
    r"|(?P<string>(?:n|x|b|e)?'(?:[^'\\]|''|\\.)*+'|\"(?:[^\"\\]|\"\"|\\.)*+\")"
    r"|(?P<quote>['\"`])"
    r"|(?P<logic>&&|\|\||(?:and|or|xor)(?![\w$]))"
    r"|(?P<compare><=>|<>|!=|<=|>=|=|<|>|~|(?:like|rlike|regexp|in|is|between|sounds|glob|ilike)(?![\w$]))"
    r"|(?P<plus>[+\-*/%^|&!]|(?:div|mod|not|binary|all|any|distinct|exists|collate|escape)(?![\w$]))"
    r"|(?P<union>(?:union|intersect|except|minus)(?![\w$]))"
    r"|(?P<select>(?:select|values|table)(?![\w$]))"
    r"|(?P<from>(?:from|where|join)(?![\w$]))"
    r"|(?P<clause>(?:order|group|having|limit|offset|procedure|into|when|then|else|case|end|as|by|desc|asc|for|using)(?![\w$]))"
    r"|(?P<verb>(?:insert|update|delete|drop|alter|create|exec|execute|truncate|declare|shutdown|waitfor|merge|call|grant"
    r"|load|set|begin|replace|backup|restore|use|kill|bulk|attach|copy|do|handler|if|while|print|open|rename)(?![\w$]))"
    r"|(?P<constant>(?:null|true|false|current_user|user|default|unknown)(?![\w$(]))"
    r"|(?P<call>[A-Za-z_][\w.$]*\s*(?=\())"
    r"|(?P<name>@{1,2}[\w.$]*|[A-Za-z_\x80-\U0010ffff][\w.$]*|\[[\w ]+\]|`[^`]*+`)"
    r"|(?P<open>\()|(?P<close>\))|(?P<comma>,)|(?P<end>;)|(?P<other>.)",
    re.DOTALL,  # words in lower case: to leave the case aside would cost twice the time
)
_LETTERS: Final = {
    "comment": "c", "number": "1", "string": "s", "quote": "q", "logic": "O", "compare": "=", "plus": "+",
    "union": "U", "select": "S", "from": "F", "clause": "G", "verb": "D", "constant": "0", "call": "f", "name": "n",
    "open": "(", "close": ")", "comma": ",", "end": ";", "other": "?",
}  # fmt: skip
_BY_INDEX: Final = tuple(
    _LETTERS.get(name, "") for name, _ in sorted(_TOKEN.groupindex.items(), key=lambda pair: pair[1])
)


def letters(text: str, start: int = 0, end: int | None = None) -> str:
    """The line of letters of `text`."""
    return _line(text[start:end])


@functools.lru_cache(maxsize=32)
def _line(part: str) -> str:
    """What repeats itself is read once."""
    part = part.lower() if part.isascii() else part.translate(_LOWER)
    return "".join([_BY_INDEX[(match.lastindex or 1) - 1] for match in _TOKEN.finditer(part)])


_LOWER: Final = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


_V = r"(?:[-+(]*(?:f\([^)]{0,12}\)|[1sn0q]|f\())"  # a value
_W = r"(?:[-+(]*(?:f\([^)]{0,12}\)|[1s0q]|f\())"  # one that is no bare word
# What may follow where a value has just ended: it goes on as SQL.
_BROKEN: Final = re.compile(
    rf"[)]*(?:O+[+(]*{_V}[)]*=[=+(]*(?:{_W}|S|$)|O+[+(]*{_W}[)]*c|O+[(+]*(?:f[(]+)*(?:S|D\()|O+[(+]*n=[=+]*(?:{_W}|c|$|\?))"
    r"|[+,|O]+[(]+S[+(]*[1sn0f(]"
    r"|[)c(,]*U[+(]*(?:S|G|c)"
    r"|[)]*;+[cn]*(?:D[nGFf(cS@]|D$|S[+(]*[1sf(0])"
    r"|[)]*c(?:[cn]{0,6})$"
    r"|G(?:G|1)[1n(]?[,1]*(?:c|$)"
    rf"|[)]*=+[(]*{_W}[)]*(?:O|c|$)"
    rf"|[)]*(?:=[(]*{_W}[)]*=|[+][(]*{_W}[)]*[+][(]*{_W}[)]*=)[=+(]*{_W}"
    r"|[)]*=+G*0|=n?(?:c|\?c)|[)]*(?:,0){2}|[)]*(?:,0)+[)]*(?:;|D|c)|[)]*[,)]*;D"
)
_FULL: Final = re.compile(
    r"S[+(1sn0f=),]{1,60}F[(]*[n(sq]"  # select ... from name
    r"|U[+(]*S(?:[+(1s0fqcS]|n[,Fc)]|$)|\(+S[+(]*(?:[1sn0]|f\()"
    r"|;D(?:[nfG+(]|D|$)"
)


_LINE: Final = 400
"""Characters of a line that are read before a place."""


def breaks_quote(text: str, place: int) -> bool:
    """Whether what follows the quote nearest before `place` goes on as SQL behind it."""
    start = max(text.rfind("'", 0, place), text.rfind('"', 0, place))
    if start < 0 or not may_close(text, start):
        return False
    return _is_broken(letters(text, start + 1, start + 200))


def goes_on(text: str, place: int) -> bool:
    """Whether the words of SQL around `place` are a part of a statement and not of a sentence."""
    line = text.rfind("\n", max(0, place - _LINE), max(0, place - 40)) + 1
    start = line if line or place < _LINE else place - 120
    return is_said(text, place) and _is_part(letters(text, start, place + 120), start == 0)


def goes_on_or_begins(text: str, place: int) -> bool:
    """The same, or whether it stands at the beginning of `text`, where a value is expected."""
    return (place <= _BEGINNING and text.lstrip()[:1] in _VALUES) or goes_on(text, place)


_BEGINNING: Final = 60
_VALUES: Final = frozenset("'\"(-0123456789)")


@functools.lru_cache(maxsize=32)
def _is_broken(line: str) -> bool:
    return _BROKEN.match(line) is not None


@functools.lru_cache(maxsize=32)
def _is_part(line: str, is_first: bool) -> bool:
    return any(each.search(line) is not None for each in (_FULL, _LOGIC, _FIRST)[: 2 + is_first])


_LOGIC: Final = re.compile(
    rf"O[+(]*{_W}(?:[+][+(]*{_W})*[)]*=[+(]*(?:{_W}|S)|^[(q]*[1nqs]?[)q]*O[+(]*[10][)]*(?:c|O[+(]*[10])|^[(]*q[)]*O[+(]*[10s][)]*(?:c|$|O)|O[(+]*(?:f[(]+)*S"
    r"|[=+,(O]\(+S|q[)]*O[+(]*[1s](?:c|O[+(]*[1s])"
)


def is_statement(text: str, place: int) -> bool:
    """Whether `text` reads as a whole statement from its beginning."""
    return _STATEMENT.match(letters(text, 0, max(place, 0) + 300)) is not None


_FIRST: Final = re.compile(r"^[-+(q]*[1nsq0]?[)q]*O[+(]*n=[+(]*(?:[1q]|s(?:[c)O;]|$))")
"""A column that is compared behind the text's first value: `5 or id > 1`."""

_STATEMENT: Final = re.compile(
    r"[(]*(?:S[+(1sn0f=),*@]{1,80}?(?:F[(]*[n(sq]|$|c|[;])|S[+(]*(?:f\(|[1s])|D(?:Gn|Fn|n(?:[(;=qDGn]|$)|D|G|[f(@]|q))"
)


_OPERATOR: Final = re.compile(r"\s*(?:or|and|xor|like|div|\|\||&&)\W", re.IGNORECASE)


def joins_string(text: str, place: int) -> bool:
    """Whether the first quote of `text` ends a string that was begun outside of it, and an operator follows."""
    del place
    single, double = text.find("'"), text.find('"')
    first = min(each for each in (single, double, len(text)) if each >= 0)
    if first == len(text):
        return False
    is_closing = first == 0 or text[first - 1].isalnum() or text[first - 1] in ")%"
    return is_closing and _OPERATOR.match(text, first + 1) is not None


def closes_first(text: str, place: int) -> bool:
    """Whether the first quote or bracket that stands in `text` ends something that was begun outside of it.

    A string of its own would be opened and closed; words between a pair of quotes are a string.
    """
    del place
    found = _PAIRED.search(text)
    if found is None:
        return is_said(text, len(text))
    first = found[0]
    return "\n" not in text.strip() and (first == ")" or text.count(first) % 2 == 1 or _DOUBLED.match(text) is not None)


_PAIRED: Final = re.compile(r"['\"`)]")
_DOUBLED: Final = re.compile(r"\s*(?:''|\"\"|``)")


def joins_json(text: str, place: int) -> bool:
    """Whether an operator of JSON follows a string that this text did not begin, or begins with."""
    return text.lstrip()[:1] in {"'", '"', "`"} or bool(closing_quotes(text, place - 12, place))


def stacks(text: str, place: int) -> bool:
    """Whether the statement behind the semicolon before `place` is one, and nothing of this text's own ends there."""
    end = text.rfind(";", 0, place)
    if end < 0 or not is_said(text, place) or not begins_statement(text, end + 1):
        return False
    before = text[:end].rstrip(" )")
    if before[-1:] in {"'", '"'}:
        return may_close(text, len(before) - 1)
    return "\n" not in text[max(0, end - 1) : end + 3] or text.count("\n") < 2


_SAME: Final = re.compile(
    r"(?:(?:^|[\w\s)'\"%*+/;#(,!-])\b(?:or|and|xor|having|where|when|on|not|if|iif|elt|decode|nullif)\b|\|\||&&)[\s(!~+-]*"
    r"(?P<quote>['\"]?)(?P<side>[\w.]{1,30})(?P=quote)\s*(?:=|like|<=>|regexp|rlike)\s*\(*\s*n?(?P<other>['\"]?)(?P=side)(?:(?P=other)|\b|$)",
    re.IGNORECASE,
)


def same_sides(text: str, place: int) -> bool:
    """Whether something is compared with itself around `place`: nobody asks that who wants to know."""
    start = max(0, place - 80)
    has_same = _has_same(text[max(0, start - 1) : place + 40], min(start, 1))
    return has_same and is_said(text, place) and not _STATEMENT_FIRST.match(text)


@functools.lru_cache(maxsize=32)
def _has_same(part: str, start: int) -> bool:
    """What repeats itself is read once."""
    return _SAME.search(part, start) is not None


_STATEMENT_FIRST: Final = re.compile(
    r"\s*(?:select|update|delete|insert|with|create)\s[^'\"]*\bwhere\s+1\s*=\s*1\s", re.IGNORECASE
)
