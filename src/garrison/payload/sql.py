"""SQL as the place sees it that a text is put into: read from its beginning, and from behind each kind of quote.

A text is made into a line of letters, one for each word of SQL; whether it leaves its place and says something of its
own there is then a question of which letters follow one another.
"""

import functools
import re
from typing import Final

from garrison.payload.quoting import closing_quotes, is_not_fenced, is_said, lowered, may_close
from garrison.payload.sql_letters import letters
from garrison.payload.statements import begins_statement

_V = r"(?:[-+(]*(?:f\([^)]{0,12}\)|[1sn0q]|f\())"  # a value
_W = r"(?:[-+(]*(?:f\([^)]{0,12}\)|[1s0q]|f\())"  # one that is no bare word
# What may follow where a value has just ended: it goes on as SQL.
_BROKEN: Final = re.compile(
    rf"[)]*(?:O+[+(]*{_V}(?:[?]n)?[)]*=[=+(]*(?:{_W}|S|$)|O+[+(]*{_W}[)]*c|O+[(+]*(?:f[(]+)*(?:S|D\()|O+[(+]*n=[=+]*(?:{_W}|c|$|\?))"
    r"|[+,|O]+[(]+S[+(]*[1sn0f(]"
    r"|[)c(,]*U[+(]*(?:S|G|c)"
    r"|[)]*;+[cn]*(?:D[nGFf(cS@]|D$|S[+(]*[1sf(0])"
    r"|[)]*c(?:[cn]{0,6})$"
    r"|G(?:G|1)[1n(]?[,1]*(?:c|$)"
    r"|[)]*G[GFDn1sqf(),=+]{1,16};?c[+n]*$"
    rf"|[)]*=+[(]*{_W}[)]*(?:O|c|$)"
    rf"|[)]*(?:=[(]*{_W}[)]*=|[+][(]*{_W}[)]*[+][(]*{_W}[)]*=)[=+(]*{_W}"
    r"|[)]*=+G*0|=n?(?:c|\?c)|[)]*(?:,0){2}|[)]*(?:,0)+[)]*(?:;|D|c)|[)]*[,)]*;D"
)
_FULL: Final = re.compile(
    r"S[+(1sn0f=),]{1,60}F[(]*[n(sq]"  # select ... from name
    r"|U[+(]*S(?:[+(1s0fqcS]|n[,Fc)]|$)|\(S[+(]*(?:[1sn0]|f\()"
    r"|;D(?:[nfG+(]|D|$)"
)


_LINE: Final = 400
"""Characters of a line that are read before a place."""


def breaks_quote(text: str, place: int) -> bool:
    """Whether what follows the quote nearest before `place` goes on as SQL behind it."""
    part = behind_quote(text, place)
    return bool(part) and _is_broken(letters(part))


@functools.lru_cache(maxsize=4)
def behind_quote(text: str, place: int) -> str:
    """What is read there; nothing where the quote ends nothing."""
    start = max(text.rfind("'", 0, place), text.rfind('"', 0, place))
    return text[start + 1 : start + _BEHIND] if start >= 0 and may_close(text, start) else ""


_BEHIND: Final = 200


def goes_on(text: str, place: int) -> bool:
    """Whether the words of SQL around `place` are a part of a statement and not of a sentence."""
    is_part = is_said(text, place) and _is_part(letters(around(text, place)), _start(text, place) == 0)
    return is_part and not _is_own(text, place)


def _is_own(text: str, place: int) -> bool:
    """Whether the words before `place` are a choice of a regular expression (`union|select`), or bound the groups of a
    statement (`group by b having count(*) > 3`)."""
    part = lowered(text[max(0, place - _CLAUSE) : place])
    if part.endswith("select"):
        return _CHOICE.search(part, len(part) - _PHRASE if len(part) > _PHRASE else 0) is not None
    at = part.rfind("having")
    return at >= 0 and " from " in part and "group by" in part[:at] and _BOUND.fullmatch(part, at) is not None


_CLAUSE: Final = 240
_CHOICE: Final = re.compile(r"\bunion ?\| ?(?:all ?\| ?)?select$")
_BOUND: Final = re.compile(r"having\s+(?:count|sum|avg|min|max)\s?\([\w.*\s]{0,40}\)\s*[<>=]{1,2}")


def around(text: str, place: int) -> str:
    """What is read there."""
    return text[_start(text, place) : place + 120]


def _start(text: str, place: int) -> int:
    line = text.rfind("\n", max(0, place - _LINE), max(0, place - 40)) + 1
    return line if line or place < _LINE else place - 120


