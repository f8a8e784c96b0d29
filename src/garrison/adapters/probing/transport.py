"""The transport of an assessment: sends calls to one origin as they stand, and survives whatever comes back.

httpx's own engine is used without its client, which would tidy up paths, follow redirects, keep cookies and go through
proxies: here a request goes out byte for byte, and to no other host.
"""

import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from typing import Final

import h11
import httpcore
import httpx

from garrison.adapters.probing.codings import READABLE, Undoing
from garrison.adapters.probing.faults import fault_text, is_closed
from garrison.adapters.probing.origin import Origin, split_url
from garrison.adapters.probing.patience import PatientNetwork, Watch
from garrison.assess.call import MAX_ANSWER, Answer, Call
from garrison.core.http import Headers

TIMEOUT: Final = 10.0
"""Seconds that one exchange may take in all."""
_IDLE: Final = 3.0
"""Seconds that an idle connection is kept: servers close theirs after five, and then one would meet the other."""
_MOST_CONNECTIONS: Final = 128
_BODILESS: Final = frozenset({"GET", "HEAD", "OPTIONS", "DELETE", "TRACE", "CONNECT"})
"""Methods that go without a length where there is no body (RFC 9110, section 8.6)."""

_Broken = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    h11.ProtocolError,
    OSError,
    ValueError,
)


class HttpTransport:
    """Sends calls to one origin over HTTP/1.1, with connections kept open. Threads may share it."""

    def __init__(
        self, origin: str, *, timeout: float = TIMEOUT, insecure: bool = False, pace: float | None = None
    ) -> None:
        """`timeout`: seconds for one exchange in all. `insecure`: any certificate will do. `pace`: requests a second at
        most, bursts not counted. Raises ConfigError where `origin` is none."""
        self._origin: Origin = split_url(origin)[0]
        self._timeout = timeout
        self._watch = Watch()
        self._pace = _Pace(pace)
        self._agent = f"garrison-assess/{version('garrison')}"
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(verify=not insecure),
            max_connections=_MOST_CONNECTIONS,
            max_keepalive_connections=_MOST_CONNECTIONS,
            keepalive_expiry=_IDLE,
            network_backend=PatientNetwork(self._watch),
        )

    @property
    def origin(self) -> str:
        """Scheme, host and port: `http://127.0.0.1:5000`."""
        return str(self._origin)

    def send(self, call: Call) -> Answer:
        """Send one call and read its answer. Never raises for what the target does: the answer's `fault` tells it."""
        self._pace.wait()
        return self._sent(call)

    def burst(self, calls: Sequence[Call], width: int) -> tuple[Answer, ...]:
        """Send several, at most `width` at the same time; answers in the order of the calls."""
        if not calls:
            return ()
        with ThreadPoolExecutor(max(1, min(width, len(calls), _MOST_CONNECTIONS)), "garrison-burst") as threads:
            return tuple(threads.map(self._sent, calls))

    def close(self) -> None:
        """Close its connections."""
        self._pool.close()

    def __enter__(self) -> "HttpTransport":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _sent(self, call: Call) -> Answer:
        answer, error = self._tried(call)
        if error is not None and is_closed(error) and not self._watch.opened and not self._watch.received:
            # an old connection, which the server closed meanwhile: nothing says that it saw the request
            answer, _ = self._tried(call)
        return answer

    def _tried(self, call: Call) -> tuple[Answer, Exception | None]:
        self._watch.begin(self._timeout)
        begun = time.monotonic()
        reading = _Reading()
        error: Exception | None = None
        try:
            response = self._pool.handle_request(self._request(call))
            try:
                reading.read(response)
            finally:
                response.close()
        except _Broken as caught:
            error = caught
        took = time.monotonic() - begun
        fault = fault_text(error, self._timeout, self._watch.received) if error else ""
        return reading.answer(took, fault), error

    def _request(self, call: Call) -> httpcore.Request:
        kind, body = _body(call)
        url = httpcore.URL(
            scheme=self._origin.scheme, host=self._origin.host, port=self._origin.port, target=_bytes(call.target)
        )
        headers = [(_bytes(name), _bytes(value)) for name, value in self._headers(call, kind, body)]
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), self._timeout)
        return httpcore.Request(
            _bytes(call.method), url, headers=headers, content=body or b"", extensions={"timeout": timeouts}
        )

    def _headers(self, call: Call, kind: str, body: bytes | None) -> Iterable[tuple[str, str]]:
        """Those of the call, and what is missing. Whatever it says itself is left as it stands."""
        given = {name.lower() for name, _ in call.headers if not (kind and name.lower() == "content-type")}
        missing: list[tuple[str, str]] = [
            ("host", self._origin.authority),
            ("user-agent", self._agent),
            ("accept", "*/*"),
            ("accept-encoding", READABLE),
        ]
        if kind:
            missing.append(("content-type", kind))
        if "transfer-encoding" not in given and (body is not None or call.method.upper() not in _BODILESS):
            missing.append(("content-length", str(len(body or b""))))
        yield from (pair for pair in missing if pair[0] not in given)
        yield from (pair for pair in call.headers if not (kind and pair[0].lower() == "content-type"))


class _Reading:
    """An answer as far as it came."""

    def __init__(self) -> None:
        self._status = 0
        self._headers: Headers = ()
        self._size = 0
        self._undoing = Undoing("", MAX_ANSWER)

    def read(self, response: httpcore.Response) -> None:
        """Read it, and no more of it than is kept."""
        self._status = response.status
        self._headers = tuple(
            (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in response.headers
        )
        codings = [value for name, value in self._headers if name == "content-encoding"]
        self._undoing = Undoing(codings[0] if len(codings) == 1 else "", MAX_ANSWER)
        for chunk in response.iter_stream():
            self._size += len(chunk)
            self._undoing.feed(chunk)
            if self._is_enough:
                break

    @property
    def _is_enough(self) -> bool:
        """Whether reading on would keep nothing: much may come that undoes to nothing."""
        return self._undoing.is_full or self._size > MAX_ANSWER

    def answer(self, seconds: float, fault: str) -> Answer:
        """What came of it."""
        return Answer(
            status=self._status,
            headers=self._headers,
            body=bytes(self._undoing.content[:MAX_ANSWER]),
            seconds=seconds,
            size=self._size,
            is_cut=self._is_enough,
            fault=fault,
        )


class _Pace:
    """Lets so many through a second, evenly."""

    def __init__(self, most: float | None) -> None:
        self._gap = 1 / most if most else 0.0
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self) -> None:
        """Wait for one's turn."""
        if not self._gap:
            return
        with self._lock:
            turn = max(self._next, time.monotonic())
            self._next = turn + self._gap
        time.sleep(max(0.0, turn - time.monotonic()))


def _body(call: Call) -> tuple[str, bytes | None]:
    """The media type of a multipart body, which holds its boundary, and the body's bytes."""
    if not call.parts:
        return "", call.body
    files = [
        (part.name, (part.name, part.value) if isinstance(part.value, bytes) else (None, part.value.encode()))
        for part in call.parts
    ]
    made = httpx.Request("POST", "http://garrison.invalid/", files=files)
    return made.headers["content-type"], made.read()


def _bytes(text: str) -> bytes:
    """As it goes out: one byte for a character where that is possible, for that is how header text is read."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode()
