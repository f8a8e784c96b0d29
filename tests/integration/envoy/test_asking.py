"""Requests that wait for another server's answer: nothing leaves, nothing is lost, nobody else waits."""

import hashlib
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.integration.envoy.clients import Answer, Http2, fresh_name, http2_headers, raw_head, read_all, send
from tests.integration.envoy.running import Envoy, Notes, until
from tests.integration.envoy.upstream import Upstream

pytestmark = pytest.mark.integration

ASK = {"step": "ask"}
BODY = b"a body of a few bytes"


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """What is waited for; a test creates it."""
    return tmp_path / "gate"


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(20) as pool:
        yield pool


def noted(notes: Notes, name: str, call: str) -> list[dict[str, Any]]:
    """What was noted of a call, once there is something."""
    until(lambda: call in notes.calls(name), f"{call} of {name}")
    return [each for each in notes.of(name) if each["call"] == call]


def waiting(gate: Path, **script: Any) -> dict[str, Any]:
    return {"request": ASK, "ask": {"until": str(gate)}, **script}


def http1(port: int, name: str, script: dict[str, Any], body: bytes | list[bytes] | None) -> Answer:
    return send(port, name, script, method="GET" if body is None else "POST", body=body)


def http2(port: int, name: str, script: dict[str, Any], body: bytes | list[bytes] | None) -> Answer:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        client = Http2(connection)
        parts = [body] if isinstance(body, bytes) else body or []
        length = {"content_length": str(len(body))} if isinstance(body, bytes) else {}
        method = "GET" if body is None else "POST"
        stream = client.start(http2_headers(name, script, method, "/echo", **length), end=not parts)
        for number, part in enumerate(parts, 1):
            client.data(stream, part, end=number == len(parts))
        return client.answer(stream)[0]


Send = Callable[[int, str, dict[str, Any], Any], Answer]


@pytest.mark.parametrize("exchange", [http1, http2])
@pytest.mark.parametrize("body", [None, BODY, [BODY[:5], BODY[5:]]], ids=["head", "eager", "chunked"])
@pytest.mark.parametrize("answered", ["pass", "hold", "observe"])
def test_a_request_waits_and_goes_on_whole(
    gateway: Envoy, notes: Notes, gate: Path, pool: ThreadPoolExecutor, exchange: Send, body: Any, answered: str
) -> None:
    name = fresh_name()
    follows = isinstance(body, list)
    script = waiting(gate, answered={"step": answered if follows else "pass"})
    sent = pool.submit(exchange, gateway.port, name, script, body)
    noted(notes, name, "ask")
    assert not sent.done()
    assert http1(gateway.port, fresh_name(), {}, None).status == 200, "nobody else waits"
    assert not sent.done()
    gate.touch()
    answer = sent.result(60)
    whole = b"".join(body) if follows else body or b""
    assert answer.status == 200
    assert answer.json()["sha256"] == hashlib.sha256(whole).hexdigest()
    calls = notes.calls(name)
    assert calls[:2] == ["request", "ask"]
    assert calls.count("answered") == 1
    if follows and answered != "pass":
        (fed,) = noted(notes, name, "request_body")
        assert (fed["body"], fed["end"]) == (whole.decode(), True)


@pytest.mark.parametrize("exchange", [http1, http2])
@pytest.mark.parametrize("body", [None, BODY, [BODY[:5], BODY[5:]]], ids=["head", "eager", "chunked"])
def test_what_is_refused_after_the_answer_does_not_leave(
    gateway: Envoy, notes: Notes, upstream: Upstream, gate: Path, pool: ThreadPoolExecutor, exchange: Send, body: Any
) -> None:
    name = fresh_name()
    before = len(upstream.targets)
    sent = pool.submit(exchange, gateway.port, name, waiting(gate, answered={"step": "refuse", "done": True}), body)
    noted(notes, name, "ask")
    gate.touch()
    assert sent.result(60).status == 403
    assert len(upstream.targets) == before


def test_an_answer_that_is_here_at_once(gateway: Envoy) -> None:
    assert http1(gateway.port, fresh_name(), {"request": ASK}, None).status == 200


def test_several_questions(gateway: Envoy, notes: Notes) -> None:
    name = fresh_name()
    script = {"request": ASK, "answered": [ASK, {"step": "hold"}, ASK, {}], "request_body": ASK}
    answer = http1(gateway.port, name, script, [BODY, BODY])
    assert answer.json()["size"] == 2 * len(BODY)
    assert notes.calls(name).count("answered") == 4
    assert notes.calls(name).count("request_body") == 1


@pytest.mark.parametrize("exchange", [http1, http2])
def test_a_large_body_waits_without_being_refused(
    gateway: Envoy, notes: Notes, gate: Path, pool: ThreadPoolExecutor, exchange: Send
) -> None:
    """Far more than Envoy buffers: the sender is slowed down instead."""
    name = fresh_name()
    body = [b"x" * 16_000] * (4 if exchange is http2 else 400)
    sent = pool.submit(exchange, gateway.port, name, waiting(gate), body)
    noted(notes, name, "ask")
    gate.touch()
    answer = sent.result(60)
    assert (answer.status, answer.json()["size"]) == (200, sum(map(len, body)))


