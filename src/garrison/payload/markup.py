"""HTML as a browser reads it: elements and their attributes, also where they are malformed."""

import functools
import re
from typing import Final

from garrison.payload.quoting import closing_quotes, in_comment, in_fence, is_said, last

_NAME: Final = re.compile(r"<\s*/?\s*([a-zA-Z][a-zA-Z0-9:-]*)")
_WITH_ATTRIBUTE: Final = frozenset({"base", "import", "frame", "embed", "portal", "layer"})
_ALWAYS: Final = frozenset({
    "script", "xss", "vmlframe", "bgsound", "applet", "frameset", "layer", "ilayer", "isindex", "scriptlet",
    "iframe", "embed", "frame", "base", "import", "marquee", "animate", "animatetransform", "animatemotion",
    "animatecolor", "foreignobject", "keygen", "portal", "event-source",
})  # fmt: skip


def opens_element(text: str, place: int) -> bool:
    """Whether the tag that is opened before `place` is one that runs or loads something."""
    start = text.rfind("<", 0, place)
    found = _NAME.match(text, start) if start >= 0 else None
    if found is None:
        return start >= 0
    if text[start + 1 : start + 2] == " " and _INHERITS.search(text, max(0, start - _NEAR), start) is not None:
        return False
    name = found[1].lower().rpartition(":")[2]
    if name in _WITH_ATTRIBUTE and text[found.end() : found.end() + 1] == ">":
        return False
    if name in {"object", "xml"} and _LOADS.match(text, found.end(), start + _TAG):
        return not _is_quoted(text, start)
    attributes = text[found.end() : start + _TAG].partition(">")[0].lower()
    if name == "import" and _FOREIGN.search(attributes) is None:
        return False  # of a configuration: what is brought into a page has its address or its name space
    if name == "script" and _is_unread(text, start):
        return False
    if name in _ALWAYS:
        return not (_is_quoted(text, start) or (name == "iframe" and _PLAYER.fullmatch(attributes)))
    if _STYLES.fullmatch(attributes) and (
        name == "style" or (name == "link" and (_is_page(text, start) or _FILLED.search(attributes)))
    ):
        return False
    return _is_dangerous(attributes) and not _is_quoted(text, start)


_INHERITS: Final = re.compile(r"\bclass\s+[A-Z][\w:]*\s$")
"""Before `< Base`: a class of Ruby. No tag has a space behind its bracket."""
_FOREIGN: Final = re.compile(r"(?:implementation|namespace|href|src)\b")


def _is_unread(text: str, start: int) -> bool:
    """Whether the script whose tag begins at `start` is one that no browser gets to run.

    Components of pages begin with `import` or `export`, which only a module may have: anywhere else it is an error of
    syntax, and nothing of such a script is run. Only where `type` says so is one a module.
    """
    if text[start + 1 : start + 2] == "/":
        start = max(text.rfind("<script", 0, start), text.rfind("<SCRIPT", 0, start), text.rfind("</", 0, start))
    if start < 0:
        return False
    if _COMPONENT.match(text, start) is not None or _DATA.match(text, start) is not None:
        return True
    return _ASKED.match(text, start) is not None and _is_undefined(text)


@functools.lru_cache(maxsize=8)
def _is_undefined(text: str) -> bool:
    """Whether nothing in `text` gives the name `$props` a meaning, in whatever letters: a function may be declared
    below its call. Asked about a text once, however many of its scripts are."""
    return text.count("$props") == len(_CALLED.findall(text)) and "\\u" not in text


_DATA: Final = re.compile(r"<script\s+type=(?:\"application/ld\+json\"|'application/ld\+json')\s*>", re.IGNORECASE)
"""What says of a page to machines that search: it is no script."""
_OPENED: Final = (
    r"(?i:<script)(?:\s++(?:setup|module|lang=(?:\"[a-z]{2,12}\"|'[a-z]{2,12}'|[a-z]{2,12})|context=(?:\"module\"|'module')))*\s*+>"
    r"\s*+(?://[^\n\r\u2028\u2029]{0,200}+\n\s*+|/\*[^*]{0,400}+\*/\s*+){0,8}"
)
_COMPONENT: Final = re.compile(
    _OPENED
    + r"(?:import\s+(?:[\w$]|[{*\"'])|export\s+(?:let|const|var|function|class|default|async|type|interface|enum)\s"
    r"|interface[ \t]+\w+[ \t]+(?:\{|extends\b)|type[ \t]+\w+[ \t]*="
    r"|(?i:</code>)|(?i:tags?|elements?|blocks?|tag's)[ \t]+[a-z]{2,12}\b)"
)
"""Two names that stand together on a line are an error of syntax, too."""
_ASKED: Final = re.compile(_OPENED + r"(?:let|const)\s+(?:\{[^{}]{0,600}+\}|\w{1,40})\s*=\s*\$props\(\)")
_CALLED: Final = re.compile(r"=\s{0,3}\$props\(\)")


