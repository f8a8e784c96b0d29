"""Patterns: ECMA-262 regular expressions as descriptions write them, for an engine that is stricter.

JavaScript outside its Unicode mode takes some spellings (ECMA-262, annex B) that every other engine refuses:
a brace or a hyphen that can only be meant literally. They are frequent in real descriptions. What is mended
here means the same to JavaScript; anything else is left for the engine to judge.
"""

import re

_QUANTIFIER = re.compile(r"\{[0-9]+(,[0-9]*)?\}")
_CLASS_ESCAPES = "dDwWsS"
_ANCHORS = {"\\A": "^", "\\Z": "$", "\\z": "$"}
"""Start and end of text as Python, Ruby and Java write them; JavaScript would read plain letters, which no
author means."""


def mend(pattern: str) -> str:
    """`pattern` with literal braces and hyphens escaped, empty classes and foreign anchors spelled out."""
    out: list[str] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            escape = pattern[at : at + 2]
            wide = _wide_escape(pattern, at)
            out.append(wide or _ANCHORS.get(escape, escape))
            at += len(wide) or 2
        elif char == "[":
            text, at = _class(pattern, at)
            out.append(text)
        elif char == "{" and (not out or not _QUANTIFIER.match(pattern, at)):
            out.append("\\{")
            at += 1
        elif char == "{":
            quantifier = _QUANTIFIER.match(pattern, at)
            out.append(quantifier.group() if quantifier else char)
            at += len(out[-1])
        elif char == "}":
            out.append("\\}")
            at += 1
        else:
            out.append(char)
            at += 1
    return "".join(out)


def _wide_escape(pattern: str, at: int) -> str:
    """An escape with a braced argument (`\\p{L}`, `\\u{1F600}`, `\\x{41}`); empty where there is none."""
    found = re.compile(r"\\[pPux]\{[^{}]*\}").match(pattern, at)
    return found.group() if found else ""


def _class(pattern: str, start: int) -> tuple[str, int]:
    """The character class that begins at `start`, mended, and the index behind it."""
    at = start + 1
    negated = pattern.startswith("^", at)
    at += negated
    if pattern.startswith("]", at):
        # `[]` is nothing and `[^]` is anything; elsewhere the bracket would be a literal.
        return ("[\\s\\S]" if negated else "[^\\s\\S]"), at + 1
    out = ["[^" if negated else "["]
    after_range = False
    while at < len(pattern) and pattern[at] != "]":
        item = _item(pattern, at)
        at += len(item)
        if item == "-":
            is_edge = len(out) == 1 or pattern.startswith("]", at) or after_range
            beside_escape = _is_class_escape(out[-1]) or _is_class_escape(_item(pattern, at))
            if is_edge or beside_escape:
                out.append("\\-")
                after_range = False
                continue
            out.append("-" + _literal(_item(pattern, at)))
            at += len(_item(pattern, at))
            after_range = True
            continue
        after_range = False
        out.append(_literal(item))
    return "".join(out) + "]", at + 1


def _item(pattern: str, at: int) -> str:
    """One member of a character class: a character or an escape."""
    if pattern.startswith("\\", at):
        return _wide_escape(pattern, at) or pattern[at : at + 2]
    return pattern[at : at + 1]


def _literal(item: str) -> str:
    """`item` with what other engines read as set operators or nested classes escaped."""
    return "\\" + item if item in ("[", "&", "~", "-") else item


def _is_class_escape(item: str) -> bool:
    return len(item) >= 2 and item[0] == "\\" and (item[1] in _CLASS_ESCAPES or item[1] in "pP")
