"""The engine inside a Python API: a pure ASGI middleware with the gateway's own decisions.

It translates ASGI messages to what an `Exchange` is fed, does what each step says, and translates back. A WebSocket
is judged by its opening handshake (RFC 6455, 4). What the server in front has normalised or refused already, such as
broken framing, cannot be seen here any more; the gateway sees it.
"""

import contextlib
import time
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from msgspec.structs import replace

from garrison.adapters.asgi_messages import (
    Message,
    Scope,
    changed,
    headers_of,
    inner_scope,
    messages,
    raw_headers,
    request_head,
)
from garrison.adapters.event_ids import event_ids
from garrison.core.decision import Mode, Mutation
from garrison.core.errors import RecordError
from garrison.core.event import Event
from garrison.core.http import Headers, Reply, ResponseHead
from garrison.core.ids import EventId
from garrison.core.question import UNANSWERED, Answer, Question
from garrison.engine.exchange import Exchange
from garrison.engine.plan import Interest, Policy
from garrison.engine.problem import problem
from garrison.engine.step import PASS, Ask, Hold, Observe, Pass, Refuse, Settled, Step

Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
Sink: TypeAlias = Callable[[Event], None]
AskAsync: TypeAlias = Callable[[Question], Awaitable[Answer]]
"""Asks another server; never raises."""


async def unanswered(question: Question) -> Answer:
    """The answer where nobody can be asked."""
    del question
    return UNANSWERED


_NO_CONTENT = frozenset({204, 304})  # RFC 9110, 6.4.1


class Middleware:
    """Stands around `app` and lets through what the policy allows."""

    def __init__(self, app: App, policy: Policy, sink: Sink, ask: AskAsync = unanswered) -> None:
        """`ask` gets the answers that an exchange waits for. `sink` is given every finished event before the
        response's last byte leaves; it must not block. It raises RecordError where the exchange must not pass without
        it, and nothing else."""
        self.app = app
        self.policy = policy
        self.sink = sink
        self.ask = ask
        self._event_id = event_ids()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        now = time.time()
        event_id = self._event_id(now)
        may_refuse = self.policy.mode is Mode.ENFORCE
        call = _Call(Exchange(self.policy, event_id, now), event_id, self.sink, self.ask, may_refuse=may_refuse)
        serve = _serve_http if scope["type"] == "http" else _serve_websocket
        try:
            await serve(self.app, call, scope, (receive, send))
        except Exception as error:
            if not _comes_of_refusal(error):
                raise
        finally:
            call.end_abruptly()


class _Call:
    """One exchange, and what the client was told of it. Its event is given to the sink once, at its end."""

    def __init__(self, exchange: Exchange, event_id: EventId, sink: Sink, ask: AskAsync, *, may_refuse: bool) -> None:
        self.exchange = exchange
        self.event_id = event_id
        self.may_refuse = may_refuse
        """Whether the client may notice that the exchange could not be recorded."""
        self.status = 0
        """Status that left; 0 while none has."""
        self.sent = 0
        """Bytes of the response's body that left."""
        self.ended = False
        self.observes = False
        """Whether the engine waits for more of a copy of the response's body."""
        self._sink = sink
        self._ask = ask

    async def settled(self, step: Step) -> Settled:
        """What follows on `step` once everything is answered that it asks."""
        while isinstance(step, Ask):
            step = self.exchange.answer(await self._ask(step.question))
        return step

    def end(self, *, aborted: bool = False) -> None:
        """The exchange is over: everything was said, or nothing more can be."""
        with contextlib.suppress(RecordError):  # which counts itself; there is nobody to tell any more
            self.record(aborted=aborted)

    def record(self, *, aborted: bool = False) -> None:
        """As `end`, while there is still something to say; raises RecordError."""
        if self.ended:
            return
        self.ended = True
        if aborted and self.observes:
            self.exchange.response_body(b"", end=True, complete=False)
        event = self.exchange.close(time.time(), aborted=aborted)
        # where the engine looked away, only the adapter knows what left
        self._sink(replace(event, status=self.status, response_bytes=event.response_bytes or self.sent))

    def end_abruptly(self) -> None:
        """The application is done. Where it has not answered, the server does (ASGI 3.0: 500)."""
        if not self.ended and not self.status:
            self.status = 500
        self.end(aborted=True)


class _DisconnectedError(OSError):
    """What an application is told that goes on after its answer was refused: nobody listens (ASGI HTTP, 2.4)."""