def goes_on_behind_value(text: str, place: int) -> bool:
    """The same behind a value that is no part of a longer word (`true/false or 1 in`), or whether it stands at the
    beginning of `text`, where a value is expected."""
    if _VALUE_FIRST.search(text, max(0, place - _LINE), place) is None:
        return False
    return (place <= _BEGINNING and text.lstrip()[:1] in _VALUES) or goes_on(text, place)


_VALUE_FIRST: Final = re.compile(
    r"(?:^|\s)['\"(-]{0,3}[\w.]++(?:['\")]{1,3}\s*|\s+)(?:and|or|xor|&&|\|\|)\s*[!~(+-]{0,3}\s*['\"\d]", re.IGNORECASE
)
_BEGINNING: Final = 60
_VALUES: Final = frozenset("'\"(-0123456789)")


@functools.lru_cache(maxsize=32)
def _is_broken(line: str) -> bool:
    return _BROKEN.match(line) is not None


@functools.lru_cache(maxsize=32)
def _is_part(line: str, is_first: bool) -> bool:
    return any(each.search(line) is not None for each in (_FULL, _LOGIC, _FIRST)[: 2 + is_first])


_LOGIC: Final = re.compile(
    rf"O[+(]*+{_W}(?:[+][+(]*+{_W})*[)]*=[+(]*+(?:{_W}|S)|^[(q]*+[1ns]?[)q]*+O[+(]*+[10][)]*(?:c|O[+(]*[10])|^[(]*q[)]*O[+(]*[10s][)]*(?:c|$|O)|O[(+]*(?:f[(]+)*S"
    r"|[=+,(O]\(S|q[)]*O[+(]*[1s](?:c|O[+(]*[1s])"
)


def is_statement(text: str, place: int) -> bool:
    """Whether `text` reads as a whole statement from its beginning."""
    return _STATEMENT.match(letters(text, 0, max(place, 0) + 300)) is not None


_FIRST: Final = re.compile(r"^[-+(q]*+[1ns0]?[)q]*+O[+(]*n=[+(]*(?:[1q]|s(?:[c)O;]|$))")
"""A column that is compared behind the text's first value: `5 or id > 1`."""

_STATEMENT: Final = re.compile(
    r"[(]*(?:S[+(1sn0f=),*@]{1,80}?(?:F[(]*[n(sq]|$|c|[;])|S[+(]*(?:f\(|[1s])|D(?:Gn|Fn|n(?:[(;=qDGn]|$)|D|G|[f(@]|q))"
)


def is_unnamed(text: str, place: int) -> bool:
    """Whether the words before `place` are said, and not only named between quotes (`a "union select"`)."""
    return is_not_fenced(text, place) and _NAMED.search(text, max(0, place - _PHRASE), place + 2) is None


_PHRASE: Final = 40
_NAMED: Final = re.compile(
    r"(?:^|[\s(])(?P<quote>['\"`])union(?: all| distinct)? select(?P=quote)(?:[\s.,;:!?)]|$)", re.IGNORECASE
)


def is_asked_for(text: str, place: int) -> bool:
    """Whether what is selected before `place` is more than sums and parts of dates that are asked of a table."""
    return is_said(text, place) and not _is_summed(text)


@functools.lru_cache(maxsize=8)
def _is_summed(text: str) -> bool:
    """Asked about a text once, however many of its places are."""
    return _SUMMED.match(text) is not None


_SUMMED: Final = re.compile(
    r"\s*select\s+(?:distinct\s+)?(?:[\w.]{1,40}\s*,\s*){0,6}"
    r"(?:count|sum|avg|min|max|date_trunc|round|lower|upper|coalesce|date)\s?\([^()'\"#;@]{0,80}"
    r"(?:'(?:hour|day|week|month|quarter|year)'[^()'\"#;@]{0,60})?\)[^'\"#;@/]{0,200}?"
    r"\sfrom\s+(?!dual\b|pg_|sys|information_schema|mysql\b|users?\b)[a-z][\w.]{1,60}\b(?![^a-z]{0,20}\bunion\b)",
    re.IGNORECASE,
)


def is_clause_left(text: str, place: int) -> bool:
    """Whether the clause that ends before `place` is put behind a value, and ends no whole statement (`order by 1`)."""
    return _WHOLE.match(text) is None or text[place - 1 : place] in {"-", "#", "*"}


_WHOLE: Final = re.compile(r"\s*(?:select\s[^'\"]{1,60}|with\s+\w+\s+as\s*\()", re.IGNORECASE)


