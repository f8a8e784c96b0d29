"""What is told of a finding: its signs, what had to be undone, and the text with everything personal masked."""

import re
from typing import Final

from garrison.payload.judge import Finding

_LONGEST: Final = 80
_WORD: Final = re.compile(r"[^\W_]+")
_SPEAKS: Final = frozenset({
    "select", "union", "from", "where", "and", "or", "not", "null", "all", "insert", "into", "update", "delete",
    "drop", "table", "exec", "order", "group", "by", "having", "sleep", "waitfor", "delay", "script", "img", "svg",
    "iframe", "onerror", "onload", "alert", "javascript", "src", "href", "style", "http", "https", "file", "ftp",
    "php", "etc", "passwd", "bin", "sh", "cat", "id", "whoami", "doctype", "entity", "system", "public", "jndi",
    "ldap", "rmi", "class", "java", "lang", "runtime", "proto", "constructor", "prototype", "ne", "gt", "lt",
    "regex", "like",
})  # fmt: skip
"""Words of languages, which say nothing of anybody: they are shown."""


def evidence_of(finding: Finding) -> str:
    """One line for the operator. Words that are none of a language are shown by their shape: `a`, `9`."""
    signs = ", ".join(sign.partition(".")[2] for sign in finding.signs[:4])
    undone = f" behind {', '.join(dict.fromkeys(finding.steps))}" if finding.steps else ""
    return f"{signs}{undone}: {masked(finding.text, finding.place)}"


def masked(text: str, place: int = 0) -> str:
    """The part of `text` around `place`, its words replaced by what they are made of."""
    start = max(0, place - _LONGEST)
    part = " ".join(text[start : start + _LONGEST + 20].split())
    return "".join(char if char.isprintable() else "?" for char in _WORD.sub(_shape, part))[: _LONGEST + 20]


def _shape(match: "re.Match[str]") -> str:
    word = match[0]
    if word.lower() in _SPEAKS:
        return word
    return ("9" if word.isdigit() else "a") * min(len(word), 3)
