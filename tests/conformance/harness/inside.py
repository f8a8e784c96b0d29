"""The ASGI middleware: driven with bare messages, and inside a real uvicorn."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator, MutableMapping
from typing import Any, TypeAlias
from urllib.parse import unquote

import uvicorn
from tests.conformance.harness.bare import PIECE, pieces, sent_body
from tests.conformance.harness.seen import Forwarded, Seen
from tests.conformance.harness.wire import exchange, wait_for
from tests.conformance.values import Answer, Case, Request

from garrison.adapters.asgi import App, Middleware, Receive, Send
from garrison.adapters.asgi_messages import Scope
from garrison.core.event import Event
from garrison.engine.plan import Policy

Message: TypeAlias = MutableMapping[str, Any]


class Replies:
    """An application that notes each request and answers as it was told."""

    def __init__(self) -> None:
        self.answer = Answer(200)
        self.requests: list[Forwarded] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        query = b"?" + scope["query_string"] if scope["query_string"] else b""
        target = (scope["raw_path"] + query).decode("latin-1")
        self.requests.append(Forwarded(scope["method"], target, body))
        # ASGI promises both forms of the path; frameworks route by the decoded one
        assert scope["path"] == unquote(scope["raw_path"].decode("latin-1"))
        await reply(send, self.answer, bodiless=scope["method"] == "HEAD" or self.answer.status in {204, 304})


async def reply(send: Send, answer: Answer, *, bodiless: bool = False) -> None:
    """Send `answer`, its body in pieces."""
    body = b"" if bodiless else answer.body
    length = [] if bodiless else [(b"content-length", str(len(body)).encode())]
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers + length})
    for chunk, end in pieces(body, PIECE):
        await send({"type": "http.response.body", "body": chunk, "more_body": not end})


def run(case: Case, policy: Policy, *, piece: int = PIECE) -> Seen:
    """One exchange through the middleware, as a server would drive it."""
    events: list[Event] = []
    app = Replies()
    app.answer = case.answer
    sent = asyncio.run(drive(Middleware(app, policy, events.append), case.request, piece))
    start, *rest = sent
    assert start["type"] == "http.response.start"
    assert [message.get("more_body", False) for message in rest] == [True] * (len(rest) - 1) + [False]
    headers = tuple((name.decode(), value.decode("latin-1")) for name, value in start["headers"])
    body = b"".join(message["body"] for message in rest)
    (event,) = events
    return Seen(start["status"], headers, body, tuple(app.requests), event)


async def drive(app: App, request: Request, piece: int = PIECE) -> list[Message]:
    """Send one request into `app`; returns everything it said."""
    waiting = [
        {"type": "http.request", "body": chunk, "more_body": not end}
        for chunk, end in pieces(request.body or b"", piece)
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope(request), receive, send)
    return sent


def scope(request: Request) -> Scope:
    """The connection scope that a server makes of the request (ASGI 3.0, HTTP 2.4)."""
    raw_path, _, query = request.target.partition("?")
    fields = (("host", request.authority), *request.fields())
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(raw_path),
        "raw_path": raw_path.encode("latin-1"),
        "query_string": query.encode("latin-1"),
        "root_path": "",
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in fields],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 80),
        "state": {},
    }


@contextlib.contextmanager
def served(app: App) -> Iterator[int]:
    """`app` under a real uvicorn, in a thread of its own; gives the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, log_level="critical", http="h11", ws="none", lifespan="off", server_header=False, date_header=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        wait_for(lambda: server.started, "uvicorn serves")
        yield int(listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(30)
        listener.close()


class Served:
    """The middleware of one policy inside a real server."""

    def __init__(self, policy: Policy) -> None:
        self.events: list[Event] = []
        self.app = Replies()
        self.middleware = Middleware(self.app, policy, self.events.append)
        self.port = 0

    def run(self, case: Case) -> Seen:
        """One exchange over a real connection."""
        self.events.clear()
        self.app.requests.clear()
        self.app.answer = case.answer
        got = exchange(self.port, case.request)
        if "uvicorn" not in case.transport:
            wait_for(lambda: self.events, "the event")
        event = self.events[0] if self.events else None
        assert len(self.events) <= 1
        body = got.body if case.request.method != "HEAD" else sent_body(case)
        return Seen(got.status, got.headers, body, tuple(self.app.requests), event)