_OPERATOR: Final = re.compile(r"[\s)]*(?:or|and|xor|eqv|imp|like|div|\|\||&&)\W", re.IGNORECASE)


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
    if _ARROW.search(text, max(0, place - 8), place + 8) is not None:
        return False
    return text.lstrip()[:1] in {"'", '"', "`"} or bool(closing_quotes(text, place - 12, place))


_ARROW: Final = re.compile(r"(?P<quote>['\"])\s?->>?\s?(?P=quote)(?:\.(?:join|format|replace)\(|\s\+\s)")
"""A string of a program that joins others, and no key of a document."""


def is_delayed(text: str, place: int) -> bool:
    """Whether the call before `place` is one, and not what a pair of quotes holds (`"sleep(2)"`)."""
    return _QUOTED_CALL.search(text, max(0, place - _CALL), place + _CALL) is None


_CALL: Final = 24
_QUOTED_CALL: Final = re.compile(r"(?<![\w'\"`=,(])(?P<quotes>``?|['\"])[a-z_]{5,12}\(\d{1,6}\)(?P=quotes)(?![\w'\"`])")


def is_behind_comment(text: str, place: int) -> bool:
    """Whether what stands before `place` is behind a comment, and no option of a program (`--union`): what a line's
    comment holds is no statement."""
    return _OPTION.search(text, max(0, place - _OPTIONS), place + 1) is None


_OPTIONS: Final = 12
_OPTION: Final = re.compile(r"(?:^|[\s`(\[])--union(?:[`\s,=)\]]|$)", re.IGNORECASE)


def is_joined(text: str, place: int) -> bool:
    """Whether what is joined before `place` may be begun outside of `text`: in a program of several lines both of its
    strings are its own."""
    return "\n" not in text.strip() or bool(closing_quotes(text, place - 12, place)) or place < 12


def is_row(text: str, place: int) -> bool:
    """Whether the row of nothings before `place` is one of a table, and no arguments of a call."""
    call = _ARGUMENTS.search(text, max(0, place - 2 * _NULLS), place)
    return is_said(text, place) and (call is None or call[1].lower() in _BEFORE_ROWS)


_NULLS: Final = 60
_ARGUMENTS: Final = re.compile(r"(\w+)\(\s*(?:null\s*,\s*){2,8}(?:null)?\s*$", re.IGNORECASE)
_BEFORE_ROWS: Final = frozenset({"select", "all", "distinct", "values", "row", "union", "in", "into", "from", "value"})


def ends_string(text: str, place: int) -> bool:
    """Whether a quote may end a string there: runs of two backticks, which a title has around a name, never end one,
    for each is one backtick of it."""
    del place
    runs = _BACKTICKS.findall(text)
    return not runs or any(len(run) % 2 for run in runs) or "'" in text or '"' in text


_BACKTICKS: Final = re.compile(r"`+")


def stacks(text: str, place: int) -> bool:
    """Whether the statement behind the semicolon before `place` is one, and nothing of this text's own ends there."""
    end = text.rfind(";", 0, place)
    if end < 0 or not is_said(text, place) or not begins_statement(text, end + 1):
        return False
    before = text[max(0, end - _LINE) : end].rstrip(" )")
    if before[-1:] in {"'", '"'}:
        return may_close(text, max(0, end - _LINE) + len(before) - 1)
    return "\n" not in text[max(0, end - 1) : end + 3] or text.count("\n") < 2


_SAME: Final = re.compile(
    r"(?:(?:^|[\w\s)'\"%*+/;#(,!-])\b(?:or|and|xor|having|where|when|on|not|if|iif|elt|decode|nullif)\b|\|\||&&)[\s(!~+-]*"
    r"(?P<quote>['\"]?)(?P<side>[\w.]{1,30})(?P=quote)\s*(?:=|like|<=>|regexp|rlike)\s*\(*\s*n?(?P<other>['\"]?)(?P=side)(?:(?P=other)|\b|$)",
    re.IGNORECASE,
)


def same_sides(text: str, place: int) -> bool:
    """Whether something is compared with itself around `place`: nobody asks that who wants to know."""
    has_same = _has_same(compared(text, place), min(max(0, place - 80), 1))
    return has_same and is_said(text, place) and not _STATEMENT_FIRST.match(text)


def compared(text: str, place: int) -> str:
    """What is read there, and a character before it."""
    return text[max(0, place - 81) : place + 40]


@functools.lru_cache(maxsize=32)
def _has_same(part: str, start: int) -> bool:
    """What repeats itself is read once."""
    return _SAME.search(part, start) is not None


_STATEMENT_FIRST: Final = re.compile(
    r"\s*(?:select|update|delete|insert|with|create)\s[^'\"]*\bwhere\s+1\s*=\s*1\s", re.IGNORECASE
)
