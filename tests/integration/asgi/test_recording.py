"""Exchanges inside an application are recorded before their last byte leaves, or refused where that is a must."""

import asyncio
import logging
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.conformance.harness import inside
from tests.conformance.values import request
from tests.integration.asgi.conversation import STRICT, WATCHING, Connection
from tests.unit.adapters.store import ledger

from garrison.adapters.asgi import App, Receive, Send
from garrison.adapters.asgi_messages import Message, Scope
from garrison.adapters.ledger_keys import read_ring
from garrison.adapters.store import query
from garrison.asgi import Garrison
from garrison.config.model import RecordSettings, Settings
from garrison.core.decision import FailMode
from garrison.core.errors import RecordError
from garrison.core.event import Event

TEA = b'{"name": "tea"}'
FULL = RecordSettings(spool_bytes=0)
"""As if the disk were full."""


def answering(*, length: bool = True) -> App:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json")]
        headers += [(b"content-length", str(len(TEA)).encode())] if length else []
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": TEA[:4], "more_body": True})
        await send({"type": "http.response.body", "body": TEA[4:]})

    return app


def settings(given: Settings, data: Path, **changes: Any) -> Settings:
    return msgspec.structs.replace(given, data=str(data), **changes)


def serve(app: App, target: str = "/items/1") -> list[Message]:
    sent: list[Message] = []

    async def run() -> None:
        connection = Connection(app, inside.scope(request(f"GET {target}")))
        connection.put("http.request")
        try:
            await connection.over()
        finally:
            sent.extend(connection.sent)

    asyncio.run(run())
    return sent


def test_every_exchange_is_recorded(tmp_path: Path) -> None:
    app = Garrison(answering(), config=settings(STRICT, tmp_path))
    serve(app)
    serve(app, "/nowhere")
    found = list(query.events(tmp_path, newest_first=False))
    assert [(event.operation, event.status, event.allowed) for event in found] == [
        ("getItem", 200, True),
        (None, 404, False),
    ]


def test_it_is_on_record_before_the_last_byte_leaves(tmp_path: Path) -> None:
    recorded: list[int] = []
    app = Garrison(answering(), config=settings(STRICT, tmp_path))

    async def run() -> None:
        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                recorded.append(query.count(tmp_path))

        await app(inside.scope(request("GET /items/1")), receive, send)

    asyncio.run(run())
    assert recorded == [1]


@pytest.mark.parametrize("target", ["/items/1", "/nowhere"], ids=["allowed", "denied"])
def test_what_cannot_be_recorded_is_refused(target: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = Garrison(answering(), config=settings(STRICT, tmp_path, record=FULL))
    start, body = serve(app, target)
    assert start["status"] == 503
    assert msgspec.json.decode(body["body"])["title"] == "Service Unavailable"
    assert any("could not be recorded: 1" in line for line in caplog.messages)


def test_a_response_under_way_is_broken_off(tmp_path: Path) -> None:
    """Its head has left: only its missing end can tell."""
    contract = settings(STRICT, tmp_path, record=FULL)
    controls = msgspec.structs.replace(contract.controls, response_schema=WATCHING.controls.response_schema)
    app = Garrison(answering(length=False), config=msgspec.structs.replace(contract, controls=controls))
    sent = serve(app)
    assert [message["type"] for message in sent] in (
        ["http.response.start", "http.response.body"],
        ["http.response.start"],
    )
    assert all(message.get("more_body", True) for message in sent)


@pytest.mark.parametrize(
    "changed",
    [settings(WATCHING, Path(), record=FULL), settings(STRICT, Path(), record=RecordSettings(FailMode.OPEN, 0))],
    ids=["monitor", "open"],
)
def test_what_may_be_lost_passes_and_is_logged(
    changed: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sent = serve(Garrison(answering(), config=settings(changed, tmp_path)))
    assert sent[0]["status"] == 200
    assert b"".join(message.get("body", b"") for message in sent) == TEA
    assert "exchanges that could not be recorded: 1 (the spool is full)" in caplog.text


def test_a_sink_that_raises_is_logged_and_breaks_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def sink(event: Event) -> None:
        raise ValueError(event.id)

    with caplog.at_level(logging.ERROR, "garrison"):
        sent = serve(Garrison(answering(), config=settings(STRICT, tmp_path), sink=sink))
    assert sent[0]["status"] == 200
    assert query.count(tmp_path) == 1
    assert "the sink failed for event" in caplog.text


def test_a_directory_that_cannot_be_used_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordError, match="cannot keep data in"):
        Garrison(answering(), config=settings(STRICT, tmp_path / "file"))


def test_a_lost_key_ring_is_logged_at_start(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    data = tmp_path / "data"
    Garrison(answering(), config=settings(STRICT, data)).close()
    ring = tmp_path / "data.ledger.key"
    number = read_ring(ring).current.number
    ledger.record(data, [ledger.answer(ledger.NOON, ledger.about("1"), key=number)])
    Garrison(answering(), config=settings(STRICT, data)).close()
    assert not caplog.records
    ring.unlink()
    Garrison(answering(), config=settings(STRICT, data)).close()
    assert [record.message.partition(", which")[0] for record in caplog.records] == [
        f"1 exposure is recorded under the key {number}"
    ]
