"""Languages of queries other than SQL: does a text end a string or a filter that it did not begin, and go on?"""

import functools
import re
from typing import Final

from garrison.payload.quoting import closing_quotes, is_said, leaves_string

_SCRIPT: Final = re.compile(
    r"\s*[)}\];]{0,4}\s*(?:"
    r"(?:\|\||&&)\s*[(!]?\s*(?:this|db|sleep|function|obj|it|true|1|\d|'|\")"
    r"|;\s*[(!]?\s*(?:return|sleep|while|do|var|this\.|db\.|if|it\b|obj\b|\d\s*==|'\w{0,9}'?\s*==)"
    r"|\+\s*sleep)"
)
_GRAPH: Final = re.compile(
    r"\s*\}?\s*\)?\s*(?:return|with|match|union|call|delete|detach|create|set|merge|load\s+csv|foreach|where)\s",
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


def leaves_path(text: str, place: int) -> bool:
    """Whether a test of XPath is joined to one that was begun outside of `text`, or stands in a path of its own."""
    return leaves_string(text, place, _PATH, 120) or _JOINED.search(text, max(0, place - 80), place) is not None


_JOINED: Final = re.compile(
    r"(?:^|[\])'\"])\s*(?:and|or)\s+[^.;,]{0,12}[\w-]+\(\s*(?:/|@|\.\.)|//\w|\[\s*[\w-]+\(", re.IGNORECASE
)

_FILTER: Final = re.compile(r"[|&!(]*\(?\s*(?:[|&!]|[A-Za-z][\w.;-]{0,40}\s*(?::[\w.]*:)?[~<>]?=|\)|$)")
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
