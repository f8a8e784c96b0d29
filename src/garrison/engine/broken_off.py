"""Answers that broke off on their way. Whoever was in what had left was exposed: it is read as far as it goes.

Of JSON the last value or member that is whole is the last that counts, and what stands open is closed behind it.
"""

import re
import zlib
from typing import Final

from garrison.contract.media import Kind
from garrison.core.document import Document
from garrison.engine.codings import READABLE
from garrison.engine.decode import Undecodable, decode_response
from garrison.engine.media_type import MediaType

_SIGN: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*("?)|[{}\[\],:]', re.DOTALL)
"""Strings, the last of which may be open, and what values are put together with."""
_CLOSED_BY: Final = {b"{": b"}", b"[": b"]"}


def read_beginning(body: bytes, coding: str, limit: int, kind: Kind, media_type: MediaType) -> Document | None:
    """What the beginning of a body says, of at most `limit` bytes once `coding` is undone; None where that cannot be
    told. Never raises."""
    plain = _inflated(body, coding, limit) if coding not in {"", "identity"} else body
    if plain is None:
        return None
    if kind == "json":
        plain = _closed(plain)
    elif kind in {"lines", "table"}:
        plain = plain[: max(plain.rfind(b"\n"), plain.rfind(b"\x1e"), 0)]
    if not plain:
        return None
    found = decode_response(plain, kind, media_type)
    return None if isinstance(found, Undecodable) else found


def _inflated(body: bytes, coding: str, limit: int) -> bytes | None:
    if coding not in READABLE:
        return None
    try:
        return zlib.decompressobj(wbits=15 if coding == "deflate" else 31).decompress(body, limit)
    except zlib.error:
        return None


def _closed(text: bytes) -> bytes:
    """JSON text up to the last value that is whole, and closed behind it; empty where none is."""
    closing: list[bytes] = []
    end, before = 0, b""
    for found in _SIGN.finditer(text):
        sign = found[0]
        if sign in _CLOSED_BY:
            closing.append(_CLOSED_BY[sign])
            end = found.end()
        elif sign == b",":
            end = max(end, found.start())
        elif sign in {b"}", b"]"}:
            if not closing or closing.pop() != sign:
                return b""
            end = found.end()
        elif found[1] and (before == b":" or (closing and closing[-1] == b"]")):
            end = found.end()  # a text says where it ends, and is no name
        before = sign
    return text[:end] + b"".join(reversed(closing))
