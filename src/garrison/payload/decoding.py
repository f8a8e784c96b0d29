"""The decoding chain: what a text says once its wrappings are undone, each step recorded.

A text is decoded as long as something can be undone, at most `MAX_ROUNDS` times and never into more than it was (but
for character references, whose result is shorter still). Every step is linear in the text.
"""

import base64
import binascii
import html
import html.entities
import itertools
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

MAX_ROUNDS: Final = 4
"""Wrappings inside one another that are undone: what is deeper no server undoes either."""
_MAX_NORMALISED: Final = 4  # compatibility forms may be longer than what they stand for: up to 18 times for one sign
_PRINTABLE: Final = 0.97  # of what base64 hides: random bytes that are all printable are as good as impossible
_MANY: Final = 256
"""Places of a kind in one text from which on they are no longer looked at one by one, but all at once."""

# Each has one group around all of it, so that a text is split at its places by one call.
_PERCENT = re.compile(rb"(%(?:[0-9A-Fa-f]{2}|[uU][0-9A-Fa-f]{4}))")
_NESTED_PERCENT = re.compile(rb"%%[0-9A-Fa-f]{2}")
_OVERLONG = re.compile(rb"([\xc0\xc1][\x80-\xbf]|(?:\xe0|\xf0\x80|\xf8\x80\x80|\xfc\x80\x80\x80)[\x80\x81][\x80-\xbf])")
_INVALID = re.compile("([\udc80-\udcff]+)")
_ESCAPE = re.compile(r"(\\(?:u[0-9A-Fa-f]{4}|u\{[0-9A-Fa-f]{1,6}\}|x[0-9A-Fa-f]{2}|[0-3]?[0-7]{2}))")
_REFERENCE = re.compile(r"(&(?:#(?:[0-9]{1,7}|[xX][0-9A-Fa-f]{1,6});?|[A-Za-z]{2,12};))")
_HIDES_ASCII = re.compile(r"\+A[A-H][A-Za-z0-9+/]")  # the first nine bits of what is hidden are none
_UTF7 = re.compile(r"(\+[A-Za-z0-9+/]*+-?)")  # a run is read once, whatever follows it
_JOINED = re.compile(
    r"\+(?:and|or|xor|union|select|order|group|having|waitfor|delay|where|from|like|insert|dir|cat|ping|ls|wget|curl)\+"
)  # in lower case: to leave the case aside would cost some times as much
_HEX = re.compile(r"0x[0-9A-Fa-f]{2}(?:0x[0-9A-Fa-f]{2})+")  # begins with what is sought first
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_DATA_URL = re.compile(r"(?<=;base64,)[A-Za-z0-9+/_-]{8,}={0,2}")


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


def _cases(*formats: str) -> dict[str, str]:
    """Every way to write the characters of ASCII in `formats`, digits in either case, and what it stands for."""
    found: dict[str, str] = {}
    for code, form in itertools.product(range(0x80), formats):
        low, high = form.format(code), form.replace("x}", "X}").format(code)
        found |= {low: chr(code), high: chr(code)}
    return found


_CODED: Final = {
    f"%{high}{low}".encode(): bytes.fromhex(high + low)
    for high, low in itertools.product("0123456789abcdefABCDEF", repeat=2)
}


def _percent(text: str) -> str:
    if "%" not in text:
        return text
    data = text.encode("utf-8", "replace")
    parts = _PERCENT.split(data.replace(b"%%", b"%25%") if _NESTED_PERCENT.search(data) else data)
    if len(parts) == 1:
        return text
    known = _CODED.get
    parts[1::2] = [known(each) or _wide(each) for each in parts[1::2]]
    return _forgiven(b"".join(parts))


def _wide(token: bytes) -> bytes:
    return chr(int(token[-4:], 16)).encode("utf-8", "replace")


