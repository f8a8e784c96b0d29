"""The engine behind the native filter: sessions that wrap an `Exchange`. This is the hot path.

Each exchange costs two calls where the response is of interest or not: `request`, and `response` or `close`. An
exchange is closed, and its event given to the sink, as soon as nothing more can change it.
"""

from collections.abc import Callable
from time import time as _now
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from garrison.adapters.envoy.bridge import (
    ASK,
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
    Wake,
)
from garrison.adapters.event_ids import event_ids
from garrison.core.decision import Disposition, Mode, Mutation
from garrison.core.errors import RecordError
from garrison.core.event import Event
from garrison.core.http import Headers, Peer, RequestHead, ResponseHead, TlsFacts
from garrison.core.question import UNANSWERED, Answer, Question
from garrison.core.quick import quick_to_set
from garrison.engine.exchange import Exchange
from garrison.engine.plan import Interest, Policy
from garrison.engine.problem import problem
from garrison.engine.step import PASS as PASS_STEP
from garrison.engine.step import Ask, Hold, Observe, Pass, Refuse, Settled, Step

# A member by a plain name: to reach one through its class costs more than to compare it.
_HEAD, _OBSERVE = Interest.HEAD, Interest.OBSERVE

Sink = Callable[[Event], None]
"""Takes every finished event, on the worker's thread: it must not block."""
Submit: TypeAlias = Callable[[Question, Callable[[Answer], None]], None]
"""Has a question asked without waiting; its answer is told once, from any thread, at once even."""


def unanswered(question: Question, tell: Callable[[Answer], None]) -> None:
    """Tell that nobody can be asked."""
    del question
    tell(UNANSWERED)


class EngineExchanges:
    """Opens sessions under the policy in force. `policy` may be replaced at any time: exchanges keep theirs."""

    __slots__ = ("_event_id", "_submit", "on_close", "policy", "sink")

    def __init__(self, policy: Policy, sink: Sink, submit: Submit = unanswered) -> None:
        """Begin with `policy`; `on_close`, where it is set, stops whatever works in the background."""
        self._submit = submit
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
        judged: bool = True,
        /,
    ) -> "EngineSession":
        """Open a session for the request that arrived, or only came so far as to be on record."""
        now = _now()
        peer = Peer(address, port) if tls is None else Peer(address, port, TlsFacts(*tls))
        head = RequestHead(method, target, authority, headers, peer, scheme, protocol, has_body)
        event_id = self._event_id  # to call it where it stands takes longer
        exchange = Exchange(self.policy, event_id(now), now)
        session = EngineSession(exchange, self.sink, self._submit, now)
        try:
            step = exchange.request(head, body if judged else None)
            # of one that is over what the controls say of its head stands in the event, and no more
            session.directive = session.after_request(step) if judged else PASS
        except Exception:
            session.fail()
            raise
        return session

    @property
    def fail_open(self) -> bool:
        """Monitor mode never changes what the client sees, not even by an error of ours."""
        return self.policy.mode is Mode.MONITOR

    def close(self) -> None:
        """Stop background work."""
        if self.on_close is not None:
            self.on_close()


