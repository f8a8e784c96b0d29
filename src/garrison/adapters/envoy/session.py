"""The engine behind the native filter: sessions that wrap an `Exchange`. This is the hot path.

Each exchange costs two calls where the response is of interest or not: `request`, and `response` or `close`. An
exchange is closed, and its event given to the sink, as soon as nothing more can change it.
"""

import time
from collections.abc import Callable

from msgspec.structs import replace

from garrison.adapters.envoy.bridge import (
    DONE,
    HOLD,
    INTEREST_HEAD,
    INTEREST_NONE,
    INTEREST_OBSERVE,
    MUTATE,
    OBSERVE,
    PASS,
    REFUSE,
    Change,
    Reply,
    Tls,
)
from garrison.adapters.event_ids import event_ids
from garrison.core.decision import Disposition, Mutation
from garrison.core.event import Event
from garrison.core.http import Headers, Peer, RequestHead, ResponseHead, TlsFacts
from garrison.engine.exchange import Exchange
from garrison.engine.plan import Interest, Policy
from garrison.engine.step import PASS as PASS_STEP
from garrison.engine.step import Hold, Observe, Pass, Refuse, Step

Sink = Callable[[Event], None]
"""Takes every finished event, on the worker's thread: it must not block."""


class EngineExchanges:
    """Opens sessions under the policy in force. `policy` may be replaced at any time: exchanges keep theirs."""

    __slots__ = ("_event_id", "on_close", "policy", "sink")

    def __init__(self, policy: Policy, sink: Sink) -> None:
        """Begin with `policy`; `on_close`, where it is set, stops whatever works in the background."""
        self.policy = policy
        self.sink = sink
        self._event_id = event_ids()
        self.on_close: Callable[[], None] | None = None

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
        /,
    ) -> "EngineSession":
        """Open a session for the request that arrived."""
        now = time.time()
        peer = Peer(address, port, None if tls is None else TlsFacts(*tls))
        head = RequestHead(method, target, authority, headers, peer, scheme, protocol, has_body)
        session = EngineSession(Exchange(self.policy, self._event_id(now), now), self.sink)
        session.open(head, body)
        return session

    def close(self) -> None:
        """Stop background work."""
        if self.on_close is not None:
            self.on_close()


class EngineSession:
    """One exchange of the engine."""

    __slots__ = ("_exchange", "_sink", "directive", "limit", "mutation", "reply", "response_limit")

    def __init__(self, exchange: Exchange, sink: Sink) -> None:
        """Wrap an exchange that has received nothing yet."""
        self._exchange = exchange
        self._sink = sink

    def open(self, head: RequestHead, body: bytes | None) -> None:
        """Feed the request; `directive` then says what to do."""
        try:
            self.directive = self._after_request(self._exchange.request(head, body))
        except Exception:
            self._fail()
            raise

    def request_body(self, chunk: bytes, end: bool, /) -> int:
        """Take more of the request's body."""
        try:
            return self._after_request(self._exchange.request_body(chunk, end))
        except Exception:
            self._fail()
            raise

    def response(self, status: int, headers: Headers, has_body: bool, body: bytes | None, complete: bool, /) -> int:
        """Take the upstream's response; where all of it is here, the exchange is over."""
        try:
            step = self._exchange.response(ResponseHead(status, headers, has_body), body, complete=complete)
            return self._after_response(step, over=not has_body or body is not None)
        except Exception:
            self._fail()
            raise

    def response_body(self, chunk: bytes, end: bool, /) -> int:
        """Take more of the response's body."""
        try:
            return self._after_response(self._exchange.response_body(chunk, end), over=end)
        except Exception:
            self._fail()
            raise

    def local_reply(self, status: int, details: str, /) -> None:
        """Take note that Envoy answered by itself."""
        self._exchange.local_reply(status)

    def close(self, aborted: bool, status: int, response_bytes: int, /) -> None:
        """End the exchange. `status` and `response_bytes` are what left, known also where the engine looked away."""
        event = self._exchange.close(time.time(), aborted=aborted)
        if status != event.status or not event.response_bytes:
            event = replace(event, status=status, response_bytes=event.response_bytes or response_bytes)
        self._sink(event)

    def _after_request(self, step: Step) -> int:
        if isinstance(step, Refuse):
            return self._refuse(step)
        if isinstance(step, Hold):
            self.limit = step.limit
            return HOLD
        return self._forward(step) | self._interest()

    def _after_response(self, step: Step, *, over: bool) -> int:
        if isinstance(step, Refuse):
            return self._refuse(step)
        if isinstance(step, Hold):
            self.limit = step.limit
            return HOLD
        if over:
            self._finish()
            return self._forward(step) | DONE
        return self._forward(step)

    def _forward(self, step: Pass | Observe) -> int:
        if step is PASS_STEP:
            return PASS
        directive = PASS
        if isinstance(step, Observe):
            self.limit = step.limit
            directive = OBSERVE
        if step.mutation is not None:
            self.mutation = _change(step.mutation)
            directive |= MUTATE
        return directive

    def _interest(self) -> int:
        interest = self._exchange.response_interest
        if interest is Interest.NONE:
            return INTEREST_NONE
        self.response_limit = self._exchange.response_limit
        return INTEREST_OBSERVE if interest is Interest.OBSERVE else INTEREST_HEAD

    def _refuse(self, step: Refuse) -> int:
        reply = step.reply
        self.reply: Reply = (reply.status, reply.headers, reply.body)
        self._finish()
        return REFUSE | DONE

    def _finish(self) -> None:
        self._sink(self._exchange.close(time.time()))

    def _fail(self) -> None:
        """Record an exchange that this adapter or the engine could not finish; the filter applies the fail mode."""
        event = self._exchange.close(time.time(), aborted=True)
        self._sink(replace(event, disposition=Disposition.ERROR))


def _change(mutation: Mutation) -> Change:
    return (mutation.target, mutation.set_headers, mutation.drop_headers, mutation.body)
