"""What begins where a text does need not be sought in all of it: a long text's head is enough.

A head is so many bytes, and more by what runs of signs and spaces are too long for: whoever puts a thousand spaces
between two words hides nothing behind them.
"""

import re
from collections.abc import Iterator
from typing import Final

REACH: Final = 1024
"""Bytes of a head."""
_COUNTED: Final = 200
"""What a sign may count up to that is sought in heads alone: what counts further may end far behind them."""
_RUN: Final = 32
"""Bytes of a run of signs and spaces that count as others do."""

_LONG: Final = re.compile(rb"\x00([^\x00]{%d,})" % (REACH + 1))  # begins with what is sought first
_RUNS: Final = re.compile(rb"[^\w\x80-\xff]{%d,}" % (_RUN + 1))
_SIGN: Final = b" "
_AS_ONE: Final = re.sub(rb"[^\w\x80-\xff]", _SIGN, bytes(range(256)))
"""A table in which all signs and spaces are one: most heads have no long run of them, which is told in no time."""
_COUNT: Final = re.compile(r"\{(?:\d+,)?(\d+)\}")
_PART: Final = re.compile(r"\[(?:[^\]\\]|\\.)+\]|\\.|.", re.DOTALL)


def is_of_heads(pattern: str) -> bool:
    """Whether what `pattern` counts is short enough for a head."""
    return max([int(most) for most in _COUNT.findall(pattern)], default=0) <= _COUNTED


def alternatives(expression: str) -> list[str]:
    """The parts of `expression` of which one must match."""
    found, depth = [""], 0
    for part in _PART.findall(expression):
        depth += (part == "(") - (part == ")")
        if part == "|" and not depth:
            found.append("")
        else:
            found[-1] += part
    return found


def heads(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Of texts that are joined, a NUL before and behind each, the heads, and where in `data` each of them begins.

    Texts that are short stay together; a head that was cut has no NUL behind it.
    """
    start = 0
    for long in _LONG.finditer(data):
        if long.start() > start:
            yield start, data[start : long.start() + 1]
        yield long.start(), data[long.start() : min(long.start() + 1 + _length(long[1]), long.end() + 1)]
        start = long.end()
    if len(data) - start > 1:
        yield start, data[start:]


def _length(text: bytes) -> int:
    """Bytes of the head of `text`."""
    length, at = REACH, 0
    if _SIGN * (_RUN + 1) not in text[: REACH + _RUN].translate(_AS_ONE):
        return length
    while run := _RUNS.search(text, at, length + _RUN):
        longer = _RUNS.match(text, run.start()) or run
        length, at = length + len(longer[0]) - _RUN, longer.end()
    return length
