"""Patterns in requests that look at a part of the text."""

from collections.abc import Iterator
from typing import Final

from garrison.audit.bounds import adding
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId

_MOST: Final = 1000
"""Characters of a pattern that is looked at."""


def _look(reading: Reading) -> Iterator[Fault]:
    for spot in reading.spots:
        pattern = spot.node.value.get("pattern")
        if not spot.requests or not isinstance(pattern, str) or not 0 < len(pattern) <= _MOST or _is_anchored(pattern):
            continue
        what = f"the pattern of `{spot.name}`" if spot.name else "the pattern"
        # what begins with `^` alone, or has neither, may be meant so; what has both is meant as a whole
        has_both = pattern.startswith("^") and pattern.endswith("$")
        yield Fault(
            spot.node,
            f"{what} lacks {_missing(pattern)}",
            spot.requests,
            spot.location,
            confidence=Confidence.HIGH if has_both else None,
            mends=() if has_both else adding(spot, pattern=_anchored(pattern)),
        )


def _is_anchored(pattern: str) -> bool:
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


def _missing(pattern: str) -> str:
    missing = [name for name, has in (("^", _begins(pattern)), ("$", _ends(pattern))) if not has]
    return " and ".join(f"`{name}`" for name in missing) or "brackets around its alternatives"


def _anchored(pattern: str) -> str:
    if len(_alternatives(pattern)) > 1:
        return f"^(?:{pattern})$"
    return f"{'' if _begins(pattern) else '^'}{pattern}{'' if _ends(pattern) else '$'}"


RULE = Rule(
    id=CheckId("unanchored-pattern"),
    title="a pattern looks at a part of the text only",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api8", "cwe.777", "rec.5"),
    why="JSON Schema searches: without `^` and `$` anything may stand before and behind what matches.",
    mend="Write `^` before and `$` behind it, around alternatives with brackets: `^(?:a|b)$`.",
    look=_look,
)
