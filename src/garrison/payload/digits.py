"""What is written in digits: texts, and objects that a runtime wrote down, in base64 or in digits of sixteen."""

import binascii
import re
import zlib
from typing import Final

PRINTABLE: Final = 0.97
"""Share of what is hidden that is text: random bytes that are all printable are as good as impossible."""
BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
FOLDED: Final = re.compile(r"(?:[A-Za-z0-9+/_-]{16,76}\r?\n)+[A-Za-z0-9+/_-]{2,76}={0,2}")
"""Base64 on several lines, as mail has it."""
DIGITS: Final = re.compile(
    r"(?:0[xX])?(?:[2-7][0-9A-Fa-f]|0[9AaDd]){8,}|(?:0[xX])?(?:80|63|[aA][cC]|00|04)(?:[0-9A-Fa-f]{2}){7,}"
)
"""A text in two digits of sixteen for each of its characters, or bytes that begin as an object does that was written
down: the digest of something is mostly told from either by its first digits."""


def in_digits(text: str) -> str:
    """What `text` says in digits of sixteen, two for each byte; empty where that is no text and no object."""
    bare = text[2:] if text[:2] in {"0x", "0X"} else text
    if len(bare) % 2 or not DIGITS.fullmatch(text):
        return ""
    return _said(bytes.fromhex(bare))


def unwrapped(text: str) -> str:
    """What `text` hides in base64; empty where it hides no text and no object."""
    bare = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        data = binascii.a2b_base64(bare + "=" * (-len(bare) % 4))
    except binascii.Error:
        return ""
    return _said(_inflated(data, len(text)) if data[:2] in _DEFLATED else data)


def _inflated(data: bytes, most: int) -> bytes:
    """What is compressed in `data`, at most so many bytes of it; nothing where that cannot be told."""
    try:
        return zlib.decompressobj(_ANY_HEAD).decompress(data, most)
    except zlib.error:
        return b""


_DEFLATED: Final = frozenset({b"x\x01", b"x\x9c", b"x\xda", b"\x1f\x8b"})
_ANY_HEAD: Final = 47


def _said(data: bytes) -> str:
    """`data` as a text where it is one, or an object that was written down."""
    other = len(data[:512].translate(None, _TEXT_BYTES))
    is_text = data != b"" and other <= (1 - PRINTABLE) * min(len(data), 512)
    return data.decode("latin-1") if is_text or _OBJECT.match(data) is not None else ""


_OBJECT: Final = re.compile(
    rb"\x80[\x02-\x05](?:c\w|\x95|\]|\}|\()|c\w{1,40}\n\w{1,40}\n|\(?[ldp(]p\d|\xac\xed\x00\x05|\x04\x08[oIUeCc][:\x15]"
    rb"|\x00\x01\x00\x00\x00\xff\xff\xff\xff|[OC]:\d{1,4}:\"|a:\d{1,4}:\{"
)
"""How objects begin that Python, Java, Ruby, .NET and PHP write down: there need not be much text in them."""

_TEXT_BYTES: Final = bytes([9, 10, 13, *range(0x20, 0x7F)])