def runs_style(text: str, place: int) -> bool:
    """Whether a style runs or loads something, and is not what a whole page imports by `https`."""
    is_own = _is_page(text, place) and _IMPORT.search(text, max(0, place - _NEAR), place) is not None
    return is_said(text, place) and not is_own and _MENTION.search(text, max(0, place - _NEAR), place) is None


_NEAR: Final = 60
_MENTION: Final = re.compile(
    r"(?:[a-z,]\s{1,2}expression\s{1,40}|(?:\\|[^:\s]\s?\bnew )expression)\(\W*\w{0,12}$", re.IGNORECASE
)  # no function has a space before its bracket
_IMPORT: Final = re.compile(r"@import\s*(?:url\s*\()?\s*[\"']?\s*https:$", re.IGNORECASE)

_PAGE: Final = re.compile(
    r"\s*(?:<!doctype\s+html\b[^<>]{0,200}>\s*)?(?:<!--[^<>]{0,200}-->\s*)?<html[\s>]", re.IGNORECASE
)
"""A whole page says which styles it has: it is put into no other."""

_FILLED: Final = re.compile(r"\shref=(?:\"\{\{\s*[\w.-]{1,60}\s*\}\}[^\"]*\"|'\{\{\s*[\w.-]{1,60}\s*\}\}[^']*')")
"""A template's address of styles: who sends it says none."""


def _is_page(text: str, place: int) -> bool:
    """Whether `place` is behind the beginning of a whole page, which `text` is or shows from the start of a line on."""
    pages = _pages(text)
    return bool(pages) and pages[0] <= place


@functools.lru_cache(maxsize=8)
def _pages(text: str) -> list[int]:
    """Where the first begins: sought in a text once, however many of its places are."""
    found = _PAGE.match(text) or _SHOWN_PAGE.search(text)
    return [found.start()] if found is not None else []


_SHOWN_PAGE: Final = re.compile(r"\n[ \t]*<!doctype\s+html\b[^<>]{0,200}>\s*<html[\s>]", re.IGNORECASE)
_STYLES: Final = re.compile(
    r"(?:\s+(?:rel\s*=\s*[\"']?stylesheet[\"']?|type\s*=\s*[\"']?text/css[\"']?|(?:media|href|crossorigin|integrity)"
    r"(?:\s*=\s*(?:\"(?:https://|(?![a-z]+:|//))[^\"<>]{0,300}\"|'(?:https://|(?![a-z]+:|//))[^'<>]{0,300}'))?))+\s*/?"
)
"""What loads styles over a connection that nobody reads, and does nothing else."""
_PLAYER: Final = re.compile(
    r"(?:\s+(?:(?!on|src)[a-z-]{1,30}(?:=(?:\"[^\"<>]{0,200}\"|'[^'<>]{0,200}'|[\w%.-]{1,30}))?"
    r"|src=(?:\"#\w{0,20}\"|'#\w{0,20}')|src=([\"']?)https://(?:www\.youtube(?:-nocookie)?\.com/embed/|player\.vimeo\.com/video/|www\.google\.com/maps/embed\?"
    r"|open\.spotify\.com/embed/|codesandbox\.io/embed/|w\.soundcloud\.com/player/)[^\s\"'<>]{0,400}\1))+\s*/?"
)
"""A frame of a site that plays videos, as editors of rich text put it in: it reaches nothing of its page."""


def attributes(text: str, place: int) -> str:
    """What is read there at most."""
    start = text.rfind("<", 0, place)
    return text[start : start + _TAG].partition(">")[0] if start >= 0 else ""


