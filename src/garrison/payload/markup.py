"""HTML as a browser reads it: elements and their attributes, also where they are malformed."""

import re
from typing import Final

_NAME: Final = re.compile(r"<\s*/?\s*([a-zA-Z][a-zA-Z0-9:-]*)")
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
    if name in _ALWAYS:
        return not _is_quoted(text, start)
    return bool(_DANGER.match(text, found.end(), start + 400))


_DANGER: Final = re.compile(
    r"[^<>]*?(?:[\s/\"'`]on[a-z]{3,30}\s*=\s*[^{\s]|(?:href|src|action|to|from|values|data|background|formaction)\s*=\s*[\"'`]?\s*(?:javascript|vbscript|data:|&#)"
    r"|http-equiv\s*=|rel\s*=\s*[\"']?(?:import|stylesheet)|classid\s*=|type\s*=\s*[\"']?(?:text/x-script|image/svg|application/x)|style\s*=\s*[^>]*(?:expression|behavior|binding|javascript|url\(|position\s*:\s*(?:fixed|absolute)|animation|transition)|xlink:href|srcdoc|autofocus)",
    re.IGNORECASE,
)


def _is_quoted(text: str, start: int) -> bool:
    """Whether the tag stands between backticks: it is talked about."""
    return start > 0 and text[start - 1] == "`" and "`" in text[start + 1 : start + 80]


def leaves_element(text: str, place: int) -> bool:
    """Whether the element that is closed before `place` was not opened in this text."""
    start = text.rfind("<", 0, place)
    name = text[start + 2 : place - 1].strip(" /").lower()
    return f"<{name}" not in text[:start].lower()


def leaves_attribute(text: str, place: int) -> bool:
    """Whether the tag that ends before `place` was not begun in this text: it is the page's own."""
    start = text.rfind("<", 0, place)
    end = text.rfind(">", 0, start + 1)
    opened = text.rfind("<", 0, max(end, 0))
    return end > 0 and (opened < 0 or text.rfind(">", opened, end) > opened)