@quick_to_set
class EngineSession(msgspec.Struct, eq=False):
    """One exchange of the engine, which has received nothing yet.

    A struct, because that is made in half of the time.
    """

    _exchange: Exchange
    _sink: Sink
    _submit: Submit
    _begun: float
    """When the present call began."""
    _engine: float = 0.0
    """Seconds that earlier calls took."""
    _forwarded: float = 0.0
    """When the request was forwarded; 0 before."""
    _upstream: float = 0.0
    _asked: Ask | None = None
    _answer: Answer = UNANSWERED
    directive: int = PASS
    limit: int = 0
    response_limit: int = 0
    reply: Reply = (0, (), b"")
    mutation: Change = (None, (), (), None)

    def request_body(self, chunk: bytes, end: bool, /) -> int:
        """Take more of the request's body."""
        self._begun = _now()
        try:
            return self.after_request(self._exchange.request_body(chunk, end))
        except Exception:
            self.fail()
            raise

    def ask(self, wake: Wake, /) -> None:
        """Have the question asked that the exchange waits for."""

        def tell(answer: Answer) -> None:
            self._answer = answer
            wake()

        if self._asked is not None:
            self._submit(self._asked.question, tell)

    def answered(self) -> int:
        """Go on with the answer."""
        self._begun = _now()
        try:
            return self.after_request(self._exchange.answer(self._answer))
        except Exception:
            self.fail()
            raise

    def response(self, status: int, headers: Headers, has_body: bool, body: bytes | None, complete: bool, /) -> int:
        """Take the upstream's response; where all of it is here, the exchange is over."""
        self._begun = begun = _now()
        self._upstream = begun - self._forwarded
        is_over = (body is not None and complete) or not has_body
        try:
            step = self._exchange.response(ResponseHead(status, headers, has_body), body, complete)
            return self._finish(PASS) if step is PASS_STEP and is_over else self._after_response(step, is_over)
        except Exception:
            self.fail()
            raise

    def response_body(self, chunk: bytes, end: bool, /) -> int:
        """Take more of the response's body."""
        self._begun = _now()
        try:
            step = self._exchange.response_body(chunk, end)
            if not end and isinstance(step, Observe):  # a copy comes once: of this one no more is to come
                step = self._exchange.response_body(b"", end=True, complete=False)
            return self._after_response(step, end)
        except Exception:
            self.fail()
            raise

    def local_reply(self, status: int, details: str, /) -> None:
        """Take note that Envoy answered by itself."""
        self._exchange.local_reply(status)

    def close(self, aborted: bool, status: int, response_bytes: int, /) -> int:
        """End the exchange. `status` and `response_bytes` are what left, known also where the engine looked away."""
        self._begun = now = _now()
        event = self._end(now, aborted)
        if status != event.status or not event.response_bytes:
            event = replace(event, status=status, response_bytes=event.response_bytes or response_bytes)
        try:
            self._sink(event)
        except RecordError:
            return self._unrecorded(event)
        return PASS | DONE

    def after_request(self, step: Step) -> int:
        """The directive that `step` is; refused, the exchange is over."""
        if step is PASS_STEP:  # nearly every request
            directive = PASS
        elif isinstance(step, Refuse):
            return self._refuse(step)
        elif isinstance(step, Hold):
            self.limit = step.limit
            return self._so_far(HOLD)
        elif isinstance(step, Ask):
            self._asked = step
            return self._so_far(ASK)
        else:
            directive = self._forward(step)
        self._forwarded = now = _now()
        self._engine += now - self._begun
        interest, self.response_limit = self._exchange.wanted()
        if interest is _HEAD:
            return directive | INTEREST_HEAD
        return directive | (INTEREST_OBSERVE if interest is _OBSERVE else INTEREST_NONE)

    def _after_response(self, step: Settled, is_over: bool) -> int:
        if isinstance(step, Refuse):
            return self._refuse(step)
        if isinstance(step, Hold):
            self.limit = step.limit
            return self._so_far(HOLD)
        directive = self._forward(step)
        return self._finish(directive) if is_over else self._so_far(directive)

    def _so_far(self, directive: int) -> int:
        """`directive`, and the time it took to come to it is counted."""
        self._engine += _now() - self._begun
        return directive

    def _forward(self, step: Pass | Observe) -> int:
        directive = PASS
        if isinstance(step, Observe):
            self.limit = step.limit
            directive = OBSERVE
        if step.mutation is not None:
            self.mutation = _change(step.mutation)
            directive |= MUTATE
        return directive

    def _refuse(self, step: Refuse) -> int:
        reply = step.reply
        self.reply = (reply.status, reply.headers, reply.body)
        return self._finish(REFUSE)

    def _finish(self, directive: int) -> int:
        now = _now()
        event = self._exchange.close(now, False, self._engine + now - self._begun, self._upstream)
        sink = self._sink  # as above
        try:
            sink(event)
        except RecordError:
            return self._unrecorded(event)
        return directive | DONE

    def _unrecorded(self, event: Event) -> int:
        """The exchange is over, and refused: it had to be recorded and was not."""
        reply = problem(503, event.id)
        self.reply = (reply.status, reply.headers, reply.body)
        return REFUSE | DONE

    def _end(self, now: float, aborted: bool) -> Event:
        return self._exchange.close(now, aborted, self._engine + now - self._begun, self._upstream)

    def fail(self) -> None:
        """Record an exchange that this adapter or the engine could not finish; the filter applies the fail mode."""
        event = self._end(_now(), True)
        self._sink(replace(event, disposition=Disposition.ERROR))


def _change(mutation: Mutation) -> Change:
    return (mutation.target, mutation.set_headers, mutation.drop_headers, mutation.body)