@functools.lru_cache(maxsize=32)
def _is_dangerous(attributes: str) -> bool:
    """Whether one of `attributes`, in lower case, runs or loads something; what repeats itself is read once."""
    found, styled = _DANGER.search(attributes), _STYLED.search(attributes)
    starts = [found.start()] if found is not None else []
    if styled is not None and _STYLE_RUNS.search(attributes, styled.end()) is not None:
        starts.append(styled.start())
    return bool(starts) and "<" not in attributes[: min(starts)]


_DANGER: Final = re.compile(
    r"(?:[\s/\"'`]on[a-z]{3,30}\s*=\s*[^{\s]|(?:href|src|action|to|from|values|data|background|formaction)\s*=\s*[\"'`]?\s*(?:javascript|vbscript|data:|&#)"
    r"|http-equiv\s*+=\s*+[\"']?+(?!(?:x-ua-compatible|content-language)\b|content-type[\"']?\s+content\s*=\s*[\"']?text/html"
    r"(?:;\s*charset\s*=\s*(?:utf-8|us-ascii|iso-8859-\d{1,2}|windows-125\d))?(?:[\"'\s/]|$))|rel\s*=\s*[\"']?(?:import|stylesheet)|classid\s*=|type\s*=\s*[\"']?(?:text/x-script|image/svg|application/x)|xlink:href|srcdoc|autofocus)"
)
_STYLED: Final = re.compile(r"style\s*=")
_STYLE_RUNS: Final = re.compile(
    r"expression|behavior|binding|javascript|url\(|position\s*:\s*(?:fixed|absolute)|animation|transition"
)


_TAG: Final = 400
_LOADS: Final = re.compile(r"[^<>]{0,300}?[\s/\"'](?:data\s*=|src\s*=|type\s*=\s*[\"']?text/html)", re.IGNORECASE)


def _is_quoted(text: str, start: int) -> bool:
    """Whether the tag stands between backticks or in a block of code: it is talked about."""
    return (start > 0 and text[start - 1] == "`" and "`" in text[start + 1 : start + 80]) or in_fence(text, start)


def runs_odd(text: str, place: int) -> bool:
    """Whether an element that is written as nobody writes one is said here, and not talked about."""
    start = max(0, text.rfind("<", 0, place))
    bare = _BARE.match(text, start)
    is_setting = _SETTING.match(text, start) is not None
    if _PUT_IN.match(text, start) is not None:
        return False
    return is_said(text, place) and not is_setting and (bare is None or bare.end() < place - 1)


def is_called(text: str, place: int) -> bool:
    """Whether what `text` begins with is called there, and not the name of a function between backticks."""
    del place
    return _SPANNED.match(text) is None


_SPANNED: Final = re.compile(r"[\s*+/-]*`\w{1,20}`")


def is_told(text: str, place: int) -> bool:
    """Whether the call before `place` is one, and not a name between two pairs of backticks."""
    return not in_fence(text, place) and _TWICE.search(text, max(0, place - _NEAR), place) is None


_TWICE: Final = re.compile(r"``[\w -]{0,30}(?:alert|confirm|prompt)``$", re.IGNORECASE)


def is_loaded(text: str, place: int) -> bool:
    """Whether what is loaded before `place` may run: a drawing that a style shows is only a picture."""
    start = text.rfind("url(", max(0, place - 3 * _NEAR), place + 1)
    drawing = _DRAWING.match(text, start) if start >= 0 else None
    return drawing is None or drawing.end() < place - 2


_DRAWING: Final = re.compile(
    r"url\(\s*[\"']?data:image/svg\+xml(?:;charset=[\w-]{1,20}|;utf-?8)?,\s*(?:<|%3c)svg\b", re.IGNORECASE
)


def is_address(text: str, place: int) -> bool:
    """Whether the scheme before `place` begins an address: where a line of words ends it is the name of a language."""
    before, _, behind = text[max(0, place - 2 * _NEAR) : place].rpartition(":")
    is_name = _NAMED.search(before) is not None and (
        _LINE_ENDS.match(behind) is not None or (behind[:1] == " " and before.endswith("JavaScript"))
    )
    return is_said(text, place) and not is_name


_NAMED: Final = re.compile(r"\w[ \t]{1,3}[*_]{0,2}(?:Java|Live|VB)Script$", re.IGNORECASE)
_LINE_ENDS: Final = re.compile(r"[*_]{0,2}[ \t]*\r?\n")


