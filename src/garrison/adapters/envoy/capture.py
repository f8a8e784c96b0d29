"""Sessions that keep what they are fed: a wrapper around the engine's, chosen where bodies are to be kept.

The wrapper asks the filter for copies of what the engine did not want, and hides that from the engine: it is called
exactly as it would be without the wrapper, so that keeping changes no decision, and nothing is held for its sake.
"""

import sys
import threading
import time
from collections.abc import Callable
from typing import Final

import msgspec

from garrison.adapters.envoy.bridge import (
    ASK,
    DONE,
    HOLD,
    INTEREST_HEAD,
    INTEREST_OBSERVE,
    OBSERVE,
    PASS,
    Change,
    Reply,
    SessionLike,
    Tls,
    Wake,
)
from garrison.adapters.envoy.session import EngineExchanges
from garrison.adapters.recorded.exchange import RecordedExchange
from garrison.adapters.recorded.secrets import Redactor
from garrison.core.counted import counted
from garrison.core.event import Event
from garrison.core.http import Headers, Peer, RequestHead, ResponseHead, TlsFacts

_STEP: Final = 0x0F
_INTEREST: Final = INTEREST_OBSERVE | INTEREST_HEAD

Keep = Callable[[RecordedExchange, float], None]
"""Keeps an exchange at a time (`SampleWriter.keep`); raises OSError where it cannot."""


class Bounds(msgspec.Struct, frozen=True):
    """How much of the bodies is kept that the engine does not want."""

    request: int
    """Bytes."""
    response: int
    """Bytes."""


class CapturingExchanges:
    """Opens sessions of `exchanges` and keeps what passes through them."""

    def __init__(self, exchanges: EngineExchanges, keep: Keep, redactor: Redactor, bounds: Bounds) -> None:
        """Take hold of the events of `exchanges`, which may go on to be reconfigured by whoever made them."""
        self.bounds = bounds
        self.lost = 0
        """Exchanges that could not be kept."""
        self._exchanges = exchanges
        self._keep = keep
        self._redactor = redactor
        self._here = threading.local()
        self._sink = exchanges.sink
        exchanges.sink = self._note

    def request(  # noqa: PLR0913, PLR0917 - one crossing carries everything
        self,
        method: str,
        target: str,
        authority: str,
        scheme: str,
        protocol: str,
        headers: Headers,
        address: str,
        port: int,
        tls: Tls | None,
        has_body: bool,
        body: bytes | None,
        judged: bool = True,
        /,
    ) -> "CapturingSession":
        """Open a session for the request that arrived."""
        self._here.event = None
        session = self._exchanges.request(
            method, target, authority, scheme, protocol, headers, address, port, tls, has_body, body, judged
        )
        peer = Peer(address, port, None if tls is None else TlsFacts(*tls))
        head = RequestHead(method, target, authority, headers, peer, scheme, protocol, has_body)
        captured = CapturingSession(self, session, head, body)
        if judged:
            captured.open()
        return captured

    @property
    def fail_open(self) -> bool:
        """What a failure means is no different with samples."""
        return self._exchanges.fail_open

    def close(self) -> None:
        """Stop background work."""
        self._exchanges.close()

    def take_event(self) -> Event | None:
        """The event that the call just made on this thread has given, if it has."""
        event: Event | None = self._here.event
        self._here.event = None
        return event

    def keep(self, recorded: RecordedExchange) -> None:
        """Keep an exchange without its secrets. A sample that cannot be kept is counted, and stops no traffic."""
        redactor, response = self._redactor, recorded.response
        request = msgspec.structs.replace(
            recorded.request,
            target=redactor.target(recorded.request.target),
            headers=redactor.headers(recorded.request.headers),
        )
        if response is not None:
            response = msgspec.structs.replace(response, headers=redactor.headers(response.headers))
        try:
            self._keep(msgspec.structs.replace(recorded, request=request, response=response), time.time())
        except OSError as error:
            if self.lost & (self.lost - 1) == 0:  # the first, second, fourth ...: a full disk must not flood the log
                print(f"garrison: {counted(self.lost + 1, 'sample')} could not be kept: {error}", file=sys.stderr)  # noqa: T201
            self.lost += 1

    def _note(self, event: Event) -> None:
        self._here.event = event
        self._sink(event)


