"""Inside a Python API: a request waits for an authorization server without stopping the others in its event loop."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from tests.integration.identity.conftest import settings_for
from tests.unit.adapters.lookups.server import Answer, Server, serving

from garrison.adapters.asgi_messages import Message, Scope
from garrison.asgi import Garrison
from garrison.config.load import load_settings
from garrison.core.event import Event

ACTIVE = {"active": True, "aud": "urn:api:opaque", "sub": "alice", "exp": 4102444800, "scope": ""}
TOKEN = {"authorization": "Bearer opaque-token"}


async def api(scope: Scope, receive: Any, send: Any) -> None:
    """Answers with the size of what it was sent."""
    size, more = 0, True
    while more:
        message: Message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": str(size).encode()})


class Held(Answer):
    """An answer that waits until it is let go."""

    def __init__(self) -> None:
        super().__init__(ACTIVE)
        self.asked = threading.Event()
        self.go = threading.Event()

    def wait(self) -> None:
        self.asked.set()
        self.go.wait(60)


@pytest.fixture
def issuer() -> Iterator[Server]:
    with serving() as server:
        server.answers["/token/introspection"] = Answer(ACTIVE)
        yield server


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
def app(issuer: Server, events: list[Event], tmp_path: Path) -> Iterator[Garrison]:
    settings = settings_for(issuer.url, tmp_path, jwt={}, opaque={"timeout": 10})
    file = tmp_path / "garrison.yaml"
    loaded = load_settings(msgspec.json.encode({**settings, "data": ""}), str(file))
    app = Garrison(api, msgspec.structs.replace(loaded, data=""), events.append)
    yield app
    app.close()


def client(app: Garrison) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://api.test", headers=TOKEN)


def test_an_opaque_token(app: Garrison, events: list[Event], issuer: Server) -> None:
    async def run() -> None:
        async with client(app) as api:
            assert (await api.get("/opaque")).status_code == 200
            assert (await api.post("/opaque", json={"name": "x"})).text == "12"
            assert (await api.post("/opaque", json={})).status_code == 400

    asyncio.run(run())
    assert {event.principal for event in events} == {"127.0.0.1:alice"}
    assert issuer.count("/token/introspection") == 1, "its answer is remembered"


def test_who_need_not_ask_does_not_wait(app: Garrison, issuer: Server) -> None:
    held = issuer.answers["/token/introspection"] = Held()

    async def run() -> None:
        async with client(app) as api:
            asking = asyncio.create_task(api.post("/opaque", json={"name": "x"}))
            while not held.asked.is_set():
                await asyncio.sleep(0.01)
            assert (await api.get("/open")).status_code == 200
            assert not asking.done()
            held.go.set()
            assert (await asking).text == "12"

    asyncio.run(run())


def test_a_server_that_does_not_answer(app: Garrison, events: list[Event], issuer: Server) -> None:
    issuer.answers["/token/introspection"] = Answer(status=500)

    async def run() -> None:
        async with client(app) as api:
            assert (await api.get("/opaque")).status_code == 503

    asyncio.run(run())
    assert events[0].reasons[0].id == "introspection-unavailable"