def test_a_large_body_that_is_held_then(gateway: Envoy, notes: Notes, gate: Path, pool: ThreadPoolExecutor) -> None:
    name = fresh_name()
    body = [b"x" * 16_000] * 400
    script = waiting(gate, answered={"step": "hold", "limit": 8_000_000})
    sent = pool.submit(http1, gateway.port, name, script, body)
    noted(notes, name, "ask")
    gate.touch()
    assert sent.result(60).json()["size"] == 6_400_000
    (fed,) = noted(notes, name, "request_body")
    assert (fed["size"], fed["end"]) == (6_400_000, True)


def test_trailers_end_a_body_that_waits(gateway: Envoy, notes: Notes, gate: Path) -> None:
    name = fresh_name()
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=60) as connection:
        client = Http2(connection)
        script = waiting(gate, answered={"step": "hold"})
        stream = client.start(http2_headers(name, script, "POST", "/echo"), end=False)
        client.data(stream, BODY, end=False)
        client.trailers(stream, [("x-sum", "7")])
        noted(notes, name, "ask")
        gate.touch()
        assert client.answer(stream)[0].json()["size"] == len(BODY)


def test_fifty_at_once(gateway: Envoy, notes: Notes, gate: Path) -> None:
    """More than there are workers, and than there would be threads."""
    names = [fresh_name() for _ in range(50)]
    with ThreadPoolExecutor(50) as pool:
        sent = [pool.submit(http1, gateway.port, name, waiting(gate), BODY) for name in names]
        for name in names:
            noted(notes, name, "ask")
        assert not any(each.done() for each in sent)
        gate.touch()
        assert {each.result(60).status for each in sent} == {200}


@pytest.mark.parametrize("body", ["", "content-length: 500", "transfer-encoding: chunked"])
def test_a_client_that_leaves_while_it_waits(
    gateway: Envoy, notes: Notes, upstream: Upstream, gate: Path, body: str
) -> None:
    name = fresh_name()
    target = f"/echo/{name}"
    lines = (body,) if body else ()
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=60) as connection:
        connection.sendall(raw_head(name, waiting(gate), target, *lines, method="POST" if body else "GET"))
        if "500" not in body:
            noted(notes, name, "ask")
    (closed,) = noted(notes, name, "close")
    assert closed["aborted"] is True
    gate.touch()
    if "500" not in body:
        noted(notes, name, "woken")
    assert http1(gateway.port, fresh_name(), {}, None).status == 200
    assert "answered" not in notes.calls(name)
    assert target not in upstream.targets


def test_a_stream_that_is_reset_while_it_waits(gateway: Envoy, notes: Notes, gate: Path) -> None:
    name, other = fresh_name(), fresh_name()
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=60) as connection:
        client = Http2(connection)
        stream = client.start(http2_headers(name, waiting(gate), "GET", "/echo"), end=True)
        noted(notes, name, "ask")
        client.reset(stream)
        assert noted(notes, name, "close")[0]["aborted"] is True
        gate.touch()
        noted(notes, name, "woken")
        again = client.start(http2_headers(other, {}, "GET", "/echo"), end=True)
        assert client.answer(again)[0].status == 200
    assert "answered" not in notes.calls(name)


@pytest.mark.parametrize(
    "script",
    [
        {"request": ASK, "ask": {"raise": "at once"}},
        {"request": ASK, "answered": {"raise": "later"}},
        {"request": ASK, "answered": {"step": "hold"}},
        {"request": {"directive": 0x24}},
    ],
    ids=["asking fails", "going on fails", "nothing to hold", "asked and done"],
)
@pytest.mark.parametrize("fail_open", [False, True])
def test_failures_have_the_declared_fail_mode(gateway: Envoy, script: dict[str, Any], fail_open: bool) -> None:
    answer = http1(gateway.port, fresh_name(), {**script, "fail_open": fail_open}, None)
    assert answer.status == (200 if fail_open else 500)
    http1(gateway.port, fresh_name(), {"fail_open": False}, None)  # for the others who use this gateway


def test_a_response_cannot_be_kept_waiting(gateway: Envoy) -> None:
    script = {"request": {"interest": "head"}, "response": ASK}
    assert http1(gateway.port, fresh_name(), script, None).status == 500


def test_an_upgrade_waits(gateway: Envoy, notes: Notes, gate: Path) -> None:
    """What follows an upgrade is another protocol's, and waits with it."""
    name = fresh_name()
    lines = ("connection: upgrade", "upgrade: websocket")
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=60) as connection:
        script = waiting(gate, answered={"step": "refuse", "done": True})
        connection.sendall(raw_head(name, script, "/echo", *lines) + b"not http")
        noted(notes, name, "ask")
        gate.touch()
        assert read_all(connection).startswith(b"HTTP/1.1 403 ")
    assert [call for call in notes.calls(name) if call != "woken"][:3] == ["request", "ask", "answered"]
