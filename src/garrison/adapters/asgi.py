"""The engine inside a Python API: a pure ASGI middleware with the gateway's own decisions.

It translates ASGI messages to what an `Exchange` is fed, does what each step says, and translates back. A WebSocket
is judged by its opening request (RFC 6455, 4.1). What the server in front has normalised or refused already, such as
broken framing, cannot be seen here any more; the gateway sees it.
"""

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias
from urllib.parse import quote, unquote

from garrison.adapters.event_ids import event_ids
from garrison.core.decision import Mutation
from garrison.core.event import Event
from garrison.core.http import Headers, Peer, Reply, RequestHead, ResponseHead, TlsFacts
from garrison.engine.exchange import Exchange
from garrison.engine.plan import Interest, Policy
from garrison.engine.step import Hold, Observe, Pass, Refuse, Step

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
Sink: TypeAlias = Callable[[Event], None]

# Extensions with which an application could answer around what is judged here.
_BYPASSES = ("http.response.pathsend", "http.response.zerocopysend")
_NO_CONTENT = frozenset({204, 304})  # RFC 9110, 6.4.1


class Middleware:
    """Stands around `app` and lets through what the policy allows."""

    def __init__(self, app: App, policy: Policy, sink: Sink) -> None:
        """`sink` is given every finished event; it must not block."""
        self.app = app
        self.policy = policy
        self.sink = sink
        self._event_id = event_ids()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        now = time.time()
        exchange = Exchange(self.policy, self._event_id(now), now)
        aborted = True
        try:
            serve = _serve_http if scope["type"] == "http" else _serve_websocket
            await serve(self.app, exchange, scope, (receive, send))
            aborted = False
        finally:
            self.sink(exchange.close(time.time(), aborted=aborted))


async def _serve_http(app: App, exchange: Exchange, scope: Scope, channel: tuple[Receive, Send]) -> None:
    request = _Request(exchange, channel[0])
    response = _Response(exchange, channel[1], scope["method"])
    head = _head(scope, has_body=await request.has_body(scope))
    step = await request.settle(exchange.request(head))
    if isinstance(step, Refuse):
        await response.reply(step.reply)
        return
    extensions = {key: value for key, value in scope.get("extensions", {}).items() if key not in _BYPASSES}
    inner = {**scope, "extensions": extensions}
    if step.mutation is not None:
        _retarget(inner, step.mutation)
    await app(inner, request.receive, response.send)


async def _serve_websocket(app: App, exchange: Exchange, scope: Scope, channel: tuple[Receive, Send]) -> None:
    receive, send = channel
    step = exchange.request(_head(scope, has_body=False))
    if not isinstance(step, Refuse):
        await app(scope, receive, send)
        return
    await receive()  # `websocket.connect`, which must be taken before it can be refused
    if "websocket.http.response" in scope.get("extensions", {}):
        await send({
            "type": "websocket.http.response.start",
            "status": step.reply.status,
            "headers": _raw(step.reply.headers),
        })  # fmt: skip
        await send({"type": "websocket.http.response.body", "body": step.reply.body})
    else:
        await send({"type": "websocket.close", "code": 1008})  # servers answer 403 before the handshake is over


class _Request:
    """The request's body on its way in: held back, copied, or left alone."""

    def __init__(self, exchange: Exchange, receive: Receive) -> None:
        self._exchange = exchange
        self._receive = receive
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

    async def settle(self, step: Step) -> Pass | Observe | Refuse:
        """Feed the body until the engine knows what to do with the request."""
        fed = 0
        while isinstance(step, Hold):
            if fed == len(self._waiting):
                self._waiting.append(await self._receive())
            message = self._waiting[fed]
            fed += 1
            end = message["type"] == "http.disconnect" or not message.get("more_body", False)
            step = self._exchange.request_body(message.get("body", b""), end)
        self._observing = isinstance(step, Observe)
        return step

    async def receive(self) -> Message:
        """What the application receives."""
        message = self._waiting.pop(0) if self._waiting else await self._receive()
        if self._observing and message["type"] == "http.request":
            end = not message.get("more_body", False)
            self._observing = isinstance(self._exchange.request_body(message.get("body", b""), end), Observe)
        return message


