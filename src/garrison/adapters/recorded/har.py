"""HTTP Archives (HAR 1.2): what browsers and recording proxies write.

An archive holds bodies decoded and heads without their framing, so a body's length is stated anew and codings are
dropped. `id` is the entry's own where it has one (`_id`), else its position: `entry 3`.
"""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import SplitResult, urlencode, urlsplit

import msgspec

from garrison.adapters.recorded.exchange import (
    Entry,
    RecordedExchange,
    Unreadable,
    UnreadableError,
    request_head,
    why,
    wire_headers,
)
from garrison.core.errors import ConfigError, Problem
from garrison.core.http import ResponseHead

_SCHEMES = frozenset({"http", "https", "ws", "wss", ""})
"""What goes to a server. Browsers list `data:`, `blob:` and their extensions' files as well."""
_FRAMING = frozenset({"content-length", "transfer-encoding", "content-encoding"})


class _Pair(msgspec.Struct, frozen=True):
    name: str
    value: str = ""


class _PostData(msgspec.Struct, frozen=True, rename="camel"):
    mime_type: str = ""
    text: str = ""
    params: tuple[_Pair, ...] = ()
    encoding: str = ""
    """`base64`, as in a response's content: not of the standard, though some recorders write it."""


class _Request(msgspec.Struct, frozen=True, rename="camel"):
    method: str
    url: str
    headers: tuple[_Pair, ...] = ()
    post_data: _PostData | None = None


class _Content(msgspec.Struct, frozen=True, rename="camel"):
    size: float = 0
    mime_type: str = ""
    text: str | None = None
    encoding: str = ""


class _Response(msgspec.Struct, frozen=True, rename="camel"):
    status: int = 0
    headers: tuple[_Pair, ...] = ()
    content: _Content = _Content()


class _Entry(msgspec.Struct, frozen=True, rename="camel"):
    request: _Request
    response: _Response | None = None
    started_date_time: str = ""
    id: str | int | None = msgspec.field(default=None, name="_id")


class _Log(msgspec.Struct, frozen=True):
    entries: list[msgspec.Raw]


class _Archive(msgspec.Struct, frozen=True):
    log: _Log


def read_har(content: bytes, file: str) -> Iterator[Entry]:
    """The archive's entries in order; raises ConfigError where `content` is no archive at all."""
    try:
        archive = msgspec.json.decode(content, type=_Archive)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise ConfigError([Problem(file, "$", f"is no HTTP Archive: {why(error)}")]) from error
    return (_entry(raw, number) for number, raw in enumerate(archive.log.entries))


def _entry(raw: msgspec.Raw, number: int) -> Entry:
    try:
        return _exchange(msgspec.json.decode(raw, type=_Entry), number)
    except (msgspec.MsgspecError, UnicodeError, UnreadableError, RecursionError) as error:
        return Unreadable(None, f"$.log.entries[{number}]", why(error))


def _exchange(entry: _Entry, number: int) -> RecordedExchange:
    request = entry.request
    body = _request_body(request.post_data)
    url = _address(request.url)
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    recorded = RecordedExchange(
        id=f"entry {number}" if entry.id is None else entry.id,
        request=request_head(request.method, target, _fields(request, url, body), has_body=bool(body)),
        time=_time(entry.started_date_time),
        body=body or None,
        is_response_whole=True,
    )
    response = entry.response
    if response is None or response.status == 0:  # the request was blocked or broke off: there was no response
        return recorded
    return msgspec.structs.replace(
        recorded,
        response=_response_head(response),
        response_body=_content(response) or None,
        is_response_whole=response.content.text is not None or response.content.size <= 0,
    )


def _fields(request: _Request, url: SplitResult, body: bytes) -> list[tuple[str, str]]:
    """The request's fields, with those that follow from the rest and that recorders leave out."""
    fields = _headers(request.headers)
    names = {name.lower() for name, _ in fields}
    if "host" not in names:
        fields.insert(0, ("host", url.netloc.rpartition("@")[2]))
    if body:
        fields.append(("content-length", str(len(body))))
        if "content-type" not in names and request.post_data is not None and request.post_data.mime_type:
            fields.append(("content-type", request.post_data.mime_type))
    return fields


def _address(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
    except ValueError:
        raise UnreadableError(f"`{url[:60]}` is no URL") from None
    if parts.scheme not in _SCHEMES:
        raise UnreadableError(f"`{parts.scheme}:` leads to no server")
    return parts


def _headers(pairs: tuple[_Pair, ...]) -> list[tuple[str, str]]:
    """Fields without framing, and without HTTP/2's pseudo-headers, which recorders list among them."""
    return [
        (pair.name, pair.value) for pair in pairs if not pair.name.startswith(":") and pair.name.lower() not in _FRAMING
    ]


def _response_head(response: _Response) -> ResponseHead:
    has_body = bool(response.content.text) or response.content.size > 0
    return ResponseHead(response.status, wire_headers(_headers(response.headers)), has_body=has_body)


def _request_body(data: _PostData | None) -> bytes:
    if data is None:
        return b""
    if data.text:
        return _decoded(data.text, data.encoding)
    if data.params and "multipart" in data.mime_type:
        raise UnreadableError("the parts of a multipart body are listed, not the body itself")
    return urlencode([(pair.name, pair.value) for pair in data.params]).encode()


def _content(response: _Response) -> bytes:
    return _decoded(response.content.text or "", response.content.encoding)


def _decoded(text: str, encoding: str) -> bytes:
    if encoding.lower() != "base64":
        return text.encode()
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:  # binascii.Error, or characters beyond ASCII
        raise UnreadableError("a body is said to be base64 and is not") from None


def _time(text: str) -> float:
    """Seconds since the epoch of an ISO 8601 time; 0 where it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def has_log(start: bytes) -> bool:
    """Whether a file that begins with `start` is an archive, rather than JSON Lines."""
    head = b"".join(start.split())[:8]
    return head.startswith(b'{"log":')
