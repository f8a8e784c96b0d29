"""Bytes of a body to what they mean, bounded at every step.

Decoding is the engine's business, because what is judged must be read once; whether the meaning is allowed is
the contract's. What cannot be read in exactly one way is `Undecodable`, with the reason that says so: undecodable
never means "let it pass".
"""

import json
import re
import zlib
from typing import Any, assert_never, final

import msgspec

from garrison.config.controls import RequestLimitsSettings as Limits
from garrison.contract.media import Kind
from garrison.core.canonical import Ambiguity, read_pairs
from garrison.core.document import (
    Document,
    FormDocument,
    JsonDocument,
    MultipartDocument,
    OpaqueDocument,
    RowsDocument,
    TextDocument,
)
from garrison.engine.codings import READABLE
from garrison.engine.media_type import MediaType, parse_media_type
from garrison.engine.multipart import MultipartError, read_parts
from garrison.engine.table import read_table


@final
class Undecodable(msgspec.Struct, frozen=True):
    """A body that cannot be read in exactly one way within the limits."""

    reason: str
    """Reason id: `invalid-json`, `duplicate-key`, `json-too-deep` ..."""
    location: str = "body"
    detail: str = ""


_JSON = msgspec.json.Decoder()
# How a control character other than tab, line feed and carriage return can come into a JSON text: escaped, or a
# bare DEL, the only one that RFC 8259, 7 lets stand. NUL ends strings in C. Two backslashes may match as well.
_CONTROL_HINT = re.compile(rb"\\(?:u00(?:0[0-8bBcCeEfF]|1[0-9a-fA-F]|7[fF])|[bf])|\x7f")
_BACKSLASH, _DEL, _BRACKET = b"\\\x7f["
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# What a server may decode with instead of UTF-8 without reading another text, as long as all bytes are ASCII.
_ASCII_SUPERSETS = frozenset({"us-ascii", "ascii", "iso-8859-1", "latin1", "iso-8859-15", "windows-1252"})
UTF8 = frozenset({"", "utf-8", "utf8"})
"""Charsets in whose name, or without any, JSON is UTF-8."""
_TEXTUAL = frozenset({"json", "form", "multipart"})
_CONTENT_TYPE = "header.content-type"


def decompress(body: bytes, coding: str, limit: int) -> bytes | Undecodable:
    """Undo one `Content-Encoding` (RFC 9110, 8.4), giving at most `limit` bytes."""
    if coding in {"", "identity"}:
        return body
    if coding not in READABLE:
        return Undecodable("unsupported-content-encoding", "header.content-encoding")
    inflater = zlib.decompressobj(wbits=15 if coding == "deflate" else 31)  # 31: with gzip's header, not zlib's
    try:
        data = inflater.decompress(body, limit + 1)
    except zlib.error:
        return Undecodable("invalid-content-encoding", "body")
    if len(data) > limit:
        return Undecodable("decompressed-too-large", "body", f"at most {limit} bytes")
    if not inflater.eof or inflater.unused_data:
        return Undecodable("invalid-content-encoding", "body", "one complete stream and nothing after it")
    return data


def decode(body: bytes, kind: Kind, media_type: MediaType, limits: Limits) -> Document | Undecodable:
    """Read `body` as `kind`. Never raises."""
    if media_type.is_ambiguous:
        return Undecodable("invalid-encoding", _CONTENT_TYPE, "well-formed parameters, each once")
    # In another charset than the server's, quotes and braces are other bytes: a known way around inspection.
    charset = media_type.charset
    if kind in _TEXTUAL and charset not in UTF8 and not (charset in _ASCII_SUPERSETS and body.isascii()):
        return Undecodable("invalid-encoding", _CONTENT_TYPE, "charset utf-8")
    match kind:
        case "json":
            return decode_json(body, limits)
        case "form":
            return _decode_form(body, limits)
        case "multipart":
            return _decode_multipart(body, media_type, limits)
        case "text":
            return _decode_text(body, media_type)
        case "xml":
            return _decode_xml(body, media_type)
        case "opaque" | "stream" | "lines" | "table":  # the last two are answers, and are read as such
            return OpaqueDocument(len(body))
        case _:
            assert_never(kind)


