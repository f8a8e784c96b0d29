"""Whole exchanges made up by Hypothesis: half of them near what the small contract allows, half hostile."""

import gzip
from typing import Any

import msgspec
from hypothesis import strategies as st
from tests.unit.controls.objections import OBJECTIONS, REWRITTEN
from tests.unit.engine.drive import PEER

from garrison.core.http import Headers, RequestHead, ResponseHead

LATIN = st.text(st.characters(max_codepoint=255), max_size=12)
"""What adapters hand on: bytes as text (RFC 9110, 5.5)."""

_PIECES = (
    "/", "//", "items", "%69tems", "chat", "events", "feed", "search", "nowhere", "..", ".", ";", "%2e", "%2F", "%5c",
    "\\", "%00", "%", "%zz", "%c3%a9", "%C0%AF", "%252e", "?", "&", "=", "limit=1", "limit=x", "tag=a", "q=1", "+", "#",
    " ", "\x00", "\xe9", "a", "7", ":", "@", "http://", "*", "%u002f", "[]", "|",
)  # fmt: skip
targets = st.one_of(
    st.sampled_from(["/items", "/items?limit=1", "/items/7", "/events", "/feed", "/search?q=a", "/chat", "/nowhere"]),
    st.lists(st.sampled_from(_PIECES) | LATIN, max_size=8).map("".join),
)

_NAMES = (
    "content-type", "content-length", "transfer-encoding", "content-encoding", "upgrade", "cookie", "x-mode", "host",
    "authorization", "x-http-method-override", "x_mode", "content_length", "origin", "access-control-request-method",
)  # fmt: skip
_VALUES = (
    "application/json", "application/json; charset=utf-16", "application/x-www-form-urlencoded", "text/plain",
    "multipart/form-data; boundary=b", "image/png", "text/event-stream", "application/x-ndjson", "nonsense", "",
    "0", "5", "-1", "chunked", "gzip", "br", "deflate", "websocket", "session=12345", "fast", "GET",
    "text/plain; charset=hex",
)  # fmt: skip
fields = st.tuples(st.sampled_from(_NAMES) | LATIN.map(str.lower), st.sampled_from(_VALUES) | LATIN)

_BODIES = (
    b"", b'{"name":"a"}', b'{"name":1}', b"{", b'{"name":"a","name":"b"}', b'{"name":"\\u0000"}', b"[]",
    b"name=a", b"name=%", b"[" * 2000, b"9" * 5000,
    b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\na\r\n--b--', b"--b--", b"\x89PNG",
    gzip.compress(b'{"name":"a"}'), gzip.compress(b"0" * 5000), b'[{"name":"a"}]', b'[{"name":"a","secret":1}]',
    b"Traceback (most recent call last):", b"\xff\xfe", b"{}" * 700,
)  # fmt: skip
bodies = st.one_of(st.sampled_from(_BODIES), st.binary(max_size=40))

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "get")
_COMMON: tuple[Headers, ...] = (
    (), (("content-type", "application/json"),),
    (("content-type", "application/json"), ("transfer-encoding", "chunked")),
    (("content-type", "application/json"), ("content-encoding", "gzip")), (("content-type", "text/plain"),),
    (("content-type", "application/x-www-form-urlencoded"),), (("content-type", "multipart/form-data; boundary=b"),),
    (("content-type", "image/png"),),
)  # fmt: skip


class Made(msgspec.Struct, frozen=True):
    """One exchange: request and answer."""

    head: RequestHead
    body: bytes
    answer: tuple[ResponseHead, bytes]


@st.composite
def exchanges(draw: Any) -> Made:
    """Any exchange that an adapter could feed."""
    headers = (*draw(st.sampled_from(_COMMON)), *draw(st.lists(fields, max_size=3)))
    body: bytes = draw(bodies)
    has_body = bool(body) or draw(st.booleans())
    head = RequestHead(
        draw(st.sampled_from(_METHODS) | LATIN),
        draw(targets),
        draw(st.sampled_from(["api.example.com", "", "a b"]) | LATIN),
        headers,
        PEER,
        protocol=draw(st.sampled_from(["HTTP/1.1", "HTTP/1.0", "HTTP/2"])),
        has_body=has_body,
    )
    answer_headers = (*draw(st.sampled_from(_COMMON)), *draw(st.lists(fields, max_size=2)))
    answer_body: bytes = draw(bodies)
    answer = ResponseHead(draw(st.sampled_from([200, 204, 101, 404, 500, 999])), answer_headers, draw(st.booleans()))
    return Made(head, body, (answer, answer_body if answer.has_body else b""))


def _of_case(index: int) -> Made:
    case = (*OBJECTIONS, *REWRITTEN)[index]
    answer = case.answer or (ResponseHead(200, ()), b"")
    return Made(case.head, case.body or b"", answer)


all_exchanges = exchanges() | st.integers(0, len(OBJECTIONS) + len(REWRITTEN) - 1).map(_of_case)
"""Made up ones, and those of the table of objections."""
