"""HTML as a browser reads it: elements and their attributes, also where they are malformed."""

import functools
import re
from typing import Final

from garrison.payload.quoting import closing_quotes, in_comment, in_fence, is_said

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
    name = found[1].lower().rpartition(":")[2]
    if name in _WITH_ATTRIBUTE and text[found.end() : found.end() + 1] == ">":
        return False
    if name in {"object", "xml"} and _LOADS.match(text, found.end(), start + _TAG):
        return not _is_quoted(text, start)
    if name in _ALWAYS:
        return not _is_quoted(text, start)
    return _is_dangerous(text[found.end() : start + _TAG].partition(">")[0].lower())


@functools.lru_cache(maxsize=32)
def _is_dangerous(attributes: str) -> bool:
    """Whether one of `attributes`, in lower case, runs or loads something; what repeats itself is read once."""
    found = _DANGER.search(attributes)
    return found is not None and "<" not in attributes[: found.start()]


_DANGER: Final = re.compile(
    r"(?:[\s/\"'`]on[a-z]{3,30}\s*=\s*[^{\s]|(?:href|src|action|to|from|values|data|background|formaction)\s*=\s*[\"'`]?\s*(?:javascript|vbscript|data:|&#)"
    r"|http-equiv\s*=|rel\s*=\s*[\"']?(?:import|stylesheet)|classid\s*=|type\s*=\s*[\"']?(?:text/x-script|image/svg|application/x)|style\s*=\s*[^>]*(?:expression|behavior|binding|javascript|url\(|position\s*:\s*(?:fixed|absolute)|animation|transition)|xlink:href|srcdoc|autofocus)"
)


_TAG: Final = 400
_LOADS: Final = re.compile(r"[^<>]{0,300}?[\s/\"'](?:data\s*=|src\s*=|type\s*=\s*[\"']?text/html)", re.IGNORECASE)


def _is_quoted(text: str, start: int) -> bool:
    """Whether the tag stands between backticks or in a block of code: it is talked about."""
    return (start > 0 and text[start - 1] == "`" and "`" in text[start + 1 : start + 80]) or in_fence(text, start)


def runs_odd(text: str, place: int) -> bool:
    """Whether an element that is written as nobody writes one is said here, and not talked about."""
    bare = _BARE.match(text, max(0, text.rfind("<", 0, place)))
    return is_said(text, place) and (bare is None or bare.end() < place - 1)


_BARE: Final = re.compile(r"</?[a-z]+>", re.IGNORECASE)


def begins_handler(text: str, place: int) -> bool:
    """Whether an attribute's quote is ended before `place` that was begun outside of `text`."""
    return bool(closing_quotes(text, place - 160, place))


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
    if in_comment(text, max(0, text.rfind("-->", 0, place))):
        return False
    start = text.rfind("<", 0, place)
    end = text.rfind(">", 0, start + 1)
    opened = text.rfind("<", 0, max(end, 0))
    return end > 0 and (opened < 0 or text.rfind(">", opened, end) > opened)
