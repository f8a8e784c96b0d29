"""Which bodies are inspected, and how they are read into an exchange's facts.

A body passes with head-only inspection where the contract lets it: opaque media types, streams, upgrades. Each
such pass is noted in `Facts.uninspected`, and so in the event.
"""

from garrison.config.model import RequestLimitsSettings
from garrison.contract.body import BodySchema
from garrison.engine.decode import (
    BodyKind,
    MediaType,
    Undecodable,
    decode,
    decode_response,
    decompress,
    kind_of,
)
from garrison.engine.facts import Facts

_NO_MEDIA_TYPE = MediaType("")


def request_kind(facts: Facts) -> BodyKind | None:
    """How the request's body is to be read; None where it passes with head-only inspection."""
    operation = facts.operation
    if "upgrade" in facts.canonical.headers:
        return _uninspected(facts, "request-body: upgraded connection")
    if operation is not None and operation.streams_request:
        return _uninspected(facts, "request-body: declared stream")
    kind = _declared_kind(facts.body_schema, facts.media_type)
    if kind in {"opaque", "stream"}:
        return _uninspected(facts, f"request-body: {kind} media type")
    return kind


def read_request_body(facts: Facts, body: bytes, kind: BodyKind, limits: RequestLimitsSettings) -> None:
    """Decode the request's body into `facts`; what cannot be read becomes `Undecodable` there."""
    if len(body) > limits.inspected_bytes:
        facts.document = Undecodable("body-too-large", "body", f"at most {limits.inspected_bytes} bytes")
        facts.uninspected.append("request-body: over the inspection bound")
        return
    coding = facts.canonical.headers.get("content-encoding", "").strip().lower()
    data = decompress(body, coding, limits.inspected_bytes)
    if isinstance(data, Undecodable):
        facts.document = data
        return
    facts.body = data
    facts.document = decode(data, kind, facts.media_type or _NO_MEDIA_TYPE, limits)


def response_kind(facts: Facts) -> BodyKind | None:
    """How the response's body is to be read; None where it passes with head-only inspection."""
    operation = facts.operation
    if facts.response is not None and facts.response.status == 101:
        return _uninspected(facts, "response-body: upgraded connection")
    if operation is not None and operation.streams_response:
        return _uninspected(facts, "response-body: declared stream")
    kind = _declared_kind(facts.response_body_schema, facts.response_media_type)
    if kind in {"json", "text"}:
        return kind
    return _uninspected(facts, f"response-body: {kind} media type")


def read_response_body(facts: Facts, body: bytes | None, kind: BodyKind, limit: int) -> None:
    """Decode the response's body into `facts`; None says that it was longer than `limit` bytes."""
    if body is None or len(body) > limit:
        facts.response_document = Undecodable("response-too-large", "response", f"at most {limit} bytes")
        facts.uninspected.append("response-body: over the inspection bound")
        return
    response = facts.response
    coding = ""
    if response is not None:
        coding = next((value for name, value in response.headers if name == "content-encoding"), "")
    data = decompress(body, coding.strip().lower(), limit)
    if isinstance(data, Undecodable):
        facts.response_document = Undecodable("response-unreadable", "response", data.reason)
        return
    facts.response_body = data
    facts.response_document = decode_response(data, kind, facts.response_media_type or _NO_MEDIA_TYPE)


def _declared_kind(schema: BodySchema | None, media_type: MediaType | None) -> BodyKind:
    if schema is not None:
        return schema.kind
    return kind_of(media_type.essence) if media_type is not None else "opaque"


def _uninspected(facts: Facts, note: str) -> None:
    if note not in facts.uninspected:
        facts.uninspected.append(note)
