"""The decoding chain: what a text says once its wrappings are undone, each step recorded.

A text is decoded as long as something can be undone, at most `MAX_ROUNDS` times and never into more than it was (but
for character references, whose result is shorter still). Every step is linear in the text.
"""

import binascii
import html
import html.entities
import itertools
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from garrison.payload.digits import BASE64, DIGITS, FOLDED, in_digits, unwrapped
from garrison.payload.purse import Purse

MAX_ROUNDS: Final = 4
"""Wrappings inside one another that are undone: what is deeper no server undoes either."""
_MAX_NORMALISED: Final = 4  # compatibility forms may be longer than what they stand for: up to 18 times for one sign
_MANY: Final = 256
"""Places of a kind in one text from which on they are no longer looked at one by one, but all at once."""

_SHORT: Final = 128
_ROUND: Final = 2_000
_LOOKED_AT: Final = 4
_BEGUN: Final = 50
_SHIFTED: Final = 450
_WIDE: Final = 20
"""What a round costs for each character, for each of those that an escape begins with, for each place where UTF-7 may
begin, and for each byte of UTF-8 more than there are characters, in the units of a purse."""
_UNDONE: Final = 70
_MADE: Final = 4
_MADE_WIDE: Final = 60
"""What a step costs for each character that the text is shorter then, for each that is left, and for each byte of UTF-8
beyond those that it made or took."""

# Each has one group around all of it, so that a text is split at its places by one call.
_PERCENT = re.compile(rb"(%(?:[0-9A-Fa-f]{2}|[uU][0-9A-Fa-f]{4}))")
_NESTED_PERCENT = re.compile(rb"%%[0-9A-Fa-f]{2}")
_OVERLONG = re.compile(
    rb"([\xc0\xc1\xe0\xf0\xf8\xfc](?:(?<=[\xc0\xc1])[\x80-\xbf]"
    rb"|(?:(?<=\xe0)|(?<=\xf0)\x80|(?<=\xf8)\x80\x80|(?<=\xfc)\x80\x80\x80)[\x80\x81][\x80-\xbf]))"
)  # begins with the bytes that are sought first
_INVALID = re.compile("([\udc80-\udcff]+)")
# No half of a character, which is none (surrogates), and nothing that there is not.
_ESCAPE = re.compile(
    r"(\\(?:u(?![dD][89A-Fa-f])[0-9A-Fa-f]{4}"
    r"|U(?!0000[dD][89A-Fa-f])(?:000[0-9A-Fa-f]|0010)[0-9A-Fa-f]{4}"
    r"|u\{(?!0{0,2}[dD][89A-Fa-f][0-9A-Fa-f]{2}\})(?:0?[0-9A-Fa-f]{1,5}|10[0-9A-Fa-f]{4})\}"
    r"|x[0-9A-Fa-f]{2}|[0-3]?[0-7]{2}))"
)
_REFERENCE = re.compile(r"(&(?:#(?:[0-9]{1,7}|[xX][0-9A-Fa-f]{1,6});?|[A-Za-z]{2,12};))")
_HIDES_ASCII = re.compile(r"\+A[A-H][A-Za-z0-9+/]")  # the first nine bits of what is hidden are none
_UTF7 = re.compile(r"(\+[A-Za-z0-9+/]*+-?)")  # a run is read once, whatever follows it
_JOINED = re.compile(
    r"\+(?:and|or|xor|union|select|order|group|having|waitfor|delay|where|from|like|insert|dir|cat|ping|ls|wget|curl)\+"
)  # in lower case: to leave the case aside would cost some times as much
_HEX = re.compile(r"0x[0-9A-Fa-f]{2}(?:0x[0-9A-Fa-f]{2})+")  # begins with what is sought first
_DATA_URL = re.compile(r"(?<=;base64,)[A-Za-z0-9+/_-]{8,}={0,2}")


class Decoded(msgspec.Struct, frozen=True):
    """A text without its wrappings."""

    text: str
    steps: tuple[str, ...] = ()
    """What was undone, outermost first: `percent`, `html`, `escape`, `base64` ..."""


def decode(text: str, purse: Purse | None = None) -> tuple[Decoded, ...]:
    """Every form that `text` takes as it is unwrapped, the text itself left out. Never raises.

    Each step is paid from `purse`; once it is empty, nothing more is undone.
    """
    found: list[Decoded] = []
    steps: tuple[str, ...] = ()
    for _ in range(MAX_ROUNDS):
        changed = text
        if purse is not None and not purse.pay(_price_of_round(text)):
            break
        for name, step in _STEPS:
            after = step(changed)
            if after != changed:
                if purse is not None:
                    purse.pay(_price_of_step(changed, after))
                changed, steps = after, (*steps, name)
        if changed == text:
            break
        text = changed
        found.append(Decoded(text, steps))
    return tuple(found)


