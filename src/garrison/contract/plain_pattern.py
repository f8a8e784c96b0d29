"""Patterns of a schema that leave no room: whatever they match says nothing in any language.

Read is a small part of regular expressions, and what is not of it is not plain: anchored at both ends, so that no
alternative stands outside of a group; letters, digits and a few signs; classes of them; groups and repetitions.
"""

import re
from typing import Final

_TOKEN: Final = re.compile(
    r"\[(?P<members>(?:[^\[\]\\^]|\\.)+)\]|\\(?P<escaped>.)|(?P<open>\((?:\?:|(?!\?)))|(?P<close>\))|(?P<or>\|)"
    r"|[*+?]|\{\d+(?:,\d*)?\}|(?P<literal>[\w@:#, /-])",
    re.ASCII,
)
_MEMBER: Final = re.compile(
    r"(?P<range>a-z|A-Z|0-9|[a-z]-[a-z]|[A-Z]-[A-Z]|\d-\d)|\\(?P<escaped>.)|(?P<literal>[\w@:#, ./-])", re.ASCII
)
_ESCAPES: Final = {"d": "0", "w": "a0_", ".": ".", "-": "-", "/": "/", "_": "_", "@": "@", ":": ":", "#": "#"}
_TOGETHER: Final = ("./", ":/", "a ")
"""Signs that one pattern must not allow side by side: `../` leads elsewhere, `x://` too, and words with spaces between
them may be a clause of SQL where a number is expected."""


def is_plain(pattern: str) -> bool:
    """Whether a text that matches `pattern` closes no context and leads nowhere."""
    if not (pattern.startswith("^") and pattern.endswith("$")) or pattern.endswith("\\$"):
        return False
    alphabet = _alphabet(pattern[1:-1])
    return alphabet is not None and not any(alphabet.issuperset(signs) for signs in _TOGETHER)


def _alphabet(body: str) -> set[str] | None:
    """What the pattern's texts are made of, `a` for any letter and `0` for any digit; None where that is not plain."""
    found: set[str] = set()
    at = depth = 0
    while at < len(body):
        token = _TOKEN.match(body, at)
        if token is None:
            return None
        at = token.end()
        depth += bool(token["open"]) - bool(token["close"])
        if depth < 0 or (token["or"] and not depth):
            return None
        own = _signs(token)
        if own is None:
            return None
        found |= own
    return found if depth == 0 else None


def _signs(token: "re.Match[str]") -> set[str] | None:
    if token["members"]:
        return _members(token["members"])
    if token["escaped"]:
        return set(_ESCAPES[token["escaped"]]) if token["escaped"] in _ESCAPES else None
    return {_kind(token["literal"])} if token["literal"] else set()


def _members(text: str) -> set[str] | None:
    found: set[str] = set()
    at = 0
    while at < len(text):
        member = _MEMBER.match(text, at)
        if member is None or (member["escaped"] and member["escaped"] not in _ESCAPES):
            return None
        at = member.end()
        found |= (
            set(_ESCAPES[member["escaped"]])
            if member["escaped"]
            else {_kind((member["range"] or member["literal"])[0])}
        )
    return found


def _kind(sign: str) -> str:
    if sign.isalpha():
        return "a"
    return "0" if sign.isdigit() else sign
