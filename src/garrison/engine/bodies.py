"""Which bodies are inspected, and how they are read into an exchange's facts.

A body passes with head-only inspection where the contract lets it: opaque media types, streams, upgrades. Each
such pass is noted in `Facts.uninspected`, and so in the event.
"""

import re

from garrison.config.controls import RequestLimitsSettings
from garrison.contract.body import BodySchema
from garrison.contract.catalogue import CompiledOperation
from garrison.contract.media import Kind, kind_of
from garrison.contract.responses import ResponseSchema
from garrison.core.http import LENGTHS, ResponseHead, header
from garrison.engine.broken_off import read_beginning
from garrison.engine.decode import Undecodable, decode, decode_json, decode_response, decompress
from garrison.engine.facts import Facts
from garrison.engine.media_type import MediaType

_NO_MEDIA_TYPE = MediaType("")
_PARTIAL = 206
_RANGES = "multipart/byteranges"
"""Several of them at once (RFC 9110, 14.6)."""
_WHOLE_RANGE = re.compile(r"bytes 0-([0-9]{1,18})/([0-9]{1,18})", re.IGNORECASE)
_XML = frozenset({"application/xml", "text/xml"})

PASSED_OVER = frozenset({"opaque", "stream"})
"""Kinds of bodies that pass with head-only inspection."""


def request_kind(
    operation: CompiledOperation | None, media_type: MediaType | None, body_schema: BodySchema | None
) -> Kind:
    """How a request's body is to be read: `body_schema` is what the contract says of it."""
    if operation is not None and operation.streams_request:
        return "stream"
    if body_schema is not None:
        return body_schema.kind
    kind = kind_of(media_type.essence) if media_type is not None else "opaque"
    return "opaque" if kind == "stream" else kind  # only a declared stream may be endless


def read_request_body(facts: Facts, body: bytes, limit: int, limits: RequestLimitsSettings) -> None:
    """Decode the request's body into `facts`; what cannot be read becomes `Undecodable` there.

    `limit` is what may be inspected, in bytes, before and after decompression.
    """
    if len(body) > limit:
        facts.document = Undecodable("body-too-large", "body", f"at most {limit} bytes")
        facts.uninspected += ("request-body: over the inspection bound",)
        return
    facts.received = body
    headers = facts.canonical.headers
    stated = headers.get("content-length")
    if stated is not None and LENGTHS.get(stated) != len(body) and stated.lstrip("0") != str(len(body)):
        facts.document = Undecodable("conflicting-framing", "header.content-length", "the body's own length")
        return
    data = body
    if "content-encoding" in headers:
        plain = decompress(body, headers["content-encoding"].strip().lower(), limit)
        if isinstance(plain, Undecodable):
            facts.document = plain
            return
        data = plain
    facts.body = data
    expected = facts.expected
    if expected.is_plain_json:
        facts.document = decode_json(data, limits)
    else:
        facts.document = decode(data, expected.kind or "opaque", expected.media_type or _NO_MEDIA_TYPE, limits)


def response_kind(
    operation: CompiledOperation | None,
    status: int,
    media_type: MediaType | None,
    schema: ResponseSchema | None,
    body_schema: BodySchema | None,
) -> Kind:
    """How a response's body is to be read: `schema` and `body_schema` are what the contract says of it."""
    if status >= 400:
        return "text" if schema is not None and schema.forbids_body else _error_kind(media_type)
    if operation is not None and (operation.streams_response or status == 101):
        return "stream"
    if status == _PARTIAL and media_type is not None and media_type.essence == _RANGES:
        return "text"  # whatever these are ranges of
    if body_schema is not None:
        return body_schema.rows or _only_readable(body_schema.kind)
    if schema is not None and (schema.forbids_body or media_type is None):
        return "text"  # there should be nothing to read, or nothing says how: what counts is whether it is empty
    return _only_readable(kind_of(media_type.essence)) if media_type is not None else "opaque"


def read_response_body(facts: Facts, body: bytes | None, limit: int, *, is_whole: bool = True) -> None:
    """Decode the response's body into `facts`; None says that it was longer than `limit` bytes, and one that is not
    whole broke off."""
    if body == b"":
        facts.response_body = body
        return
    if body is None or len(body) > limit:
        facts.response_document = Undecodable("response-too-large", "response", f"at most {limit} bytes")
        facts.uninspected += ("response-body: over the inspection bound",)
        return
    announced = facts.announced
    media_type = announced.media_type or _NO_MEDIA_TYPE
    if not is_whole:
        facts.response_beginning = read_beginning(body, announced.coding, limit, announced.kind, media_type)
        facts.response_document = Undecodable("response-unreadable", "response", "a whole body, not one that broke off")
        facts.uninspected += ("response-body: broke off",)
        return
    response = facts.response
    if response is not None and response.status == _PARTIAL and _is_range(response, facts.announced.media_type):
        facts.response_document = Undecodable(
            "response-unreadable", "response", "a whole body, not a range of its bytes"
        )
        facts.uninspected += ("response-body: a range of bytes",)
        return
    data = decompress(body, announced.coding, limit) if announced.coding else body
    if type(data) is Undecodable:
        facts.response_document = Undecodable("response-unreadable", "response", data.reason)
        facts.uninspected += (f"response-body: {data.reason.replace('-', ' ')}",)
        return
    facts.response_body = data
    facts.response_document = decode_response(data, announced.kind, media_type)


def _is_range(response: ResponseHead, media_type: MediaType | None) -> bool:
    """Whether a partial response has some of a body's bytes, and not all of them (RFC 9110, 14.4). What they mean
    depends on those before them, though they may be JSON as well. One that counts in other units has a whole body."""
    if media_type is not None and media_type.essence == _RANGES:
        return True
    given = header(response.headers, "content-range") or ""
    if not given.lower().startswith("bytes"):
        return False
    whole = _WHOLE_RANGE.fullmatch(given)
    return whole is None or int(whole[1]) + 1 != int(whole[2])


def _error_kind(media_type: MediaType | None) -> Kind:
    """An error answer is no stream, and what an error discloses is text of any textual type, or of none."""
    if media_type is None:
        return "text"
    kind = kind_of(media_type.essence)
    if kind == "stream" or media_type.essence in _XML or media_type.essence.endswith("+xml"):
        return "text"
    return _only_readable(kind)


def _only_readable(kind: Kind) -> Kind:
    return kind if kind in {"json", "text", "stream"} else "opaque"
