"""Requests as JSON Lines: one object a line, `id`, `method`, `path`, `query`, `headers`, `body` or `body_b64`.

Optional are `time` (seconds since the epoch), `peer` (an IP address) and `response` (`status`, `headers`, `body` or
`body_b64`); other keys are ignored. Headers count as they are, framing included: what stands in them is what is
judged. Only where a body comes without any framing is its own length stated for it.
"""

import base64
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from garrison.adapters.recorded.exchange import (
    Entry,
    RecordedExchange,
    Unreadable,
    UnreadableError,
    peer_of,
    request_head,
    why,
    wire_headers,
)
from garrison.core.http import Headers, RequestHead, ResponseHead

Fields = Mapping[str, str | int | float | list[str]] | list[tuple[str, str]] | None
"""An object, a list of values where a name is repeated; or a list of pairs."""


class _Message(msgspec.Struct, frozen=True):
    headers: Fields = None
    body: str | None = None
    body_b64: str | None = None


class _Response(_Message, frozen=True):
    status: int = 200


class _Line(_Message, frozen=True, kw_only=True):
    id: str | int | None = None
    method: str
    path: str
    query: str | None = None
    time: float | None = None
    peer: str | None = None
    response: _Response | None = None


class _Named(msgspec.Struct, frozen=True):
    """What can still be said of a line that is no exchange."""

    id: str | int | None = None


_LINE = msgspec.json.Decoder(_Line)
_NAMED = msgspec.json.Decoder(_Named)


def read_lines(lines: Iterable[bytes]) -> Iterator[Entry]:
    """Every line that is not blank, in order. Never raises for what stands in a line."""
    for number, line in enumerate(lines, 1):
        if not line.isspace():
            yield read_line(line, number)


def read_line(line: bytes, number: int) -> Entry:
    """The exchange in `line`, which is the file's line `number`."""
    place = f"line {number}"
    try:
        return _exchange(_LINE.decode(line), place)
    except (msgspec.MsgspecError, UnicodeError, UnreadableError, RecursionError) as error:
        return Unreadable(_id_of(line), place, why(error))


def _exchange(line: _Line, place: str) -> RecordedExchange:
    body = _body(line)
    response = line.response
    return RecordedExchange(
        id=place if line.id is None else line.id,
        request=_head(line, body),
        time=line.time or 0.0,
        body=body or None,
        response=_response_head(response) if response is not None else None,
        response_body=_body(response) if response is not None else None,
    )


def _head(line: _Line, body: bytes) -> RequestHead:
    query = line.query.removeprefix("?") if line.query else ""
    target = f"{line.path}?{query}" if query else line.path
    fields = list(_pairs(line.headers))
    names = {name.lower() for name, _ in fields}
    if body and not names & {"content-length", "transfer-encoding"}:
        fields.append(("content-length", str(len(body))))
    has_body = bool(body) or "transfer-encoding" in names
    return request_head(line.method, target, fields, has_body=has_body, peer=peer_of(line.peer))


def _response_head(response: _Response) -> ResponseHead:
    headers: Headers = wire_headers(_pairs(response.headers))
    return ResponseHead(response.status, headers, has_body=bool(response.body or response.body_b64))


def _pairs(fields: Fields) -> Iterator[tuple[str, str]]:
    if fields is None:
        return
    if isinstance(fields, list):
        yield from fields
        return
    for name, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            yield name, str(one)


def _body(message: _Message) -> bytes:
    if message.body_b64:
        try:
            return base64.b64decode(message.body_b64, validate=True)
        except ValueError:  # binascii.Error, or characters beyond ASCII
            raise UnreadableError("`body_b64` is not base64") from None
    return message.body.encode() if message.body else b""


def _id_of(line: bytes) -> str | int | None:
    try:
        return _NAMED.decode(line).id
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
