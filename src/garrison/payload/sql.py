"""SQL as the place sees it that a text is put into: read from its beginning, and from behind each kind of quote.

A text is made into a line of letters, one for each word of SQL; whether it leaves its place and says something of its
own there is then a question of which letters follow one another.
"""

import re
from typing import Final

_TOKEN: Final = re.compile(
    r"(?P<space>[\s\x00]+|/\*!\d*|\*/)"
    r"|(?P<comment>--[\s+-]|--$|\#|/\*(?:[^*]|\*(?!/))*+(?:\*/)?|;%00|;\x00)"
    r"|(?P<number>0[xX][0-9a-fA-F]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?(?![A-Za-z_])|\.\d+)"
    r"|(?P<string>'(?:[^'\\]|''|\\.)*+'|\"(?:[^\"\\]|\"\"|\\.)*+\"|`[^`]*+`)"
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
    r"|(?P<name>@{1,2}[\w.$]*|[A-Za-z_\x80-\U0010ffff][\w.$]*|\[[\w ]+\])"
    r"|(?P<open>\()|(?P<close>\))|(?P<comma>,)|(?P<end>;)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
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
    found = _TOKEN.finditer(text, start, len(text) if end is None else end)
    return "".join([_BY_INDEX[(match.lastindex or 1) - 1] for match in found])


_V = r"(?:[-+(]*(?:f\([^)]{0,12}\)|[1sn0q]|f\())"  # a value
_W = r"(?:[-+(]*(?:f\([^)]{0,12}\)|[1s0q]|f\())"  # one that is no bare word
# What may follow where a value has just ended: it goes on as SQL.
_BROKEN: Final = re.compile(
    rf"[)]*(?:O+[+(]*{_V}[)]*=[=+(]*(?:{_W}|S|$)|O+[+(]*{_W}[)]*c|O+[(+]*(?:S|D\()|O+[(+]*n=[=+]*(?:{_W}|c|$|\?))"
    r"|[+,|O]+[(]+S[+(]*[1sn0f(]"
    r"|[)c(,]*U[+(]*(?:S|G|c)"
    r"|[)]*;+[cn]*(?:D[nGFf(cS@]|D$|S[+(]*[1sf(0])"
    r"|[)]*c(?:[cn]{0,6})$"
    r"|G(?:G|1)[1n(]?[,1]*(?:c|$)"
    rf"|[)]*=+[(]*{_W}[)]*(?:O|c|$)"
    r"|[)]*=+G*0|=n?(?:c|\?c)|[)]*(?:,0){2}|[)]*(?:,0)+[)]*(?:;|D|c)|[)]*[,)]*;D"
)
_FULL: Final = re.compile(
    r"S[+(1sn0f=),]{1,60}F[(]*[n(sq]"  # select ... from name
    r"|U[+(]*S|\(+S[+(]*(?:[1sn0]|f\()"
    r"|;D(?:[nfG+(]|D|$)"
)
_RAW: Final = re.compile(
    rf"^[-+(]*[1n0s]?[)]*(?:O[+(]*{_V}[)]*=[+(]*(?:{_V}|S)|O[+(]*(?:[10]|S|f\()[)]*(?:c|$|[=O])|[)c(,+]*U[+(]*S"
    r"|G(?:G)1|,\(S|[+=]\(+S|;D|[(]*S.*F)"
)


def breaks_quote(text: str, place: int) -> bool:
    """Whether what follows the quote nearest before `place` goes on as SQL behind it."""
    start = max(text.rfind("'", 0, place), text.rfind('"', 0, place))
    if start < 0 or not _may_end(text, start):
        return False
    return _BROKEN.match(letters(text, start + 1, start + 200)) is not None


def goes_on(text: str, place: int) -> bool:
    """Whether the words of SQL around `place` are a part of a statement and not of a sentence."""
    start = max(0, place - 120, text.rfind("\n", 0, max(0, place - 40)))
    line = letters(text, start, place + 120)
    return _FULL.search(line) is not None or _LOGIC.search(line) is not None


_LOGIC: Final = re.compile(
    rf"O[+(]*{_W}(?:[+][+(]*{_W})*[)]*=[+(]*(?:{_W}|S)|^[(q]*[1nqs]?[)q]*O[+(]*[10][)]*(?:c|O[+(]*[10])|^[(]*q[)]*O[+(]*[10s][)]*(?:c|$|O)|O[(+]*S"
    r"|[=+,(O]\(+S|O[+(]*n=[+(]*(?:[1q]|s(?:[c)O;]|$))|q[)]*O[+(]*[1s](?:c|O[+(]*[1s])"
)


def is_statement(text: str, place: int) -> bool:
    """Whether `text` reads as a whole statement from its beginning."""
    return _STATEMENT.match(letters(text, 0, max(place, 0) + 300)) is not None


_STATEMENT: Final = re.compile(
    r"[(]*(?:S[+(1sn0f=),*@]{1,80}?(?:F[(]*[n(sq]|$|c|[;])|S[+(]*(?:f\(|[1s])|D(?:Gn|Fn|n(?:[(;=qDGn]|$)|D|G|[f(@]|q))"
)


_OPERATOR: Final = re.compile(r"\s*(?:or|and|xor|like|div|\|\||&&)\W", re.IGNORECASE)


def leaves_string(text: str, place: int) -> bool:
    """Whether the first quote of `text` ends a string that was begun outside of it."""
    del place
    single, double = text.find("'"), text.find('"')
    first = min(each for each in (single, double, len(text)) if each >= 0)
    if first == len(text):
        return False
    is_closing = first == 0 or text[first - 1].isalnum() or text[first - 1] in ")%"
    return is_closing and _OPERATOR.match(text, first + 1) is not None


def _may_end(text: str, quote: int) -> bool:
    """Whether the quote at `quote` may be the end of a string that was begun outside of `text`.

    In a text that has many of them, most stand in pairs of its own: a quote that has its partner before it on the same
    line, or that begins a word, ends nothing.
    """
    line = text.rfind("\n", 0, quote) + 1
    before = text.count(text[quote], line, quote)
    return (
        before % 2 == 0
        and (quote == line or not text[quote - 1].isspace() or not text[quote + 1 : quote + 2].isalnum())
        and text[quote - 1 : quote] not in {"=", "("}
    )
