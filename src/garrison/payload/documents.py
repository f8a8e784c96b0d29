"""Languages of queries other than SQL: does a text end a string or a filter that it did not begin, and go on?"""

import functools
import re
from typing import Final

from garrison.payload.quoting import closing_quotes, is_said, leaves_string, stands_alone

_SCRIPT: Final = re.compile(
    r"\s*[)}\];]{0,4}\s*(?:"
    r"(?:\|\||&&)\s*[(!]{0,3}\s*(?:\)\s?=>|return\b|this|db|sleep|function|obj|it|true|1|\d|'|\"|Object\.|new\s+Date|process\.|globalThis)"
    r"|;\s*[(!]?\s*(?:return|sleep|while|do|var|let|const|await|throw|process\.|fetch\(|globalThis|Object\.|this\.|db\.|if|it\b|obj\b|\d\s*==|'\w{0,9}'?\s*==)"
    r"|\+\s*(?:sleep|\(?\s*function\b))"
)
_GRAPH: Final = re.compile(
    r"\s*\}?\s*\)?\s*(?:return|with|match|union|call|delete|detach|create|set|merge|load\s+csv|foreach|where"
    r"|filter|for|sort|limit|remove|insert|update|yield)[\s(]|\s*\}\s*\)\s*<?-",
    re.IGNORECASE,
)
_PATH: Final = re.compile(r"\s*\)?\s*(?:\]|\||/|and\b|or\b|=|\[)", re.IGNORECASE)


def leaves_script(text: str, place: int) -> bool:
    """Whether a string of a script is ended that was begun outside of `text`, and a script goes on."""
    return any(
        _SCRIPT.match(text, quote + 1) is not None and (quote == 0 or text[quote - 1] not in _BEFORE_OPENING)
        for quote in closing_quotes(text, place - 24, place)
    )


def is_operator(text: str, place: int) -> bool:
    """Whether the name before `place` is an operator of a query, and not a variable with its type (GraphQL)."""
    return _TYPED.match(text, place) is None and is_said(text, place)


_BEFORE_OPENING: Final = frozenset(" \t\n{[,:(")
_TYPED: Final = re.compile(r"\s*\[?\s*[A-Z]\w*[\]!]*")


def leaves_graph(text: str, place: int) -> bool:
    """The same for the query language of graphs."""
    return leaves_string(text, place, _GRAPH, 260)


def leaves_call(text: str, place: int) -> bool:
    """Whether the brackets of a call are closed that was begun outside of `text`, and another call is joined to it."""
    if not stands_alone(text, place):
        return False
    return text.lstrip()[:1] == ")" or leaves_string(text, place, _CALLED_ON, 60)


_CALLED_ON: Final = re.compile(r"\s{0,2}\)\s{0,2}\.")


def is_verb(text: str, place: int) -> bool:
    """Whether the line that ends at `place` is told to a cache: its verb is no word of a sentence, or in capitals."""
    return _TOLD.match(text) is not None and is_said(text, place)


_TOLD: Final = re.compile(
    r"\s*(?:[^\s]{0,60}?|[^\r\n]{0,60}?(?=\r\n[A-Z]))(?:\r\n|\\r\\n)(?:[A-Z]{3,9}|delete|del|incr|decr|incrby|decrby|[hmz]?[gs]et\w{2,3}|hset|hget|hdel|[lr]push|[lr]pop"
    r"|lrange|sadd|srem|smembers|zadd|zrem|zrange|evalsha)(?:[ \t]{1,3}[^\s]+){1,6}(?:\r\n|\\r\\n|\Z)"
)


def tells_server(text: str, place: int) -> bool:
    """Whether the line behind the value that `text` begins with is told to a server of mail: in capitals, as such
    clients write and sentences do not, or behind a number of its own."""
    return _COMMANDED.search(text[:_LINES]) is not None and is_said(text, place)


_LINES: Final = 200
_COMMANDED: Final = re.compile(
    r"(?:[\r\n]|%0[aAdD]|\\[rn])"
    r"(?:[A-Za-z]{1,3}\d{1,4}\s{1,3}[A-Z]{4,12}\b|[A-Z]{4,8}(?:[\s\\%:]|\Z)|MAIL FROM|RCPT TO)"
)


