"""Expressions of templates: is one evaluated here that does something, or is a name put into a text?"""

import re
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
    start, end = max((text.rfind(opens, 0, place), ends) for opens, ends in _OPENINGS)
    if start < 0 or not is_said(text, place):
        return False
    closed = text.find(end, start) if end else -1
    return _RUNS.search(text, start, closed if closed >= 0 else place + 2) is not None


_PUT_IN: Final = re.compile(r"<%=\s*@?[A-Za-z_][\w.]{0,60}\s*-?%>")


def does_more(text: str, place: int) -> bool:
    """Whether a tag of a page does more than to put a name's value in: `<%= name %>` does not."""
    start = text.rfind("<%", 0, place)
    return (start < 0 or _PUT_IN.match(text, start) is None) and is_said(text, place)


_OPENINGS: Final = (
    ("{{", "}}"),
    ("{%", "%}"),
    ("<%", "%>"),
    *((each, "") for each in ("${", "#{", "*{", "@{", "~{", "{#", "@(", "[[", "{php}", "{$", "%{", "#set")),
)
"""How an expression is opened, and what ends it where its braces hold none of their own."""

_EXPRESSION: Final = re.compile(r"(?:\{\{|\{%|<%|[$#*@~%]\{).{0,160}?(?:\}\}|%\}|%>|\})", re.DOTALL)
_PARTS: Final = 2000


def is_whole(text: str, place: int) -> bool:
    """Whether `text` is an expression and hardly anything beside: no text that names are put into."""
    del place
    return len(text) > _PARTS or len(_EXPRESSION.sub(" ", text).split()) <= 1
