"""A recorded exchange: what was received, whatever wrote it down; and what could not be read as one."""

import ipaddress
from collections.abc import Iterable
from typing import Final

import msgspec

from garrison.core.event import Event
from garrison.core.http import Headers, Peer, RequestHead, ResponseHead

NOBODY = Peer("0.0.0.0")  # noqa: S104 - the unspecified address (RFC 1122, 3.2.1.3): the record names no peer


class RecordedExchange(msgspec.Struct, frozen=True, omit_defaults=True):
    """One request, and its response where there is one, as far as they were kept."""

    id: str | int
    """Its event's id, or what its file calls it."""
    request: RequestHead
    time: float = 0.0
    """When the request's head arrived: seconds since the epoch; 0 where the record does not say."""
    body: bytes | None = None
    """The request's body as far as it is known."""
    is_whole: bool = True
    """Whether `body` is all there was; a body that is not there is whole if None."""
    response: ResponseHead | None = None
    response_body: bytes | None = None
    """The response's body as far as it is known."""
    is_response_whole: bool = True
    aborted: bool = False
    """Whether client or upstream broke off."""
    local_status: int = 0
    """Status that the data plane answered with by itself; 0 where the upstream was asked."""
    event: Event | None = None
    """What was decided when it happened; None where the record does not say."""


class Unreadable(msgspec.Struct, frozen=True):
    """An entry of a file of recorded traffic that is no exchange."""

    id: str | int | None
    """What the entry calls itself; None where even that cannot be read."""
    place: str
    """`line 7`, `$.log.entries[3]`."""
    why: str


Entry = RecordedExchange | Unreadable


class UnreadableError(ValueError):
    """An entry is no exchange: the message says why."""


_NOT_UTF_8: Final = "Invalid UTF-8 encoded string"
"""What msgspec says of it since 0.23; before that it raised UnicodeDecodeError."""


def why(error: Exception) -> str:
    """What decoding an entry ran into, in our manner of speaking."""
    if isinstance(error, UnicodeError) or str(error) == _NOT_UTF_8:
        return "text that is not UTF-8"
    if isinstance(error, RecursionError):
        return "nested too deeply"
    text = str(error)
    # msgspec's messages begin with a capital letter; `JSON` keeps its own
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def request_head(
    method: str, target: str, fields: Iterable[tuple[str, str]], *, has_body: bool, peer: Peer = NOBODY
) -> RequestHead:
    """A head as an adapter would have handed it on: names in lower case, the first `Host` as the authority."""
    headers = wire_headers(fields)
    place = next((index for index, (name, _) in enumerate(headers) if name == "host"), len(headers))
    return RequestHead(
        method=method,
        target=wire_text(target),
        authority=headers[place][1] if place < len(headers) else "",
        headers=headers[:place] + headers[place + 1 :],
        peer=peer,
        has_body=has_body,
    )


def wire_headers(fields: Iterable[tuple[str, str]]) -> Headers:
    """Header fields as the engine sees them."""
    return tuple([(wire_text(name).lower(), wire_text(value)) for name, value in fields])


def wire_text(text: str) -> str:
    """Text beyond ASCII travels as UTF-8, each byte of which is one character to the engine (`core/http.py`)."""
    return text if text.isascii() else text.encode().decode("latin-1")


def peer_of(address: str | None) -> Peer:
    """The peer at `address`; raises UnreadableError where that is no address."""
    if not address:
        return NOBODY
    try:
        return Peer(str(ipaddress.ip_address(address.strip("[]"))))
    except ValueError:
        raise UnreadableError(f"`{address[:60]}` is no IP address") from None
