"""What a short text carries for another reader than the first: strings of JSON or GraphQL in it, words as a shell joins
them, values of a query."""

import re
from typing import Any, Final

import msgspec

from garrison.payload.joined import Joined

JSON: Final = "json"
"""The step that takes strings out of JSON."""
QUERY: Final = "query"
"""The step that takes values out of a query."""
_MOST: Final = 32
"""Strings that are taken out of one text."""
_OPENING: Final = ("{", "[", '"')
_OPERATIONS: Final = ("query", "mutation", "subscription")
_FIRST: Final = tuple(["\0" + each for each in (*_OPENING, *_OPERATIONS)])
"""How those begin that may be JSON, or an operation of GraphQL."""
_ARGUMENT: Final = re.compile(r"[:\[,]\s{0,9}\"((?:[^\"\\\n]|\\.)+)\"")
"""What is given to a field."""
_PLAIN: Final = re.compile(r"[\w .,@:+-]{0,7}|[\w.-]{1,40}")
_DECODER: Final = msgspec.json.Decoder()

# An address with a query, a query alone, a path that asks for another, a name with a number or a quote that may go on.
_QUERY: Final = re.compile(
    r"(?:(?:[a-z]{2,6}://[^\s?=&\"'<>(){}]{1,300})?\?|&|/[^\s?=&\"'<>(){}]{0,300}\?(?=\w{1,40}=[/.])|(?=\w{1,40}=['\"\d]))"
    r"(?=[\w.$\[\]-]{1,40}=[^=])([^\n]+)"
)
_ASKS: Final = re.compile(r"\0[^\s=\0]{1,350}=[^=\0\n][^\0\n]*?[\s'\"<(;|$`\\%/]")
"""How those begin that may be one, with a value that says more than a word."""

# What a shell leaves out of a word: empty quotes, empty parameters, a line that goes on, quotes around a part of it.
_JOINED: Final = re.compile(
    r"(?<=[\w/])(?:''|\"\"|\\\r?\n|\\(?=[a-z])|\$(?:[@*\d!]|\(\)|\{[a-z]{1,6}\})|`\s?`|<>|\^)(?=[\w/])|(?<=[\w/])(['\"])(\w{1,3})\1(?=[\w/\s;|&)]|$)"
)
_HINTS: Final = b"[{\"'\\$<`^="
"""What any of it has: one look, and most texts are done."""
_NO_HINT: Final = bytes([code for code in range(256) if code not in _HINTS])
_MARKED: Final = re.compile(
    r"['\"\\$<`^](?:(?<=\\)|(?<=[a-z]\^)[a-z]|(?<=')(?:'|\w{1,3}['\"])|(?<=\")(?:\"|\w{1,3}['\"])"
    r"|(?<=\$)(?:[@*\d!]|\(\)|\{[a-z]{1,6}\}\w)|(?<=<)>|(?<=`)(?:`| `))"
)  # begins with what is sought first
"""What may be left out: most texts have nothing of it, and are not read letter by letter."""
_LINE: Final = 600
"""Characters of what a shell is told in a value."""
_FEW_LINES: Final = 2
_BREAKS: Final = re.compile(r"\s+")
"""What stands for spaces in a value that has none: to most languages a line's end is as good as one."""
_ACTS: Final = re.compile(r"[;|&`\n$/<>({]")
"""Signs of which a shell has at least one, where a word is run."""
_WORD: Final = re.compile(r"[\w'\"\\@]{4,40}")
"""A word that is all of a text, and run by whoever runs the text."""


def carried(text: str) -> list[tuple[str, str]]:
    """Each behind the step that it takes: `json`, `graphql`, `shell`, `query`, `lines`. Never raises."""
    found = [(JSON, each) for each in _strings(text)] if text.startswith(_OPENING) else []
    if not found and text.startswith((*_OPERATIONS, "{")) and text.rstrip().endswith("}"):
        given = [each.replace('\\"', '"').replace("\\\\", "\\") for each in _ARGUMENT.findall(text)[:_MOST]]
        found = [("graphql", each) for each in given if not _PLAIN.fullmatch(each)]
    if len(text) <= _LINE and _MARKED.search(text) and (_ACTS.search(text) or _WORD.fullmatch(text)):
        joined = _JOINED.sub(r"\2", text)
        if joined != text:
            found.append(("shell", joined))
    if _is_of_lines(text):
        found.append(("lines", _BREAKS.sub(" ", text)))
    if len(text) <= _LINE and "=" in text and (query := _QUERY.fullmatch(text)):
        found += [(QUERY, value) for value in _values(query[1]) if not _PLAIN.fullmatch(value)]
    return found


def _is_of_lines(text: str) -> bool:
    """Whether line breaks stand where another value has spaces."""
    return " " not in text and text.count("\n") >= _FEW_LINES and text.isascii() and len(text) <= _LINE


def carrying(joined: Joined) -> list[int]:
    """The indexes of those texts that carry something; where none has a hint of it, one look at all tells."""
    if _is_hinted(joined):
        return [index for index, each in enumerate(joined.texts) if carried(each)]
    return [index for index, each in enumerate(joined.texts) if _is_of_lines(each)] if "\n" in joined.text else []


def _is_hinted(joined: Joined) -> bool:
    if not joined.signs or not joined.signs.translate(None, _NO_HINT):
        return False
    text = joined.text
    return (
        _MARKED.search(text) is not None
        or any(first in text for first in _FIRST)
        or ("=" in text and _ASKS.search(text) is not None)
    )


def _values(query: str) -> list[str]:
    return [pair.partition("=")[2] for pair in query.split("&")[:_MOST]]


def _strings(text: str) -> list[str]:
    """The strings of `text`, and of a string in it that is JSON itself."""
    found: list[str] = []
    stack: list[Any] = []
    _read(text, stack)
    while stack and len(found) < _MOST:
        node = stack.pop()
        if isinstance(node, dict):
            stack += [key for key in node if not key.isidentifier()]
            stack += node.values()
        elif isinstance(node, list):
            stack += node
        elif isinstance(node, str) and not _PLAIN.fullmatch(node):
            found.append(node)
            if node.startswith(_OPENING):
                _read(node, stack)
    return found


def _read(text: str, stack: list[Any]) -> None:
    try:
        stack.append(_DECODER.decode(text))
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return