def _comes_of_refusal(error: BaseException | None) -> bool:
    """Whether `error` is what became of our own `_DisconnectedError` on its way through the application."""
    while error is not None:
        if isinstance(error, _DisconnectedError):
            return True
        error = error.__cause__ or error.__context__
    return False


async def _serve_http(app: App, call: _Call, scope: Scope, channel: tuple[Receive, Send]) -> None:
    response = _Response(call, channel[1], scope["method"])
    request = _Request(call, channel[0], response)
    head = request_head(scope, has_body=await request.has_body(scope))
    step = await request.settle(call.exchange.request(head))
    if step is None:
        call.end(aborted=True)  # the client left before its request was whole: nobody waits for an answer
    elif isinstance(step, Refuse):
        await response.reply(step.reply)
    else:
        if step.mutation is not None and step.mutation.body is not None:
            request.replace(step.mutation.body)
        await app(inner_scope(scope, step.mutation), request.receive, response.send)


async def _serve_websocket(app: App, call: _Call, scope: Scope, channel: tuple[Receive, Send]) -> None:
    receive, send = channel
    handshake = _Handshake(call, send, scope)
    step = await call.settled(call.exchange.request(request_head(scope, has_body=False)))
    if isinstance(step, Refuse):
        await receive()  # `websocket.connect`, which must be taken before it can be refused
        await handshake.refuse(step.reply)
    elif isinstance(step, Pass):
        await app(inner_scope(scope, step.mutation), receive, handshake.send)
        call.end()


class _Request:
    """The request's body on its way in: held back, copied, or left alone."""

    def __init__(self, call: _Call, receive: Receive, response: "_Response") -> None:
        self._call = call
        self._receive = receive
        self._response = response
        self._waiting: list[Message] = []
        self._observing = False

    async def has_body(self, scope: Scope) -> bool:
        """Whether a body follows. HTTP/2 does not say so in the head, so the first message is looked at."""
        names = {name for name, _ in scope["headers"]}
        if b"content-length" in names or b"transfer-encoding" in names:
            return True
        if scope.get("http_version", "1.1").startswith("1"):
            return False
        message = await self._receive()
        self._waiting.append(message)
        return bool(message.get("body")) or bool(message.get("more_body", False))

    async def settle(self, step: Step) -> Pass | Observe | Refuse | None:
        """Feed the body until the engine knows what to do with the request; None where the client left before."""
        fed = 0
        step = await self._call.settled(step)
        while isinstance(step, Hold):
            if fed == len(self._waiting):
                self._waiting.append(await self._receive())
            message = self._waiting[fed]
            fed += 1
            if message["type"] == "http.disconnect":
                return None
            fed_to = self._call.exchange.request_body(message.get("body", b""), not message.get("more_body", False))
            step = await self._call.settled(fed_to)
        self._observing = isinstance(step, Observe)
        return step

    def replace(self, body: bytes) -> None:
        """Have the application receive `body` instead of the one that was held back, which has ended."""
        self._waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive(self) -> Message:
        """What the application receives."""
        if self._response.refused:
            return {"type": "http.disconnect"}
        message = self._waiting.pop(0) if self._waiting else await self._receive()
        if message["type"] == "http.disconnect":
            self._response.is_unheard = not self._call.ended
            self._call.end(aborted=True)
        elif self._observing and not self._call.ended:
            step = self._call.exchange.request_body(message.get("body", b""), not message.get("more_body", False))
            self._observing = isinstance(step, Observe)
        return message