def _price_of_round(text: str) -> int:
    if len(text) <= _SHORT:
        return _ROUND + (_LOOKED_AT + _BEGUN) * len(text)  # at most
    data = text.encode("utf-8", "replace")
    begun = len(data) - len(data.translate(None, _BEGINNING))
    shifted = min(data.count(b"+A"), _MANY)
    return _LOOKED_AT * len(text) + _BEGUN * begun + _SHIFTED * shifted + _WIDE * (len(data) - len(text))


_BEGINNING: Final = b"%&\\+"
"""What escapes begin with."""


def _price_of_step(before: str, after: str) -> int:
    undone, widened = abs(len(before) - len(after)), abs(_wider(before) - _wider(after))
    return _UNDONE * undone + _MADE * len(after) + _MADE_WIDE * widened


def _wider(text: str) -> int:
    """How many bytes more than characters `text` has."""
    return 0 if text.isascii() else len(text.encode("utf-8", "replace")) - len(text)


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
} | {form.encode(): char.encode() for form, char in _cases("%u{:04x}", "%U{:04x}").items()}


def _percent(text: str) -> str:
    if "%" not in text:
        return text
    data = text.encode("utf-8", "replace")
    is_nested = b"%%" in data and _NESTED_PERCENT.search(data) is not None
    parts = _PERCENT.split(data.replace(b"%%", b"%25%") if is_nested else data)
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
    strange = set(data.translate(None, _ASCII))
    if not _OVERLONG_FIRST.isdisjoint(strange):
        parts = _OVERLONG.split(data)
        parts[1::2] = [_SHORTENED[each] for each in parts[1::2]]
        data = b"".join(parts)
    text = data.decode("utf-8", "surrogateescape")
    try:
        return _latin(text)
    except UnicodeEncodeError:
        pass
    if len(strange) > _DISTINCT:
        return _latin_between(text) or data.decode("utf-8", "replace")
    for code in strange:
        text = text.replace(chr(_ESCAPED + code), chr(code))
    return text


_ASCII: Final = bytes(range(0x80))
_OVERLONG_FIRST: Final = frozenset(b"\xc0\xc1\xe0\xf0\xf8\xfc")
_DISTINCT: Final = 32
"""So many characters are replaced one after another: each takes a look at all of a text, but one that is quick."""
_ESCAPED: Final = 0xDC00
"""What is added to a byte that is no UTF-8 (`surrogateescape`)."""


class _Shortened(dict[bytes, bytes]):
    """What overlong forms of UTF-8 hide; there are only some hundred."""

    def __missing__(self, form: bytes) -> bytes:
        self[form] = found = bytes([(form[-2] & 1) << 6 | form[-1] & 0x3F])
        return found


_SHORTENED: Final = _Shortened()


def _latin_between(text: str) -> str:
    """`text` with each byte that is no UTF-8 for what it is in Latin-1; empty where there are many."""
    bits = _INVALID.split(text, _MANY)
    if len(bits) > _MANY:
        return ""
    bits[1::2] = map(_latin, bits[1::2])
    return "".join(bits)


def _latin(text: str) -> str:
    return text.encode("latin-1", "surrogateescape").decode("latin-1")


def _sixteen(text: str) -> str:
    """UTF-16 and UTF-32 that were read byte by byte."""
    return text.replace("\0", "") if "\0" in text and text.count("\0") * 3 >= len(text) else text


def _references(text: str) -> str:
    return _undone(text, _REFERENCE, _REFERENCES, _referred) if "&" in text else text


def _undone(text: str, places: re.Pattern[str], known: Mapping[str, str], otherwise: Callable[[str], str]) -> str:
    """`text` with what stands at each of `places` for what it means; `known` is what most of them say."""
    parts = places.split(text)
    if len(parts) == 1:
        return text
    parts[1::2] = [otherwise(each) if (form := known.get(each)) is None else form for each in parts[1::2]]
    return "".join(parts)


_REFERENCES: Final = {
    form: html.unescape(form)
    for code in range(0x100)
    for form in (f"&#{code};", f"&#x{code:x};", f"&#x{code:X};", f"&#X{code:X};", f"&#{code}", f"&#x{code:x}")
} | {f"&{name}": char for name, char in html.entities.html5.items()}


def _referred(token: str) -> str:
    if token[1] != "#":
        return token  # a name that there is not
    digits = token[2:].rstrip(";")
    code = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    if code < 0x100:
        return _REFERENCES[f"&#{code};"]
    if 0xD800 <= code < 0xE000 or code > 0x10FFFF:
        return "\ufffd"
    return "" if 0xFDD0 <= code < 0xFDF0 or code & 0xFFFE == 0xFFFE else chr(code)  # what HTML says of no characters


def _escapes(text: str) -> str:
    return _undone(text, _ESCAPE, _ESCAPES, _escaped) if "\\" in text else text


_ESCAPES: Final = _cases("\\x{:02x}", "\\u{:04x}", "\\u{{{:x}}}", "\\{:03o}", "\\{:02o}")


