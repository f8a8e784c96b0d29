"""Budgets of people inside an application: other exchanges run between judgement and close, processes start again."""

import asyncio
from pathlib import Path

import msgspec
from tests.conformance.harness import inside
from tests.conformance.values import request

from garrison.adapters.asgi import App, Receive, Send
from garrison.adapters.asgi_messages import Message, Scope
from garrison.asgi import Garrison
from garrison.config.load import load_settings
from garrison.config.model import Settings
from garrison.core.event import Event

PERSON = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "x-garrison-subject": "person"}}
CONTRACT = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/people/{id}": {
            "parameters": [PERSON],
            "get": {"responses": {"200": {"description": "", "content": {"application/json": {}}}}},
        }
    },
}


def settings(folder: Path, limit: int = 1) -> Settings:
    (folder / "api.json").write_bytes(msgspec.json.encode(CONTRACT))
    text = f"""
mode: enforce
data: {folder / "data"}
contract: {{file: {folder / "api.json"}}}
controls: {{exposure: {{mode: enforce, budgets: [{{name: hour, limit: {limit}, per: all}}]}}}}
"""
    return load_settings(text.encode(), "garrison.yaml")


async def people(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers without saying how long its answer is: its head leaves before it is known that all of it will."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": b'{"a":', "more_body": True})
    await send({"type": "http.response.body", "body": b"1}"})


class Client:
    """Asks for one person; with a gate its first message waits until the gate opens."""

    def __init__(self, app: App, person: str, gate: asyncio.Event | None = None) -> None:
        self.app, self.person, self.gate = app, person, gate
        self.sent: list[Message] = []
        self.reached = asyncio.Event()

    async def run(self) -> int:
        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            self.reached.set()
            if self.gate is not None:
                await self.gate.wait()
            self.sent.append(message)

        await self.app(inside.scope(request(f"GET /people/{self.person}")), receive, send)
        return int(self.sent[0]["status"])


def test_two_answers_never_take_the_same_last_place(tmp_path: Path) -> None:
    events: list[Event] = []
    app = Garrison(people, config=settings(tmp_path), sink=events.append)

    async def run() -> list[int]:
        gate = asyncio.Event()
        first = Client(app, "1", gate)
        running = asyncio.create_task(first.run())
        await first.reached.wait()
        assert events == [], "it was judged, and is not over"
        between = [await Client(app, person).run() for person in ("2", "1", "2")]
        gate.set()
        return [await running, *between, await Client(app, "2").run(), await Client(app, "1").run()]

    assert asyncio.run(run()) == [200, 403, 200, 403, 403, 200]
    app.close()
    shown = {name for event in events for disclosure in event.exposed for name in disclosure.subjects}
    assert len(shown) == 1


def test_another_process_goes_on_where_this_one_ended(tmp_path: Path) -> None:
    for expected in ([200, 200, 403], [200, 200, 403]):
        app = Garrison(people, config=settings(tmp_path, limit=2))
        assert [asyncio.run(Client(app, person).run()) for person in ("1", "2", "3")] == expected
        app.close()


def test_who_left_before_a_client_did_is_exposed(tmp_path: Path) -> None:
    """What is only watched passes as it comes: a client has seen what it got before it broke off."""
    events: list[Event] = []
    schema = {"type": "array", "items": {"properties": {"id": {"type": "string", "x-garrison-subject": "person"}}}}
    answer = {"description": "", "content": {"application/json": {"schema": schema}}}
    contract = {**CONTRACT, "paths": {"/people": {"get": {"responses": {"200": answer}}}}}
    (tmp_path / "api.json").write_bytes(msgspec.json.encode(contract))

    async def listing(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": b'[{"id":"a"},{"id":"b"},{"id":"c', "more_body": True})
        assert (await receive())["type"] == "http.disconnect"

    config = load_settings(f"mode: monitor\ncontract: {{file: {tmp_path / 'api.json'}}}".encode(), "garrison.yaml")
    app = Garrison(listing, config=config, sink=events.append)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        del message

    asyncio.run(app(inside.scope(request("GET /people")), receive, send))
    (event,) = events
    assert [len(each.subjects) for each in event.exposed] == [2]
    assert event.uninspected == ("response-body: broke off",)