def leaves_document(text: str, place: int) -> bool:
    """Whether `text` is a value of a few words that ends one member of a document and says the next."""
    return stands_alone(text, place) and len(text) <= _MEMBERS and len(_WORDS.findall(text)) <= _FEW


_MEMBERS: Final = 160
_FEW: Final = 8
_WORDS: Final = re.compile(r"\w+")


def is_whole_pattern(text: str, place: int) -> bool:
    """Whether nothing is left open in the query of a graph before `place`: who sends its parameters besides (`$name`)
    asks a server that is made to be asked."""
    return _PARAMETER.search(text) is None and is_said(text, place)


_PARAMETER: Final = re.compile(r"(?:=|:|\bIN|\bLIMIT|\bSKIP)\s{0,3}\$[a-z]\w{0,40}\b")


def joins_filter(text: str, place: int) -> bool:
    """Whether a string is ended that was begun outside of `text`, and another condition is joined to it."""
    return leaves_string(text, place, _JOIN, 120)


_JOIN: Final = re.compile(r"\s{0,3}\)?\s{0,3}(?:(?:or|and|xor)\b|\|\||&&)", re.IGNORECASE)


def leaves_path(text: str, place: int) -> bool:
    """Whether a test of XPath is joined to one that was begun outside of `text`, or stands in a path of its own."""
    return leaves_string(text, place, _PATH, 120) or _JOINED.search(text, max(0, place - 80), place) is not None


def joins_path(text: str, place: int) -> bool:
    """The same of a value: in documents such tests are their own."""
    is_value = len(text) <= _LINES and text.lstrip()[:1] != "<" and stands_alone(text, place)
    return is_value and leaves_path(text, place)


_JOINED: Final = re.compile(
    r"^\s*(?:and|or)\s+(?:string-length|starts-with)\(|(?:^|[\])'\"])\s*(?:and|or)\s+[^.;,]{0,12}[\w-]+\(\s*(?:/|@|\.\.)|//\w|\[\s*[\w-]+\(",
    re.IGNORECASE,
)

_FILTER: Final = re.compile(r"[|&!(]*\(?\s*(?:[|&!]|[A-Za-z][\w.;-]{0,60}\s*(?::[\w.]*:)?[~<>]?=|\)|$)")
_BRACES: Final = frozenset("()|&!")
_EXPRESSION: Final = re.compile(r"\(\?|\[\^|\\[swdbSWDB]|\.\*|\{\d|[\])]\+|\)\?")


def closes_filter(text: str, place: int) -> bool:
    """Whether a filter of a directory is closed that was begun outside of `text`, and another is opened.

    A regular expression has the same signs: it shows itself by its own.
    """
    if not _may_be_filter(text) or not is_said(text, place):
        return False
    start = text.find("(", max(0, place - 40), place + 1)
    return _closes_first(text) or (start >= 0 and _FILTER.match(text, start + 1) is not None)


def is_foreign(text: str, place: int) -> bool:
    """Whether the type of document that is declared before `place` brings entities or an address of its own: one that
    lies beside the document is the server's."""
    return _DECLARED.match(text, max(0, text.rfind("<!", 0, place))) is None


_DECLARED: Final = re.compile(
    r"<!DOCTYPE\s+[\w:.-]{1,60}\s+SYSTEM\s+([\"'])(?:\.{1,2}/){0,6}(?:\w[\w.-]{0,60}/){0,6}\w[\w.-]{0,60}\.dtd\1\s*>",
    re.IGNORECASE,
)


def is_asked(text: str, place: int) -> bool:
    """Whether the filter before `place` is asked by this text, and is not what a setting is set to."""
    return is_said(text, place) and not _is_set(text, place)


def _is_set(text: str, place: int) -> bool:
    start = text.rfind("(", max(0, place - _LONG), place)
    while start > 0 and text[start - 1] in _FILTERED:
        start -= 1
    return start > 0 and _SET.search(text, max(0, start - _LONG), start) is not None


