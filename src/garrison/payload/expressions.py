"""Expressions of templates: is one evaluated here that does something, or is a name put into a text?"""

import functools
import re
from bisect import bisect_left, bisect_right
from typing import Final

from garrison.payload.quoting import following, is_not_fenced, is_said, lowered

_ACTION: Final = re.compile(r"\$\{\{\s*[\w.-]+\s*\}\}")
_RUNS: Final = re.compile(
    r"\b(?:s(?:ystem|hell_exec|leep|ubclasses)|e(?:xec|xecute|val)|p(?:assthru|open|hpinfo)|getruntime|newinstance|forname|__import__|include"
    r"|file_get_contents|readfile|assert|registerundefinedfiltercallback|getfilter)\b[\s'\"\])]*[(\[|]"
    r"|\b(?:processbuilder|runtime|child_process|mainmodule|constructor|subclasses|os)\b[\s'\"\])]*[.(\[|]"
    r"|\|\s*(?:map|filter|sort|reduce|join|attr)\s*\(?\s*['\"\[]|\|\s*join\b|['\"](?:system|exec|passthru|eval|assert|constructor|shell_exec|popen)['\"]"
)  # in lower case: to leave the case aside would cost some times as much


def is_reached(text: str, place: int) -> bool:
    """Whether what is named before `place` is an engine's own, and not a setting of a workflow (`${{ env.A }}`)."""
    start = text.rfind("{{", 0, place)
    return (start <= 0 or _ACTION.match(text, start - 1) is None) and is_said(text, place)


def is_evaluated(text: str, place: int) -> bool:
    """Whether a call stands between the opening of an expression and its end."""
    start, end = _expression(text, place)
    if start < 0 or not is_said(text, place):
        return False
    if end - start <= _SHORT:
        found = _RUNS.search(lowered(text[start : end + 1]))
        return found is not None and start + found.end() <= end
    runs = _runs(text)
    at = bisect_left(runs, (start, 0))
    return at < len(runs) and runs[at][1] <= end


def evaluated(text: str, place: int) -> str:
    """What is read there: an expression, or where that is long all of the text, once."""
    start, end = _expression(text, place)
    return text if end - start > _SHORT else text[max(0, start) : end + 1]


def _expression(text: str, place: int) -> tuple[int, int]:
    """From where to where the expression stands that is opened last before `place`; from -1 where none is."""
    start = _opened(text, place)
    if start < 0:
        return start, start
    mark = _ENDS.get(text[start : start + 2])
    closed = following(text, mark, start) if mark else -1
    return start, closed if closed >= 0 else place + 2


_SHORT: Final = 256
"""Characters of an expression that is read by itself."""


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
    """From where to where each call stands that does something: what their names begin with is sought first."""
    low = lowered(text)
    starts = {found.start() for found in _PIPED.finditer(low)}
    for name in _NAMES:
        at = low.find(name)
        while at >= 0:
            starts.add(at)
            if low[at - 1 : at] in _QUOTED:
                starts.add(at - 1)
            at = low.find(name, at + 1)
    found = [_RUNS.match(low, start) for start in starts]
    return sorted([each.span() for each in found if each is not None])


_NAMES: Final = (
    "system", "exec", "shell_exec", "passthru", "popen", "getruntime", "newinstance", "forname", "phpinfo", "eval",
    "__import__", "include", "file_get_contents", "readfile", "assert", "registerundef", "getfilter", "sleep",
    "subclasses", "processbuilder", "runtime", "child_process", "mainmodule", "constructor", "os",
)  # fmt: skip
"""What calls begin with, or a quote before it."""
_QUOTED: Final = ("'", '"')
_PIPED: Final = re.compile(r"\|\s*[a-z]")


def is_computed(text: str, place: int) -> bool:
    """Whether the sum before `place` is an expression's own, and not the index of a formula (`x_{2+3}`) or a range."""
    start = text.rfind("{", 0, place)
    return (start <= 0 or text[start - 1] not in "^_-") and is_not_fenced(text, place)


def is_opened(text: str, place: int) -> bool:
    """Whether a program of PHP is opened before `place`: `<?` between backticks is a shell's, `<?php` is not.

    What a document of XML declares is none: to PHP two names that stand together are an error of syntax.
    """
    start = text.rfind("<?", 0, place)
    if _DECLARES.match(text, max(0, start)) is not None:
        return False
    return start < 0 or text[start + 2 : start + 3] in _OPENS or is_said(text, start + 2)


_OPENS: Final = frozenset("=pP")
_DECLARES: Final = re.compile(r"<\?xml\s{1,9}version\s{0,3}=")
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
    if _OF_WORKFLOW.fullmatch(text.strip()[:_LONGEST]) is not None:
        return False
    return len(text) > _PARTS or len(_EXPRESSION.sub(" ", text).split()) <= 1


_OF_WORKFLOW: Final = re.compile(
    r"\$\{\{\s*(?:secrets|github|inputs|matrix|vars|needs|runner)(?:\.[A-Za-z][\w-]{1,40}){1,4}\s*\}\}"
)
"""A setting of a workflow that is all of a value: what has to be said there, and a name in any other language."""