def decode_response(body: bytes, kind: Kind, media_type: MediaType) -> Document | Undecodable:
    """Read an answer of the upstream: well-formedness only, what limits bound is for requests. Never raises."""
    try:
        if kind == "json":
            return JsonDocument(_JSON.decode(body))
        if kind == "lines":
            return RowsDocument(_JSON.decode_lines(body.replace(b"\x1e", b"\n")))  # RFC 7464, 2.2: a record separator
        if kind == "table":
            return read_table(body.decode(media_type.charset or "utf-8"), media_type.essence)
        return TextDocument(body.decode(media_type.charset or "utf-8"))
    except (msgspec.MsgspecError, ValueError, RecursionError, LookupError):  # the last: no such charset
        return Undecodable("response-unreadable", "response", f"a {kind} body")


def decode_json(body: bytes, limits: Limits) -> Document | Undecodable:
    """Read a request's body as JSON in UTF-8. Never raises."""
    try:
        value = _JSON.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return Undecodable("invalid-json", "body", "one JSON text in UTF-8 (RFC 8259)")
    except RecursionError:
        return Undecodable("json-too-deep", "body", f"at most {limits.json_depth} levels")
    # Every key needs a colon, so as many colons as keys leave no room for a key that was given twice, nor for a key of
    # an object within. Colons in strings only make the count larger, and the slower exact reading then decides.
    colons = body.count(b":")
    if type(value) is not dict or len(value) != colons or not _is_small(body, limits):
        keys = _measure(value, limits) if isinstance(value, (dict, list)) else 0
        if isinstance(keys, Undecodable):
            return keys
        if colons != keys and _has_duplicate_key(body):
            return Undecodable("duplicate-key", "body", "each key of an object once (RFC 8259, 4)")
    # as numbers: to look for them as bytes costs twenty times as much
    if (_BACKSLASH in body or _DEL in body) and _CONTROL_HINT.search(body) and _has_control(value):
        return Undecodable("control-character", "body", "no control characters but tab and line ends")
    return JsonDocument(value)


def _is_small(body: bytes, limits: Limits) -> bool:
    """Whether `body`, an object without objects that hold anything, has too few signs to break any limit, wherever they
    stand. To count a sign takes as long as half the decoding."""
    is_short = len(body) <= limits.object_keys and len(body) <= limits.array_items
    if not is_short and body.count(b",") >= min(limits.object_keys, limits.array_items):
        return False
    if _BRACKET not in body.partition(b"[")[2] and limits.json_depth > 2:  # one list, no more
        return True
    return body.count(b"[") + 1 < limits.json_depth  # within all of them there may be an empty object


def _measure(value: dict[str, Any] | list[Any], limits: Limits) -> int | Undecodable:
    """How many keys `value` holds in all its objects; or which limit it breaks."""
    keys = depth = 0
    level: list[Any] = [value]
    while level:
        depth += 1
        if depth > limits.json_depth:
            return Undecodable("json-too-deep", "body", f"at most {limits.json_depth} levels")
        below: list[Any] = []
        for node in level:
            if isinstance(node, dict):
                keys += len(node)
                if len(node) > limits.object_keys:
                    return Undecodable("too-many-keys", "body", f"at most {limits.object_keys} in one object")
                items: Any = node.values()
            else:
                if len(node) > limits.array_items:
                    return Undecodable("array-too-long", "body", f"at most {limits.array_items} items")
                items = node
            below += [item for item in items if isinstance(item, (dict, list))]
        level = below
    return keys


class _DuplicateKeyError(ValueError):
    """Stops the exact reading at the first key that is given twice."""


def _unique(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) != len(pairs):
        raise _DuplicateKeyError


_EXACT_JSON = json.JSONDecoder(object_pairs_hook=_unique)


def _has_duplicate_key(body: bytes) -> bool:
    try:
        _EXACT_JSON.decode(body.decode())
    except (ValueError, RecursionError):  # two parsers that disagree about a text are a reason to refuse it
        return True
    return False