class CapturingSession:
    """One exchange, and what was fed of it."""

    def __init__(self, owner: CapturingExchanges, inner: SessionLike, head: RequestHead, body: bytes | None) -> None:
        """Wrap `inner`, which was just opened with `head` and `body`."""
        self._owner = owner
        self._inner = inner
        self._head = head
        self._body = body or b""
        self._is_whole = body is not None or not head.has_body
        self._response: ResponseHead | None = None
        self._response_body = b""
        self._is_response_whole = True
        self._local_status = 0
        self._limit: int | None = None
        """Bytes that we want, where it is not the engine that wants them."""
        self._response_limit: int | None = None
        self.directive = 0

    def open(self) -> None:
        """Take what the engine wants of the request; `directive` then says what to do."""
        self.directive = self._after_request(self._inner.directive, follows=not self._is_whole)

    @property
    def limit(self) -> int:
        """Bytes of body wanted."""
        return self._inner.limit if self._limit is None else self._limit

    @property
    def response_limit(self) -> int:
        """Bytes of the response's body wanted."""
        return self._inner.response_limit if self._response_limit is None else self._response_limit

    @property
    def reply(self) -> Reply:
        """What to send instead."""
        return self._inner.reply

    @property
    def mutation(self) -> Change:
        """What to change."""
        return self._inner.mutation

    def request_body(self, chunk: bytes, end: bool, /) -> int:
        """Take more of the request's body; the engine gets what it asked for."""
        self._body += chunk
        self._is_whole = end
        if self._limit is not None:
            self._limit = None
            return PASS
        return self._after_request(self._inner.request_body(chunk, end), follows=False)

    def ask(self, wake: Wake, /) -> None:
        """Have asked what the engine wants to know."""
        self._inner.ask(wake)

    def answered(self) -> int:
        """Go on with the answer."""
        return self._after_request(self._inner.answered(), follows=not self._is_whole)

    def response(self, status: int, headers: Headers, has_body: bool, body: bytes | None, complete: bool, /) -> int:
        """Take the upstream's response; the engine gets it where it is of interest to it."""
        self._response = ResponseHead(status, headers, has_body)
        self._response_body = body or b""
        self._is_response_whole = (body is not None and complete) or not has_body
        if self._response_limit is not None:
            return PASS
        self._limit = None
        directive = self._inner.response(status, headers, has_body, body, complete)
        if directive & DONE:
            self._over()
        elif directive & _STEP == PASS and complete and not self._is_response_whole:
            self._limit = self._owner.bounds.response
            return directive & ~_STEP | OBSERVE
        return directive

    def response_body(self, chunk: bytes, end: bool, /) -> int:
        """Take more of the response's body; the engine gets what it asked for."""
        self._response_body += chunk
        self._is_response_whole = end
        if self._limit is not None:
            self._limit = None
            return PASS
        directive = self._inner.response_body(chunk, end)
        if directive & DONE:
            self._over()
        return directive

    def local_reply(self, status: int, details: str, /) -> None:
        """Take note that Envoy answered by itself."""
        self._local_status = status
        self._inner.local_reply(status, details)

    def close(self, aborted: bool, status: int, response_bytes: int, /) -> int:
        """End the exchange."""
        directive = self._inner.close(aborted, status, response_bytes)
        self._over(aborted=aborted)
        return directive

    def _after_request(self, directive: int, *, follows: bool) -> int:
        if directive & DONE:
            self._over()
            return directive
        step = directive & _STEP
        if step in {ASK, HOLD}:
            return directive
        if step == PASS and follows:
            self._limit = self._owner.bounds.request
            directive = directive & ~_STEP | OBSERVE
        if not directive & _INTEREST:
            self._response_limit = self._owner.bounds.response
            directive |= INTEREST_OBSERVE
        return directive

    def _over(self, *, aborted: bool = False) -> None:
        event = self._owner.take_event()
        if event is None:
            return
        recorded = RecordedExchange(
            id=event.id,
            request=self._head,
            time=event.time,
            body=self._body or None,
            is_whole=self._is_whole,
            response=self._response,
            response_body=self._response_body or None,
            is_response_whole=self._is_response_whole,
            aborted=aborted,
            local_status=self._local_status,
            event=event,
        )
        self._owner.keep(recorded)