def is_superglobal(text: str, place: int) -> bool:
    """Whether a variable of PHP that holds what a client said is named before `place`: its names are told by their
    case, so that `$_request` is one of another language's."""
    if not is_said(text, place) or _SUPERGLOBAL.search(text, max(0, place - _REACH), place) is None:
        return False
    if _TALKED.match(text, place) is not None:
        return False
    return text.count("\n") < _LINES or _OF_SERVER.match(text, text.rfind("$", 0, place)) is None


_TALKED: Final = re.compile(r"\]? (?:is|was|are|has|does|array|variable|superglobal|contains|instead|vs)\b")
"""What a sentence goes on with behind a name: to PHP two names that stand together are an error of syntax."""
_LINES: Final = 3
_OF_SERVER: Final = re.compile(
    r"\$_(?:SERVER|ENV)\[(['\"])(?!HTTP_|QUERY|REQUEST|PATH|ORIG|PHP_|REMOTE|REDIRECT|CONTENT|argv)[A-Z_]{2,40}\1\]"
)
"""What the server says of itself and no client can say, in a program of several lines."""


_REACH: Final = 40
_SUPERGLOBAL: Final = re.compile(
    r"_(?:GET|POST|REQUEST|SERVER|COOKIE|SESSION|FILES|ENV|GLOBALS)\[?$|GLOBALS\s*\[$|HTTP_(?:RAW_POST_DATA|[A-Z]{2,10}_VARS)$"
)


def is_reached_inside(text: str, place: int) -> bool:
    """Whether what is named before `place` stands in an expression that is opened there and not closed before.

    In a list of lists (`[[1, 2], [3]]`) none is, and `#{self.class.name}` only says what a thing is.
    """
    if not is_said(text, place):
        return False
    part = text[max(0, place - _INSIDE) : place]
    opened, closed = part.rfind("{"), part.rfind("}")
    if opened > closed:
        return _NAMED.match(text, place - len(part) + opened - 1) is None if opened else True
    rest = part[closed + 1 :]
    return _OTHERWISE.search(rest) is not None or _is_list_open(rest)


def _is_list_open(part: str) -> bool:
    """Whether one of two brackets that stand together is not closed in `part`; nobody has very many of them."""
    brackets = list(_BRACKET.finditer(part))
    opened: list[int] = []
    for each in brackets[:_FEW]:
        if each[0] == "[":
            opened.append(each.start())
        elif opened:
            opened.pop()
    return len(brackets) > _FEW or any(part.startswith("[[", at) for at in opened)


_BRACKET: Final = re.compile(r"[\[\]]")
_FEW: Final = 60
_INSIDE: Final = 260
_OTHERWISE: Final = re.compile(r"<%[=\s#-]|@\(|#set\s*\(", re.IGNORECASE)
_NAMED: Final = re.compile(r"#\{(?:self\.class\.(?:\w{1,20}_name|name|to_s|inspect)|__(?:dir|FILE|method)__)[.}]?")


def is_run(text: str, place: int) -> bool:
    """Whether the class that is named before `place` is more than an error that is told of
    (`java.io.IOException: no such file`)."""
    start = end = min(place, len(text))
    while start > 0 and end - start < _LONGEST and (text[start - 1].isalnum() or text[start - 1] in "._$"):
        start -= 1
    line = text.rfind("\n", 0, start) + 1
    if _IMPORTED.match(text, line) is not None or _FRAME.match(text, line) is not None:
        return False
    told = _ERROR.match(text, start)
    is_told = told is not None and text[max(0, start - 1) : start] not in {"(", "'", '"', "@", "="}
    return is_said(text, place) and not is_told


_LONGEST: Final = 80
_IMPORTED: Final = re.compile(
    r"\s*import\s+(?:static\s+)?java\.(?:io|net|nio|util|security|sql|time|math|text|awt|lang\.(?:Math|String|Thread|Object|Character))"
    r"(?:[.$][\w*]+){0,6}\s*(?:;\s*)?(?:\n|\r|$)"
)
"""A line that has only names of what other lines use."""
_FRAME: Final = re.compile(
    r"\s{0,8}at\s(?:[\w.@-]{1,60}/{1,2})?[\w.$<>]{3,200}"
    r"\((?:[\w$]{1,80}\.(?:java|kt|scala|groovy)(?::\d{1,6})?|Native Method|Unknown Source)\)"
)
"""Where a program was when something went wrong, as its report says."""
_ERROR: Final = re.compile(r"(?:[a-z]\w{1,20}\.){1,6}[A-Z]\w{1,60}(?:Exception|Error)(?=\s|:|$|,|;|\))")


def is_typed(text: str, place: int) -> bool:
    """Whether a type is named before `place` that is made, and not only brought into a program (`using System.IO;`)."""
    return _USING.search(text, max(0, place - 2 * _REACH), place) is None


_USING: Final = re.compile(r"(?:^|\n)\s*using\s+(?:static\s+)?(?:\w{1,30}\s*=\s*)?System\.[\w.]*$")