def _has_control(value: Any) -> bool:
    stack = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            if _CONTROL.search(node):
                return True
        elif isinstance(node, dict):
            stack.extend(node)
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
    return False


def _decode_form(body: bytes, limits: Limits) -> Document | Undecodable:
    found: list[Ambiguity] = []
    fields = read_pairs(body.decode("latin-1"), found, "body")
    # a text area sends line ends as %0D%0A, so only other control characters are refused here
    for ambiguity in found:
        if ambiguity.kind != "control-character":
            return Undecodable(_form_reason(ambiguity), ambiguity.location)
    if any(_CONTROL.search(name) or _CONTROL.search(value) for name, value in fields):
        return Undecodable("control-character", "body")
    if len(fields) > limits.object_keys:
        return Undecodable("too-many-keys", "body", f"at most {limits.object_keys} fields")
    return FormDocument(fields)


def _form_reason(ambiguity: Ambiguity) -> str:
    return "double-encoding" if ambiguity.kind == "double-encoding" else "invalid-form"


def _decode_multipart(body: bytes, media_type: MediaType, limits: Limits) -> Document | Undecodable:
    try:
        parts = read_parts(body, media_type.boundary, limits.object_keys)
    except MultipartError as error:
        return Undecodable("invalid-multipart", "body", str(error))
    if any(not part.filename and _is_in_another_charset(part.content_type) for part in parts):
        return Undecodable("invalid-multipart", "body", "text parts in UTF-8, us-ascii or iso-8859-1")
    return MultipartDocument(parts)


def _is_in_another_charset(content_type: str) -> bool:
    """Whether a text part says that quotes and braces may be other bytes in it."""
    media_type = parse_media_type(content_type)
    is_read = media_type.essence and not media_type.is_ambiguous
    return media_type.charset not in UTF8 | _ASCII_SUPERSETS if is_read else "charset" in content_type.lower()


def _decode_xml(body: bytes, media_type: MediaType) -> Document:
    """A document says its charset itself, and no schema is asked: what cannot be read is left to who understands it.

    Markup that hides in another charset than the one that is read here is still seen by its ASCII characters. For many
    servers read the document's own charset and not that of `Content-Type`, which is believed only where its ASCII
    characters stay what they are, or where the document begins in it, and not in ASCII.
    """
    try:
        text = body.decode(media_type.charset or "utf-8")
    except (ValueError, LookupError):
        return TextDocument(_in_own_charset(body))
    is_same = text.encode("ascii", "ignore") == body.translate(None, _BEYOND_ASCII)
    is_other = not _BEGINS.match(body) and text.lstrip("\ufeff \t\r\n").startswith("<")
    return TextDocument(text if is_same or is_other else _in_own_charset(body))


def _in_own_charset(body: bytes) -> str:
    """A document as its first bytes say (XML, F.1)."""
    if body.startswith(_EBCDIC):
        return body.decode("cp037")
    wide = body[:2] in (b"\xff\xfe", b"\xfe\xff")
    return body.decode("utf-16" if wide else "latin-1", "replace")


_BEYOND_ASCII = bytes(range(0x80, 0x100))
_BEGINS = re.compile(rb"(?:\xef\xbb\xbf)?\s*<[^\x00]")
"""A document in ASCII, or in what holds it."""
_EBCDIC = "<?xm".encode("cp037")


def _decode_text(body: bytes, media_type: MediaType) -> Document | Undecodable:
    charset = media_type.charset or "utf-8"
    if charset not in {"utf-8", "utf8"} and charset not in _ASCII_SUPERSETS:
        return Undecodable("invalid-encoding", _CONTENT_TYPE, "charset utf-8, us-ascii or iso-8859-1")
    try:
        text = body.decode(charset)
    except UnicodeDecodeError:
        return Undecodable("invalid-encoding", "body", f"text in {charset}")
    if _CONTROL.search(text):
        return Undecodable("control-character", "body")
    return TextDocument(text)
