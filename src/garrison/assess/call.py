"""Calls: one request as it goes out, and the answer that came. What sends them is given from outside."""

from collections.abc import Sequence
from typing import Any, Final, Protocol

import msgspec

from garrison.core.http import Headers, header
from garrison.core.nesting import is_deeper

MAX_ANSWER: Final = 2 << 20
"""Bytes of an answer that are read: what is longer is cut, so that a target that never stops does no harm."""
_DEEPEST: Final = 100
"""Levels of JSON: what is nested deeper nobody reads, and whoever walks through it would run out of stack."""


class Part(msgspec.Struct, frozen=True):
    """One part of a multipart body (RFC 7578)."""

    name: str
    value: str | bytes
    """Bytes are sent as a file."""


class Call(msgspec.Struct, frozen=True):
    """One request, ready to be sent. The origin is the transport's: nothing here can name another host."""

    method: str
    target: str
    """Path and query, percent-encoded; always begins with `/`."""
    headers: Headers = ()
    body: bytes | None = None
    parts: tuple[Part, ...] = ()
    """A multipart body, which the transport encodes; then `body` is None."""


class Answer(msgspec.Struct, frozen=True):
    """What came back."""

    status: int = 0
    """0 where nothing came: `fault` says why."""
    headers: Headers = ()
    """Names lower case."""
    body: bytes = b""
    """Decoded content, at most `MAX_ANSWER` of it."""
    seconds: float = 0.0
    """From sending to the last byte."""
    size: int = 0
    """Bytes on the wire, as far as they were read."""
    is_cut: bool = False
    """Whether more would have come than is read."""
    fault: str = ""
    """Why there is no answer, or no whole one: `no answer within 10 s`, `the connection was refused`."""

    @property
    def is_success(self) -> bool:
        """Whether the status says so (2xx). Many APIs tell of errors with 200: see `compare.succeeded`."""
        return 200 <= self.status < 300

    @property
    def media_type(self) -> str:
        """Essence of `Content-Type`, lower case."""
        return (header(self.headers, "content-type") or "").partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        """The body as text; what is no UTF-8 is replaced."""
        return self.body.decode("utf-8", "replace")

    def header(self, name: str) -> str:
        """The first value of a header (lower case); empty where there is none."""
        return header(self.headers, name) or ""

    def json(self) -> Any:
        """The body as JSON; `NOT_JSON` where it is none, or is nested too deep."""
        try:
            value = msgspec.json.decode(self.body)
        except (msgspec.DecodeError, ValueError, RecursionError):
            return NOT_JSON
        is_deep = self.body.count(b"[") + self.body.count(b"{") > _DEEPEST and is_deeper(value, _DEEPEST)
        return NOT_JSON if is_deep else value


class _NotJson:
    """A body that is no JSON."""

    def __repr__(self) -> str:
        return "NOT_JSON"


NOT_JSON: Final = _NotJson()


class Transport(Protocol):
    """Sends calls to one origin, and to nothing else. Never raises for what the target does."""

    @property
    def origin(self) -> str:
        """Scheme, host and port: `http://127.0.0.1:5000`."""

    def send(self, call: Call) -> Answer:
        """Send one call. Redirects are not followed, cookies are not kept."""

    def burst(self, calls: Sequence[Call], width: int) -> tuple[Answer, ...]:
        """Send several, at most `width` at the same time; answers in the order of the calls."""


class Caught(msgspec.Struct, frozen=True):
    """A request that the target itself sent to the listener."""

    token: str
    """Which of the listener's addresses it came to."""
    method: str
    target: str
    peer: str


class Listener(Protocol):
    """Waits on loopback for requests that the target was made to send (out-of-band proof)."""

    def address(self, token: str) -> str:
        """The URL that is `token`'s own."""

    def caught(self, token: str, seconds: float) -> Caught | None:
        """The first request that came to it, waited for at most so long."""
