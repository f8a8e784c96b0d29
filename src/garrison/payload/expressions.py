"""Expressions of templates: is one evaluated here that does something, or is a name put into a text?"""

import functools
import re
from bisect import bisect_left, bisect_right
from typing import Final

from garrison.payload.quoting import is_said

_ACTION: Final = re.compile(r"\$\{\{\s*[\w.-]+\s*\}\}")
_RUNS: Final = re.compile(
    r"\b(?:system|exec|passthru|shell_exec|popen|getRuntime|execute|newInstance|forName|phpinfo|eval|__import__|include|file_get_contents|readfile|assert"
    r"|registerUndefinedFilterCallback|getFilter|sleep|subclasses)\b[\s'\"\])]*[(\[|]|\b(?:ProcessBuilder|Runtime|child_process|mainModule|constructor|subclasses|os)\b[\s'\"\])]*[.(\[|]"
    r"|\|\s*(?:map|filter|sort|reduce|join|attr)\s*\(?\s*['\"\[]|\|\s*join\b|['\"](?:system|exec|passthru|eval|assert|constructor|shell_exec|popen)['\"]",
    re.IGNORECASE,
)


def is_reached(text: str, place: int) -> bool:
    """Whether what is named before `place` is an engine's own, and not a setting of a workflow (`${{ env.A }}`)."""
    start = text.rfind("{{", 0, place)
    return (start <= 0 or _ACTION.match(text, start - 1) is None) and is_said(text, place)


def is_evaluated(text: str, place: int) -> bool:
    """Whether a call stands between the opening of an expression and its end."""
    start = _opened(text, place)
    if start < 0 or not is_said(text, place):
        return False
    end = _ENDS.get(text[start : start + 2])
    closed = text.find(end, start) if end else -1
    runs = _runs(text)
    at = bisect_left(runs, (start, 0))
    return at < len(runs) and runs[at][1] <= (closed if closed >= 0 else place + 2)


def _opened(text: str, place: int) -> int:
    """Where the last expression before `place` is opened; -1 where none is."""
    openings = _openings(text)
    at = bisect_right(openings, place - 2) - 1
    while at >= 0 and openings[at] + _LENGTHS.get(text[openings[at] : openings[at] + 2], 2) > place:
        at -= 1
    return openings[at] if at >= 0 else -1


@functools.lru_cache(maxsize=8)
def _openings(text: str) -> list[int]:
    """Where each begins: asked about a text once, however many of its places are."""
    return [found.start() for found in _OPENING.finditer(text)]


@functools.lru_cache(maxsize=8)
def _runs(text: str) -> list[tuple[int, int]]:
    """From where to where each call stands that does something."""
    return [found.span() for found in _RUNS.finditer(text)]


_PUT_IN: Final = re.compile(r"<%=\s*@?[A-Za-z_][\w.]{0,60}\s*-?%>")


def does_more(text: str, place: int) -> bool:
    """Whether a tag of a page does more than to put a name's value in: `<%= name %>` does not."""
    start = text.rfind("<%", 0, place)
    return (start < 0 or _PUT_IN.match(text, start) is None) and is_said(text, place)


_OPENING: Final = re.compile(
    r"[{<$#*@~%\[](?:(?<=\{)(?=[{%#$]|php\})|(?<=<)(?=%)|(?<=[$#*@~%])(?=\{)|(?<=@)(?=\()|(?<=\[)(?=\[)|(?<=#)(?=set))"
)
"""How an expression is opened."""
_ENDS: Final = {"{{": "}}", "{%": "%}", "<%": "%>"}
"""What ends it where its braces hold none of their own."""
_LENGTHS: Final = {"{p": len("{php}"), "#s": len("#set")}
"""Characters of an opening that has more than two."""

_EXPRESSION: Final = re.compile(r"(?:\{\{|\{%|<%|[$#*@~%]\{).{0,160}?(?:\}\}|%\}|%>|\})", re.DOTALL)
_PARTS: Final = 2000


def is_whole(text: str, place: int) -> bool:
    """Whether `text` is an expression and hardly anything beside: no text that names are put into."""
    del place
    return len(text) > _PARTS or len(_EXPRESSION.sub(" ", text).split()) <= 1
