"""What the small model is told of a text: short runs of words and signs, in windows that overlap.

A window is at most `WINDOW` characters, so that no padding around an attack weakens what stands in it.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

WINDOW: Final = 240
STRIDE: Final = 160
LONGEST_RUN: Final = 4
"""Words in a run."""

_TOKEN: Final = re.compile(r"[a-z_]+|[0-9]+|[\n\r]+|\s+|[^\x00-\x7f]+|.", re.DOTALL)


def windows(text: str) -> Iterator[tuple[int, int]]:
    """Where the windows of `text` begin and end."""
    length = len(text)
    start = 0
    while True:
        end = start + WINDOW
        if end >= length:
            yield start, length
            return
        yield start, end
        start += STRIDE


def runs(text: str, start: int, end: int, known: frozenset[str]) -> set[str]:
    """The runs of the window: words that are not `known` are one like another, and so are numbers."""
    words = ["^"] if start == 0 else []
    for word in _TOKEN.findall(text[start:end].lower()):
        first = word[0]
        if first.isalpha() or first == "_":
            words.append(word if word in known else "w" if word.isascii() else "u")
        elif first.isdigit():
            words.append("0" if len(word) < 3 else "00")
        elif first in "\n\r":
            words.append("\n")
        elif first.isspace():
            words.append(" ")
        else:
            words.append(word if first.isascii() else "u")
    if end == len(text):
        words.append("$")
    found = set(words)
    pairs = list(map("\t".join, pairwise(words)))
    found.update(pairs)
    triples = list(map("\t".join, zip(pairs, words[2:], strict=False)))
    found.update(triples)
    found.update(map("\t".join, zip(triples, words[3:], strict=False)))
    return found
