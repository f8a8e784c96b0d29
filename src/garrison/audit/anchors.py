"""Anchors: whether a pattern looks at the whole of a text, or at any part of it."""

from collections.abc import Iterator
from typing import Final

MOST: Final = 1000
"""Characters of a pattern that is looked at."""


def is_anchored(pattern: str) -> bool:
    """Whether each of its alternatives has both anchors."""
    rest = [pattern]
    while rest:
        one = rest.pop()
        several = _alternatives(one)
        inner = _within_brackets(one)
        if len(several) > 1:
            rest += several
        elif inner:
            rest.append(inner)
        elif not (_begins(one) and _ends(one)):
            return False
    return True


def _begins(pattern: str) -> bool:
    return pattern.startswith(("^", r"\A")) or (pattern.startswith(("(?=", "(?!")) and "^" in pattern)


def _ends(pattern: str) -> bool:
    return pattern.endswith((r"\z", r"\Z")) or (pattern.endswith("$") and not pattern.endswith(r"\$"))


def _alternatives(pattern: str) -> list[str]:
    """The alternatives of the whole pattern, those in brackets left together."""
    found, begin = [], 0
    for at, char, depth in _outside(pattern):
        if char == "|" and depth == 0:
            found.append(pattern[begin:at])
            begin = at + 1
    return [*found, pattern[begin:]]


def _within_brackets(pattern: str) -> str:
    """What stands in brackets that are around the whole pattern; empty where there are none."""
    begin = next((len(each) for each in ("(?:", "(") if pattern.startswith(each)), 0)
    if not begin or pattern.startswith(("(?=", "(?!", "(?<")):
        return ""
    closing = next((at for at, char, depth in _outside(pattern) if char == ")" and depth == 0), -1)
    return pattern[begin:-1] if closing == len(pattern) - 1 else ""


def _outside(pattern: str) -> Iterator[tuple[int, str, int]]:
    """Each character that is neither escaped nor in a class, its index, and in how many brackets it stands."""
    depth, at, in_class = 0, 0, False
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            at += 2
            continue
        if in_class or char == "[":
            in_class = char != "]"
        else:
            depth += (char == "(") - (char == ")")
            yield at, char, depth
        at += 1


def missing(pattern: str) -> str:
    """What it lacks, for a sentence."""
    missing = [name for name, has in (("^", _begins(pattern)), ("$", _ends(pattern))) if not has]
    return " and ".join(f"`{name}`" for name in missing) or "brackets around its alternatives"


def anchored(pattern: str) -> str:
    """The pattern with both anchors."""
    if len(_alternatives(pattern)) > 1:
        return f"^(?:{pattern})$"
    return f"{'' if _begins(pattern) else '^'}{pattern}{'' if _ends(pattern) else '$'}"