def _escaped(token: str) -> str:
    is_plain = token[1] == "u" and token[2] != "{"
    digits = token[2:] if is_plain else token.lstrip("\\uUxX").strip("{}")
    return chr(int(digits, 8 if token[1].isdigit() else 16))


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
    if len(digits) < 2 or len(digits) % 4 == 1:
        return token  # no bytes come to so many digits
    try:
        data = binascii.a2b_base64(digits + "===")
    except binascii.Error:
        return token
    if len(data) < 2 or data[0]:
        return token
    data = data[: len(data) // 2 * 2]
    return data.decode("utf-16-be", "replace") if any(data[::2]) else data[1::2].decode("latin-1")


def _without_nothing(text: str) -> str:
    """Without the signs that say nothing between others; neither of UTF-16, which has a step of its own, nor of what is
    a file of bytes."""
    is_other = "\0" in text and len(text) <= _NO_FILE and _sixteen(text) == text
    return text.replace("\0", "") if is_other else text


_NO_FILE: Final = 1_000


def _hex(text: str) -> str:
    if "0x" not in text or DIGITS.fullmatch(text):
        return in_digits(text) or text
    return _HEX.sub(lambda match: bytes.fromhex(match[0].replace("0x", "")).decode("latin-1"), text)


def _plus(text: str) -> str:
    """Spaces of a form that was put into another text as it is, where words of a language stand between them."""
    return text.replace("+", " ") if text.count(" ") < text.count("+") and _JOINED.search(text.lower()) else text


def _base64(text: str) -> str:
    if BASE64.fullmatch(text):
        return unwrapped(text) or text
    if "\n" in text and FOLDED.fullmatch(text):
        return unwrapped("".join(text.split())) or text
    if ";base64," in text:
        return _DATA_URL.sub(lambda match: unwrapped(match[0]) or match[0], text)
    return text


def compatible(text: str) -> str:
    """Full-width and other compatibility forms are the signs that they stand for (best-fit mappings)."""
    if text.isascii():
        return text
    forms = _FORMS
    text = _misread(text)
    found = _MAPPED.findall(text.encode("utf-8", "replace").translate(None, _ASCII).decode())
    changed = [char for char in set(found) if forms[ord(char)] != char]
    if len(found) * _SOME > len(text) and len(changed) > _DISTINCT:
        return text.translate(forms)
    if len(changed) > _DISTINCT:
        return _MAPPED.sub(lambda match: forms[ord(match[0])], text)
    for char in sorted(changed, key=_stands_for_ascii, reverse=True):
        text = text.replace(char, forms[ord(char)])
    return text


def _misread(text: str) -> str:
    """Where each byte of UTF-8 was read as a sign of Latin-1, as of fields of a head, what they were, if that stands
    for other signs itself."""
    try:
        read = text.encode("latin-1").decode()
    except UnicodeError:
        return text
    return read if _MAPPED.search(read) is not None else text


_SOME: Final = 4
"""Where one of so many characters is replaced, each of them is looked up."""


def _stands_for_ascii(char: str) -> bool:
    """What stands for characters that stand for others themselves is replaced last: each is replaced once."""
    return _FORMS[ord(char)].isascii()


class _Forms(dict[int, str]):
    """What characters stand for, each looked up once; where too many were, all are forgotten."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        form = _LOOKALIKES.get(char)
        if form is None:
            form = unicodedata.normalize("NFKC", char) if _MAPPED.fullmatch(char) else char
        if len(self) >= _MOST_FORMS:
            self.clear()
        self[code] = found = form if len(form) <= _MAX_NORMALISED else char
        return found


_MOST_FORMS: Final = 8192
_FORMS: Final = _Forms()
# Where forms stand that are mapped to ASCII: letters in circles and of mathematics, full and small width, look-alikes.
_COMPATIBLE: Final = (
    "\u00a0\u00ad\u02b9\u02bc\u2000-\u206f\u2070-\u209f\u2100-\u214f\u2215\u2216\u2329\u232a\u2460-\u24ff\u29f5\u29f8"
    "\u3000\u3008\u3009\ufe10-\ufe6f\ufeff\uff00-\uff65\uffe0-\uffe6\U0001d400-\U0001d7ff"
)
_LOOKALIKES: Final = {
    "\u02b9": "'", "\u02bc": "'", "\u2032": "'", "\u2215": "/", "\u2044": "/", "\u29f8": "/", "\u2216": "\\",
    "\u29f5": "\\", "\u2329": "<", "\u3008": "<", "\u2039": "<", "\u203a": ">", "\u232a": ">", "\u3009": ">",
    "\u200b": "", "\u200c": "", "\u200d": "", "\u2060": "", "\ufeff": "", "\u00ad": "",
    "\u202a": "", "\u202b": "", "\u202c": "", "\u202d": "", "\u202e": "",
}  # fmt: skip
_MAPPED: Final = re.compile(f"[{_COMPATIBLE}{''.join(_LOOKALIKES)}]")

_STEPS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("nul", _without_nothing),
    ("base64", _base64),
    ("percent", _percent),
    ("utf-16", _sixteen),
    ("html", _references),
    ("escape", _escapes),
    ("unicode", compatible),
    ("utf-7", _utf7),
    ("hex", _hex),
    ("plus", _plus),
)