_LONG: Final = 120
_FILTERED: Final = frozenset("()|&! \t")
_SET: Final = re.compile(
    r"(?:(?:filter|query)\w{0,20}['\"]?\s*(?:=|:|,|\s)\s*['\"]?|\w\s?=\s?['\"])\s*(?:\([\w=*%@.,(|&!) ]{0,80})?$",
    re.IGNORECASE,
)
"""How a setting is named before its value."""


@functools.lru_cache(maxsize=8)
def _may_be_filter(text: str) -> bool:
    """Asked about a text once, however many of its places are."""
    return not _BRACES.isdisjoint(text) and _EXPRESSION.search(text) is None


@functools.lru_cache(maxsize=8)
def _closes_first(text: str) -> bool:
    """Whether more is closed than was opened, at some place near the beginning, or nothing is opened at all."""
    balance = 0
    for char in text[:400]:
        balance += (char == "(") - (char == ")")
        if balance < 0:
            return True
    return "(" not in text


_HEX: Final = re.compile(r"\\([0-7][0-9a-fA-F])")
_HIDDEN: Final = re.compile(
    r"(?:^|\*)\s{0,3}\({1,3}\s{0,3}[|&!]?\s{0,3}\(?\s{0,3}\w{1,40}(?::[\w.]{0,40}:)?[~<>]?="
    r"|\)\s{0,3}\(\s{0,3}(?:[|&!*]|\w{1,40}[~<>]?=)|\({1,3}[|&!]\s{0,3}\(|^[*\w]{0,30}\*\){1,4}"
)


def escapes_filter(text: str, place: int) -> bool:
    """Whether the escapes around `place` hide what a filter is made of, and not signs that a name has."""
    return _hides_filter(escaped(text, place)) and is_said(text, place)


def escaped(text: str, place: int) -> str:
    """What is read there: the same for places near one another."""
    first = place - place % _BLOCK
    return text[max(0, first - _BLOCK) : first + _BLOCK]


_BLOCK: Final = 400
"""Characters of a text that are read at once, with those before them: each is read twice, however many places ask."""


@functools.lru_cache(maxsize=32)
def _hides_filter(part: str) -> bool:
    parts = _HEX.split(part)
    parts[1::2] = [chr(int(each, 16)) for each in parts[1::2]]
    shown = "".join(parts)
    if "(" not in shown and ")" not in shown:
        return False
    return _HIDDEN.search(shown) is not None and _EXPRESSION.search(part) is None


_KEY: Final = re.compile(r"[{,]\s*(['\"])(\w{1,40})\1\s*:")


def repeats_key(text: str, place: int) -> bool:
    """Whether `text` is a flat object that says one key twice: one reader takes the first, another the last."""
    if not stands_alone(text, place):
        return False
    keys = [key for _, key in _KEY.findall(text)]
    return len(keys) != len(set(keys))


def names_class(text: str, place: int) -> bool:
    """Whether the element before `place` is named for a class, as objects are written: packages in small letters, the
    class with a capital."""
    start = text.rfind("<", 0, place)
    return start >= 0 and _CLASS.match(text, start) is not None and is_said(text, place)


_CLASS: Final = re.compile(r"<(?:[a-z]\w{0,20}\.){2,8}[A-Z]\w")


_TAG: Final = re.compile(r"<(/?)([A-Za-z_][\w.-]{1,40})[^<>]{0,200}>")
_OF_PAGES: Final = re.compile(
    r"a|abbr|address|article|aside|b|big|blockquote|body|br|button|caption|center|cite|code|col|colgroup|d[dlt]|del|details"
    r"|dfn|div|em|fig\w+|font|footer|form|h[1-6r]|head|header|html|i|img|ins|kbd|label|li|main|mark|nav|ol|option|p|pre|s"
    r"|samp|section|select|small|span|strong|su[bp]|summary|table|tbody|t[dhrt]|tfoot|thead|time|title|u|ul|var"
)


def leaves_element(text: str, place: int) -> bool:
    """Whether `text` ends an element of a document that it did not begin, says others, and begins that one again."""
    tags = _TAG.findall(text) if stands_alone(text, place) else []
    if not tags:
        return False
    (ends, first), (is_end, last) = tags[0], tags[-1]
    return (
        bool(ends) and not is_end and first == last and not _OF_PAGES.fullmatch(first.lower()) and is_said(text, place)
    )