class _Response:
    """The response on its way out: held back, copied, or left alone."""

    def __init__(self, call: _Call, send: Send, method: str) -> None:
        self.refused = False
        """Whether the answer is ours, and what the application still says of no interest."""
        self.is_unheard = False
        """Whether the client left first; an answer to it would leave unjudged, should it be half there."""
        self._call = call
        self._exchange = call.exchange
        self._send = send
        self._method = method
        self._head: Message = {}
        self._held: list[bytes] = []
        self._step: Settled = PASS
        self._waiting: Message | None = None
        """A head that leaves together with the first of its body, when it is known whether all was recorded."""

    async def reply(self, reply: Reply) -> None:
        """Send a response of our own."""
        self.refused = True
        for message in messages(reply, self._method):
            await self._forward(message)

    async def send(self, message: Message) -> None:
        """What the application sends."""
        if self.is_unheard:
            return
        if self.refused:
            if message.get("more_body", False):
                raise _DisconnectedError("the response was refused")  # or an endless one would never stop
            return
        if message["type"] == "http.response.start":
            await self._start(message)
        elif message["type"] == "http.response.body":
            await self._body(message)
        else:
            await self._send(message)

    async def _start(self, message: Message) -> None:
        self._head = message
        if not self._call.ended and self._exchange.response_interest is not Interest.NONE:
            headers = headers_of(message.get("headers", ()))
            self._step = self._exchange.response(
                ResponseHead(message["status"], headers, has_body=self._has_body(message["status"], headers))
            )
        if isinstance(self._step, Refuse):
            await self.reply(self._step.reply)
        elif not isinstance(self._step, Hold):
            self._call.observes = isinstance(self._step, Observe)
            await self._forward(changed(message, self._step.mutation))

    def _has_body(self, status: int, headers: Headers) -> bool:
        return self._method != "HEAD" and status not in _NO_CONTENT and ("content-length", "0") not in headers

    async def _body(self, message: Message) -> None:
        chunk: bytes = message.get("body", b"")
        end = not message.get("more_body", False)
        wanted = isinstance(self._step, Hold | Observe) and not self._call.ended
        if isinstance(self._step, Hold):
            self._held.append(chunk)
        held = isinstance(self._step, Hold)
        if wanted:
            self._step = self._exchange.response_body(chunk, end)
            self._call.observes = isinstance(self._step, Observe)
        if not held:
            await self._forward(message)
        elif isinstance(self._step, Refuse):
            await self.reply(self._step.reply)
        elif not isinstance(self._step, Hold):
            await self._release(self._step.mutation, end=end)

    async def _release(self, mutation: Mutation | None, *, end: bool) -> None:
        """The engine has decided on a held response: send it, changed where it says so."""
        body = b"".join(self._held)
        self._held.clear()
        if mutation is not None and mutation.body is not None:
            body, self.refused = mutation.body, not end  # the rest of the old body is of no interest
            end = True
        await self._forward(changed(self._head, mutation))
        await self._forward({"type": "http.response.body", "body": body, "more_body": not end})

    async def _forward(self, message: Message) -> None:
        """Send to the client, and note what left; the last message ends the exchange."""
        if message["type"] == "http.response.start":
            self._call.status = message["status"]
            # Only what has a length: the head of a stream must not wait for its first event.
            if self._call.may_refuse and any(name == b"content-length" for name, _ in message.get("headers", ())):
                self._waiting = message
            else:
                await self._send(message)
            return
        self._call.sent += len(message.get("body", b""))
        if not message.get("more_body", False):
            try:
                self._call.record()
            except RecordError:
                await self._break_off()
                return
        if self._waiting is not None:
            await self._send(self._waiting)
            self._waiting = None
        await self._send(message)

    async def _break_off(self) -> None:
        """The exchange cannot be recorded and must not pass; once its head has left, what is missing tells so."""
        if self._waiting is None:
            raise _DisconnectedError("the exchange cannot be recorded")
        self.refused = True
        for message in messages(problem(503, self._call.event_id), self._method):
            await self._send(message)


class _Handshake:
    """The answer to a WebSocket's opening request; what follows it passes as it is."""

    def __init__(self, call: _Call, send: Send, scope: Scope) -> None:
        self._call = call
        self._send = send
        self._can_explain = "websocket.http.response" in (scope.get("extensions") or {})
        self._answered = False
        self._refused = False

    async def send(self, message: Message) -> None:
        """What the application sends."""
        if self._answered:
            if not self._refused:
                await self._send(message)
            return
        self._answered = True
        step = self._judge(message)
        if isinstance(step, Refuse):
            await self.refuse(step.reply)
        else:
            await self._send(message)

    def _judge(self, message: Message) -> Settled:
        kind = message["type"]
        if kind == "websocket.http.response.start":
            self._call.status = message["status"]
        else:
            self._call.status = 101 if kind == "websocket.accept" else 403  # `websocket.close` before an answer
        if self._call.exchange.response_interest is Interest.NONE:
            return PASS
        head = ResponseHead(self._call.status, headers_of(message.get("headers", ())), has_body=False)
        return self._call.exchange.response(head)

    async def refuse(self, reply: Reply) -> None:
        """Refuse the handshake, with a problem where the server can send one."""
        self._answered = self._refused = True
        if self._can_explain:
            self._call.status = reply.status
            headers = raw_headers((*reply.headers, ("content-length", str(len(reply.body)))))
            await self._send({
                "type": "websocket.http.response.start", "status": reply.status, "headers": headers,
            })  # fmt: skip
            await self._send({"type": "websocket.http.response.body", "body": reply.body})
        else:
            self._call.status = 403  # what every server makes of a close before the handshake is over
            await self._send({"type": "websocket.close", "code": 1008})
        self._call.end()