def _forgiven(data: bytes) -> str:
    """UTF-8 as a forgiving server reads it: overlong forms are what they hide, and anything else is Latin-1."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        pass
    parts = _OVERLONG.split(data)
    parts[1::2] = [bytes([(each[-2] & 1) << 6 | each[-1] & 0x3F]) for each in parts[1::2]]
    data = b"".join(parts)
    text = data.decode("utf-8", "surrogateescape")
    try:
        return _latin(text)
    except UnicodeEncodeError:
        bits = _INVALID.split(text)
    if len(bits) > _MANY:
        return data.decode("utf-8", "replace")
    bits[1::2] = map(_latin, bits[1::2])
    return "".join(bits)


def _latin(text: str) -> str:
    return text.encode("latin-1", "surrogateescape").decode("latin-1")


def _references(text: str) -> str:
    return _undone(text, _REFERENCE, _NUMBERED, _referred) if "&" in text else text


def _undone(text: str, places: re.Pattern[str], known: Mapping[str, str], otherwise: Callable[[str], str]) -> str:
    """`text` with what stands at each of `places` for what it means; `known` is what most of them say."""
    parts = places.split(text)
    if len(parts) == 1:
        return text
    parts[1::2] = [known.get(each) or otherwise(each) for each in parts[1::2]]
    return "".join(parts)


_NUMBERED: Final = {
    form: html.unescape(form)
    for code in range(0x100)
    for form in (f"&#{code};", f"&#x{code:x};", f"&#x{code:X};", f"&#X{code:X};", f"&#{code}", f"&#x{code:x}")
}


def _referred(token: str) -> str:
    if token[1] != "#":
        return html.entities.html5.get(token[1:], token)
    digits = token[2:].rstrip(";")
    code = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    return chr(code) if 0x100 <= code < 0xD800 or 0x20 <= code < 0x7F else html.unescape(token)


def _escapes(text: str) -> str:
    return _undone(text, _ESCAPE, _ESCAPES, _escaped) if "\\" in text else text


_ESCAPES: Final = _cases("\\x{:02x}", "\\u{:04x}", "\\u{{{:x}}}", "\\{:03o}", "\\{:02o}")


def _escaped(token: str) -> str:
    digits = token.lstrip("\\uUxX").strip("{}")
    code = int(digits, 8 if token[1].isdigit() else 16)
    # surrogates stay as they are: half a character is none
    return chr(code) if code < 0xD800 or 0xDFFF < code < 0x110000 else token


def _utf7(text: str) -> str:
    if "-" not in text or not _HIDES_ASCII.search(text):
        return text
    parts = _UTF7.split(text)
    hiding = [index for index in range(1, len(parts), 2) if parts[index][-1] == "-" and parts[index][1:2] == "A"]
    if len(hiding) > _MANY:
        return text.encode("ascii", "replace").decode("utf-7", "replace")
    for index in hiding:
        parts[index] = _from_utf7(parts[index])
    return "".join(parts)


def _from_utf7(token: str) -> str:
    digits = token[1:-1]
    if len(digits) < 2:
        return token
    try:
        data = binascii.a2b_base64(digits + "===")
    except binascii.Error:
        return token
    if len(data) < 2 or data[0]:
        return token
    data = data[: len(data) // 2 * 2]
    return data.decode("utf-16-be", "replace") if any(data[::2]) else data[1::2].decode("latin-1")


def _hex(text: str) -> str:
    if "0x" not in text:
        return text
    return _HEX.sub(lambda match: bytes.fromhex(match[0].replace("0x", "")).decode("latin-1"), text)


def _plus(text: str) -> str:
    """Spaces of a form that was put into another text as it is, where words of a language stand between them."""
    return text.replace("+", " ") if text.count(" ") < text.count("+") and _JOINED.search(text.lower()) else text


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
    other = len(data[:512].translate(None, _TEXT_BYTES))
    return data.decode("latin-1") if data and other <= (1 - _PRINTABLE) * min(len(data), 512) else ""


_TEXT_BYTES: Final = bytes([9, 10, 13, *range(0x20, 0x7F)])


def _compatible(text: str) -> str:
    """Full-width and other compatibility forms are the signs that they stand for (best-fit mappings)."""
    if text.isascii() or _is_plain_latin(text):
        return text
    parts = _COMPATIBLE.split(text, _MANY)
    if len(parts) > 2 * _MANY:
        return text.translate(_FORMS)
    parts[1::2] = [each.translate(_FORMS) for each in parts[1::2]]
    return "".join(parts)


def _is_plain_latin(text: str) -> bool:
    """Whether `text` is Latin-1 without the two of its signs that stand for others: told without a look at each."""
    if "\u00a0" in text or "\u00ad" in text:
        return False
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


class _Forms(dict[int, str]):
    """What characters stand for, each looked up once; where too many were, all are forgotten."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        form = _LOOKALIKES.get(char)
        if form is None:
            form = unicodedata.normalize("NFKC", char) if _COMPATIBLE.fullmatch(char) else char
        if len(self) >= _MOST_FORMS:
            self.clear()
        self[code] = found = form if len(form) <= _MAX_NORMALISED else char
        return found


_MOST_FORMS: Final = 8192
_FORMS: Final = _Forms()
# Where forms stand that are mapped to ASCII: letters in circles and of mathematics, full and small width, look-alikes.
_COMPATIBLE: Final = re.compile(
    "([\u00a0\u00ad\u02b9\u02bc\u2000-\u206f\u2070-\u209f\u2100-\u214f\u2215\u2216\u2329\u232a\u2460-\u24ff\u29f5\u29f8"
    "\u3000\u3008\u3009\ufe10-\ufe6f\ufeff\uff00-\uff65\uffe0-\uffe6\U0001d400-\U0001d7ff]+)"
)
_LOOKALIKES: Final = {
    "\u02b9": "'", "\u02bc": "'", "\u2032": "'", "\u2215": "/", "\u2044": "/", "\u29f8": "/", "\u2216": "\\",
    "\u29f5": "\\", "\u2329": "<", "\u3008": "<", "\u2039": "<", "\u203a": ">", "\u232a": ">", "\u3009": ">",
    "\u200b": "", "\u200c": "", "\u200d": "", "\u2060": "", "\ufeff": "", "\u00ad": "",
    "\u202a": "", "\u202b": "", "\u202c": "", "\u202d": "", "\u202e": "",
}  # fmt: skip

_STEPS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("base64", _base64),
    ("percent", _percent),
    ("html", _references),
    ("escape", _escapes),
    ("unicode", _compatible),
    ("utf-7", _utf7),
    ("hex", _hex),
    ("plus", _plus),
)