_SETTING: Final = re.compile(
    r"<(?:listener|handler)(?:\s+(?:class|name|id|key|verb|path)=\"[^\"<>]{0,200}\")+\s*/?>|<\?import\s+[\w.]{1,80}\*?\s*\?>",
    re.IGNORECASE,
)
"""Who listens, in the settings of a program: in a page it is told to what (`event`) and in which language (`type`)."""
_BARE: Final = re.compile(r"</?[a-z]+>", re.IGNORECASE)
_PUT_IN: Final = re.compile(
    r"<%(?!(?:exit|abort|fork|raise|gets|sleep|binding|system|exec)\b)[a-z_]{3,30}%>", re.IGNORECASE
)
"""Where a program that sends mail puts a name's value in."""


def begins_handler(text: str, place: int) -> bool:
    """Whether an attribute's quote is ended before `place` that was begun outside of `text`."""
    return bool(closing_quotes(text, place - 160, place)) and not in_fence(text, place)


def leaves_script(text: str, place: int) -> bool:
    """Whether a string of a script is ended before `place` that was begun outside of `text`."""
    near = text[max(0, place - 60) : place]
    return bool(closing_quotes(text, place - 60, place)) if "'" in near or '"' in near else is_said(text, place)


def leaves_element(text: str, place: int) -> bool:
    """Whether the element that is closed before `place` was not opened in this text."""
    start = text.rfind("<", 0, place)
    name = text[start + 2 : place - 1].strip(" /").lower()
    return f"<{name}" not in text[:start].lower()


def leaves_attribute(text: str, place: int) -> bool:
    """Whether the tag that ends before `place` was not begun in this text: it is the page's own."""
    if in_comment(text, max(0, last(text, "-->", place))) or in_fence(text, place):
        return False
    start = text.rfind("<", 0, place)
    end = text.rfind(">", 0, start + 1)
    opened = text.rfind("<", 0, max(end, 0))
    if end <= 0 or (opened >= 0 and text.rfind(">", opened, end) < 0):
        return end > 0 and opened < 0
    return opened < 0 or end - opened > _LONGEST or _OWN.fullmatch(text, opened, end + 1) is None


_LONGEST: Final = 1_000
_OWN: Final = re.compile(r"<[A-Za-z][^\s<>\"'/]*+(?:[^<>\"']|\"[^\"<]*+\"|'[^'<]*+')*>")
"""A tag as a browser reads it: what stands in a quoted value does not end it."""


def is_member(text: str, place: int) -> bool:
    """Whether what is taken from an object before `place` is, and no link behind a word of a sentence.

    `see this [guide](/boats)` is no script: a name stands behind no other name on its line.
    """
    if not is_of_window(text, place):
        return False
    start = max(0, place - _FAR)
    found = None
    for each in _LINKED.finditer(text, start, place + _FAR):
        if each.start(1) < place:
            found = each
    return is_said(text, place) and (found is None or found[2].lower() in _OPERATORS or found.end() < place - 1)


def is_of_window(text: str, place: int) -> bool:
    """Whether what is named in brackets before `place` is a page's own, and no entry of a dictionary."""
    entry = _ENTRY.search(text, max(0, place - _OBJECT), place + _FAR)
    return entry is None or entry.start() >= place or entry[2].lower() in _OF_WINDOW


_OBJECT: Final = 16
_ENTRY: Final = re.compile(r"\b(?:self|this)\[(['\"])([A-Za-z_][\w -]{1,40})\1\](?!\s*[(`\[?+])")
_OF_WINDOW: Final = frozenset({
    "alert", "confirm", "prompt", "eval", "location", "document", "name", "open", "origin", "window", "self", "top",
    "parent", "opener", "frames", "navigator", "cookie", "fetch", "atob", "btoa", "import", "print", "write", "status",
    "settimeout", "setinterval", "function", "constructor", "onerror", "onload", "localstorage", "sessionstorage",
    "globalthis", "string", "image", "xmlhttprequest", "event", "history", "jquery",
})  # fmt: skip

_FAR: Final = 120
_LINKED: Final = re.compile(
    r"(?<![\w.$])(([A-Za-z]{2,20}) {1,2}(?:self|top|window|this|parent|frames|document) \[)"
    r"[^\]\n]{1,80}\]\([^()\s'\"`]{1,200}\)",
    re.IGNORECASE,
)
_OPERATORS: Final = frozenset({
    "return", "void", "typeof", "new", "in", "of", "else", "throw", "await", "delete", "do", "case", "yield",
    "instanceof",
})  # fmt: skip