class _Response:
    """The response on its way out: held back, copied, or left alone."""

    def __init__(self, exchange: Exchange, send: Send, method: str) -> None:
        self._exchange = exchange
        self._send = send
        self._method = method
        self._head: Message = {}
        self._held: list[bytes] = []
        self._step: Step = Pass()
        self._over = False

    async def reply(self, reply: Reply) -> None:
        """Send a response of our own."""
        self._over = True
        length = (("content-length", str(len(reply.body))),)
        await self._send({
            "type": "http.response.start",
            "status": reply.status,
            "headers": _raw((*reply.headers, *length)),
        })  # fmt: skip
        await self._send({"type": "http.response.body", "body": b"" if self._method == "HEAD" else reply.body})

    async def send(self, message: Message) -> None:
        """What the application sends."""
        if self._over:
            return  # the answer was refused; what the application still has to say is dropped
        if message["type"] == "http.response.start":
            await self._start(message)
        elif message["type"] == "http.response.body":
            await self._body(message)
        else:
            await self._send(message)

    async def _start(self, message: Message) -> None:
        self._head = message
        status: int = message["status"]
        bodiless = self._method == "HEAD" or status in _NO_CONTENT
        if self._exchange.response_interest is not Interest.NONE:
            head = ResponseHead(status, _text(message.get("headers", ())), has_body=not bodiless)
            self._step = self._exchange.response(head)
        if isinstance(self._step, Refuse):
            await self.reply(self._step.reply)
        elif not isinstance(self._step, Hold):
            await self._send(_changed(message, self._step.mutation))

    async def _body(self, message: Message) -> None:
        chunk: bytes = message.get("body", b"")
        end = not message.get("more_body", False)
        if isinstance(self._step, Observe):
            self._step = self._exchange.response_body(chunk, end)
        if not isinstance(self._step, Hold):
            await self._send(message)
            return
        self._held.append(chunk)
        self._step = self._exchange.response_body(chunk, end)
        if isinstance(self._step, Refuse):
            await self.reply(self._step.reply)
        elif not isinstance(self._step, Hold):
            await self._release(self._step.mutation, end=end)

    async def _release(self, mutation: Mutation | None, *, end: bool) -> None:
        """The engine has decided on a held response: send it, changed where it says so."""
        body = b"".join(self._held)
        self._held.clear()
        if mutation is not None and mutation.body is not None:
            body = mutation.body
        await self._send(_changed(self._head, mutation))
        await self._send({"type": "http.response.body", "body": body, "more_body": not end})


def _head(scope: Scope, *, has_body: bool) -> RequestHead:
    headers = _text(scope["headers"])
    path: bytes = scope.get("raw_path") or quote(scope.get("root_path", "") + scope["path"]).encode()
    query: bytes = scope.get("query_string", b"")
    address, port = scope.get("client") or ("", 0)
    secure = scope.get("scheme") in {"https", "wss"}
    return RequestHead(
        method=scope.get("method", "GET"),
        target=(path + b"?" + query if query else path).decode("latin-1"),
        authority=next((value for name, value in headers if name == "host"), ""),
        headers=tuple(pair for pair in headers if pair[0] != "host"),
        peer=Peer(address, port, TlsFacts("") if secure else None),
        scheme=scope.get("scheme", "http"),
        protocol=f"HTTP/{scope.get('http_version', '1.1')}",
        has_body=has_body,
    )


def _retarget(scope: Scope, mutation: Mutation) -> None:
    if mutation.target is not None:
        path, _, query = mutation.target.partition("?")
        scope.update(raw_path=path.encode(), path=unquote(path), query_string=query.encode("latin-1"))


def _changed(message: Message, mutation: Mutation | None) -> Message:
    if mutation is None:
        return message
    replaced = {name for name, _ in mutation.set_headers} | set(mutation.drop_headers)
    length: Headers = ()
    if mutation.body is not None:
        replaced.add("content-length")
        length = (("content-length", str(len(mutation.body))),)
    kept = tuple(pair for pair in _text(message.get("headers", ())) if pair[0] not in replaced)
    return {**message, "headers": _raw((*kept, *mutation.set_headers, *length))}


def _text(headers: Any) -> Headers:
    return tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers)


def _raw(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
