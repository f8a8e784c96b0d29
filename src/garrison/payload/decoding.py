"""The decoding chain: what a text says once its wrappings are undone, each step recorded.

A text is decoded as long as something can be undone, at most `MAX_ROUNDS` times and never into more than it was (but
for character references, whose result is shorter still). Every step is linear in the text.
"""

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Callable
from typing import Final

import msgspec

MAX_ROUNDS: Final = 4
"""Wrappings inside one another that are undone: what is deeper no server undoes either."""
_MAX_NORMALISED: Final = 4  # compatibility forms may be longer than what they stand for: up to 18 times for one sign
_PRINTABLE: Final = 0.97  # of what base64 hides: random bytes that are all printable are as good as impossible

HINT: Final = re.compile(
    r"%[0-9A-Fa-f]{2}|%u[0-9A-Fa-f]{4}|%%[0-9A-Fa-f]{2}|&(?:#[xX]?[0-9A-Fa-f]|[A-Za-z]{2,8};)"
    r"|\\(?:u[0-9A-Fa-f{]|x[0-9A-Fa-f]{2}|[0-7]{2,3})|\+A[A-Za-z0-9+/]{2,3}-|0x[0-9A-Fa-f]{2}0x"
    r"|(?:^|[A-Za-z0-9')\"&|;])\+(?i:and|or|union|select|order|having|waitfor|delay|where|from|like|dir|cat|ping|ls)\+"
    r"|[A-Za-z0-9+/_-]{16}"
)
"""Where something may be undone in a text."""

