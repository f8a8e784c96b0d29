"""WebSockets: judged by their opening request, untouched afterwards."""

import asyncio

import msgspec
import pytest
from tests.conformance.harness import inside
from tests.conformance.values import Request, request
from tests.integration.asgi.apps import FRAMEWORKS, WITH_SOCKETS, State
from tests.integration.asgi.conversation import STRICT, WATCHING, Connection, Talk

from garrison.adapters.asgi import App, Receive, Send
from garrison.adapters.asgi_messages import Message, Scope
from garrison.asgi import Garrison
from garrison.config.model import Settings
from garrison.core.decision import Disposition
from garrison.core.event import Event

each_framework = pytest.mark.parametrize("framework", WITH_SOCKETS)
UPGRADE = (
    ("Upgrade", "websocket"),
    ("Connection", "Upgrade"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
)


def opening(sent: Request, *extensions: str) -> Scope:
    """The scope of a WebSocket (ASGI WebSocket, 2.4), which names no method."""
    scope = inside.scope(sent)
    del scope["method"]
    return {
        **scope,
        "type": "websocket",
        "scheme": "ws",
        "subprotocols": [],
        "extensions": {name: {} for name in extensions},
    }


def talk_with(app: App, scope: Scope, talk: Talk, settings: Settings = STRICT) -> list[Event]:
    events: list[Event] = []

    async def run() -> None:
        connection = Connection(Garrison(app, config=settings, sink=events.append), scope)
        connection.put("websocket.connect")
        await talk(connection, State())

    asyncio.run(run())
    return events


@each_framework
def test_an_allowed_socket_talks(framework: str) -> None:
    async def talk(connection: Connection, state: State) -> None:
        assert (await connection.told(1))["type"] == "websocket.accept"
        connection.put("websocket.receive", text="hello")
        assert (await connection.told(2))["text"] == "HELLO"
        connection.put("websocket.disconnect", code=1000)
        await connection.over()

    events = talk_with(FRAMEWORKS[framework](State()), opening(request("GET /socket?room=7", *UPGRADE)), talk)
    assert [(event.status, event.disposition, event.operation) for event in events] == [
        (101, Disposition.ALLOWED, "openSocket")
    ]


@each_framework
@pytest.mark.parametrize("room", ["?room=x", "", "?room=1&room=2", "?room=1&admin=1"])
def test_a_wrong_opening_is_refused_with_a_problem_where_the_server_can(framework: str, room: str) -> None:
    async def talk(connection: Connection, state: State) -> None:
        await connection.over()
        start, body = connection.sent
        assert (start["type"], start["status"]) == ("websocket.http.response.start", 400)
        assert msgspec.json.decode(body["body"])["status"] == 400

    scope = opening(request(f"GET /socket{room}", *UPGRADE), "websocket.http.response")
    (event,) = talk_with(FRAMEWORKS[framework](State()), scope, talk)
    assert (event.status, event.disposition) == (400, Disposition.BLOCKED)


@each_framework
def test_a_wrong_opening_is_closed_where_the_server_cannot(framework: str) -> None:
    async def talk(connection: Connection, state: State) -> None:
        await connection.over()
        assert [message["type"] for message in connection.sent] == ["websocket.close"]

    (event,) = talk_with(FRAMEWORKS[framework](State()), opening(request("GET /nowhere", *UPGRADE)), talk)
    assert (event.status, event.disposition) == (403, Disposition.BLOCKED)


@each_framework
def test_a_wrong_opening_is_only_noted_in_monitor_mode(framework: str) -> None:
    async def talk(connection: Connection, state: State) -> None:
        assert (await connection.told(1))["type"] == "websocket.accept"
        connection.put("websocket.disconnect", code=1000)
        await connection.over()

    scope = opening(request("GET /socket?room=x", *UPGRADE))
    (event,) = talk_with(FRAMEWORKS[framework](State()), scope, talk, WATCHING)
    assert event.disposition is Disposition.LOGGED


def test_the_application_may_refuse() -> None:
    async def refusing(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.close", "code": 1000})

    async def talk(connection: Connection, state: State) -> None:
        await connection.over()
        assert [message["type"] for message in connection.sent] == ["websocket.close"]

    (event,) = talk_with(refusing, opening(request("GET /socket?room=1", *UPGRADE)), talk, WATCHING)
    assert event.status == 403


def test_an_answer_that_the_contract_does_not_declare_is_refused() -> None:
    sent: list[Message] = []

    async def refusing(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.http.response.start", "status": 418, "headers": []})
        await send({"type": "websocket.http.response.body", "body": b"tea"})

    async def talk(connection: Connection, state: State) -> None:
        await connection.over()
        sent.extend(connection.sent)

    scope = opening(request("GET /socket?room=1", *UPGRADE), "websocket.http.response")
    (event,) = talk_with(refusing, scope, talk)
    assert [message.get("status") for message in sent] == [502, None]
    assert [reason.id for reason in event.reasons] == ["undeclared-status"]


def test_the_judged_target_is_the_one_the_application_gets() -> None:
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)
        await send({"type": "websocket.accept"})

    async def talk(connection: Connection, state: State) -> None:
        await connection.over()

    talk_with(app, opening(request("GET /%73ocket?room=1", *UPGRADE)), talk)
    assert (seen[0]["raw_path"], seen[0]["path"]) == (b"/socket", "/socket")