_PERCENT = re.compile(r"%(?:u([0-9A-Fa-f]{4})|([0-9A-Fa-f]{2}))")
_NESTED_PERCENT = re.compile(r"%(?=%[0-9A-Fa-f]{2})")
_BYTES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_WIDE = re.compile(r"%u([0-9A-Fa-f]{4})")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]{1,6})\}|x([0-9A-Fa-f]{2})|([0-3]?[0-7]{2}))")
_OCTAL: Final = 4  # the group of `_ESCAPE` whose digits are octal
_UTF7 = re.compile(r"\+([A-Za-z0-9+/]*+)(-?)")  # a run is read once, whatever follows it
_JOINED = re.compile(
    r"\+(?:and|or|xor|union|select|order|group|having|waitfor|delay|where|from|like|insert|dir|cat|ping|ls|wget|curl)\+",
    re.IGNORECASE,
)
_HEX = re.compile(r"(?:0x[0-9A-Fa-f]{2}){2,}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_DATA_URL = re.compile(r"(?<=;base64,)[A-Za-z0-9+/_-]{8,}={0,2}")
_REFERENCE = re.compile(r"&(?:#(?:([0-9]{1,7})|[xX]([0-9A-Fa-f]{1,6}));?|[A-Za-z]{2,12};)")
_OVERLONG_LEADS: Final = {0xC0: 1, 0xC1: 1, 0xE0: 2, 0xF0: 3, 0xF8: 4, 0xFC: 5}


class Decoded(msgspec.Struct, frozen=True):
    """A text without its wrappings."""

    text: str
    steps: tuple[str, ...] = ()
    """What was undone, outermost first: `percent`, `html`, `escape`, `base64` ..."""


def decode(text: str) -> tuple[Decoded, ...]:
    """Every form that `text` takes as it is unwrapped, the text itself left out. Never raises."""
    found: list[Decoded] = []
    steps: tuple[str, ...] = ()
    for _ in range(MAX_ROUNDS):
        changed = text
        for name, step in _STEPS:
            after = step(changed)
            if after != changed:
                changed, steps = after, (*steps, name)
        if changed == text:
            break
        text = changed
        found.append(Decoded(text, steps))
    return tuple(found)


def _percent(text: str) -> str:
    if "%" not in text:
        return text
    text = _NESTED_PERCENT.sub("%25", text) if "%%" in text else text
    text = _BYTES.sub(_from_percent, text)
    return _WIDE.sub(lambda match: chr(int(match[1], 16)), text) if "%u" in text or "%U" in text else text


def _from_percent(match: "re.Match[str]") -> str:
    char = _PLAIN.get(match[0])
    return char if char is not None else _from_bytes(bytes.fromhex(match[0].replace("%", "")))


_FORMATS: Final = ("%{:02x}", "%{:02X}", "\\x{:02x}", "\\x{:02X}", "\\u{:04x}", "\\u{:04X}")
_PLAIN: Final = {form.format(code): chr(code) for form in _FORMATS for code in range(0x80)}
"""What most wrappings are and stand for, so that each is one look."""


def _from_bytes(data: bytes) -> str:
    """UTF-8 as a forgiving server reads it: overlong forms are what they hide, and anything else is Latin-1."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        pass
    out: list[str] = []
    index = 0
    while index < len(data):
        byte = data[index]
        length = _OVERLONG_LEADS.get(byte, 0)
        tail = data[index + 1 : index + 1 + length]
        if length and len(tail) == length:
            code = byte & 0x01 if byte < 0xE0 else 0
            for each in tail:
                code = code << 6 | each & 0x3F
            if code < 0x80:
                out.append(chr(code))
                index += 1 + length
                continue
        out.append(chr(byte))
        index += 1
    return "".join(out)


def _references(text: str) -> str:
    if "&" not in text:
        return text
    for name, char in _COMMON:  # most of them by far: without a call for each
        text = text.replace(name, char)
    return _REFERENCE.sub(_referred, text).replace("&amp;", "&")


_COMMON: Final = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'))


def _referred(match: "re.Match[str]") -> str:
    group = match.lastindex
    if group is None:
        return match[0] if match[0] == "&amp;" else html.unescape(match[0])
    code = int(match[group], 10 if group == 1 else 16)
    return chr(code) if 0x20 <= code < 0x7F else html.unescape(match[0])


def _escapes(text: str) -> str:
    return _ESCAPE.sub(_escaped, text) if "\\" in text else text


def _escaped(match: "re.Match[str]") -> str:
    char = _PLAIN.get(match[0])
    if char is not None:
        return char
    group = match.lastindex or 0
    code = int(match[group], 8 if group == _OCTAL else 16)
    # surrogates stay as they are: half a character is none
    return chr(code) if code < 0xD800 or 0xDFFF < code < 0x110000 else match[0]


def _utf7(text: str) -> str:
    return _UTF7.sub(_from_utf7, text) if "+" in text and "-" in text else text


def _from_utf7(match: "re.Match[str]") -> str:
    digits = match[1]
    if len(digits) < 2 or not match[2]:
        return match[0]
    try:
        data = binascii.a2b_base64(digits + "===")
    except binascii.Error:
        return match[0]
    if len(data) < 2 or data[0]:  # only what hides ASCII
        return match[0]
    data = data[: len(data) // 2 * 2]
    return data.decode("utf-16-be", "replace") if any(data[::2]) else data[1::2].decode("latin-1")


def _hex(text: str) -> str:
    if "0x" not in text:
        return text
    return _HEX.sub(lambda match: bytes.fromhex(match[0].replace("0x", "")).decode("latin-1"), text)


def _plus(text: str) -> str:
    """Spaces of a form that was put into another text as it is, where words of a language stand between them."""
    return text.replace("+", " ") if text.count(" ") < text.count("+") and _JOINED.search(text) else text


def _base64(text: str) -> str:
    if _BASE64.fullmatch(text):
        return _unwrapped(text) or text
    if ";base64," in text:
        return _DATA_URL.sub(lambda match: _unwrapped(match[0]) or match[0], text)
    return text


def _unwrapped(text: str) -> str:
    """What `text` hides in base64; empty where it hides no text."""
    bare = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        data = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        return ""
    printable = sum(byte in _TEXT_BYTES for byte in data[:512])
    return data.decode("latin-1") if data and printable >= _PRINTABLE * min(len(data), 512) else ""


_TEXT_BYTES: Final = frozenset({9, 10, 13, *range(0x20, 0x7F)})


def _compatible(text: str) -> str:
    """Full-width and other compatibility forms are the signs that they stand for (best-fit mappings)."""
    return text if text.isascii() else _COMPATIBLE.sub(_plain, text)


def _plain(match: "re.Match[str]") -> str:
    form = match[0]
    normal = unicodedata.normalize("NFKC", form.translate(_LOOKALIKES))
    return normal if len(normal) <= _MAX_NORMALISED * len(form) else form


# Where forms stand that are mapped to ASCII: letters in circles and of mathematics, full and small width, look-alikes.
_COMPATIBLE: Final = re.compile(
    "[\u00a0\u00ad\u02b9\u02bc\u2000-\u206f\u2070-\u209f\u2100-\u214f\u2215\u2216\u2329\u232a\u2460-\u24ff\u29f5\u29f8"
    "\u3000\u3008\u3009\ufe10-\ufe6f\ufeff\uff00-\uff65\uffe0-\uffe6\U0001d400-\U0001d7ff]+"
)
_LOOKALIKES: Final = str.maketrans({
    "\u02b9": "'", "\u02bc": "'", "\u2032": "'", "\u2215": "/", "\u2044": "/", "\u29f8": "/", "\u2216": "\\",
    "\u29f5": "\\", "\u2329": "<", "\u3008": "<", "\u2039": "<", "\u203a": ">", "\u232a": ">", "\u3009": ">",
    "\u200b": "", "\u200c": "", "\u200d": "", "\u2060": "", "\ufeff": "", "\u00ad": "",
    "\u202a": "", "\u202b": "", "\u202c": "", "\u202d": "", "\u202e": "",
})  # fmt: skip

_STEPS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("base64", _base64),
    ("percent", _percent),
    ("html", _references),
    ("escape", _escapes),
    ("utf-7", _utf7),
    ("hex", _hex),
    ("plus", _plus),
    ("unicode", _compatible),
)
