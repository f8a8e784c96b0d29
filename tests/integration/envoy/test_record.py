"""What was said of an exchange when its client has the answer: everything, or the client has no whole answer."""

import http.client
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.integration.envoy.clients import Http2, fresh_name, http2_headers, raw_head, read_all, send
from tests.integration.envoy.conftest import scripted_config
from tests.integration.envoy.running import Envoy, Notes, bootstrap, connect, filter_entry, free_port, running
from tests.integration.envoy.upstream import Upstream

pytestmark = pytest.mark.integration

RAISES = {"raise": "nothing can be recorded"}
REFUSES = {"step": "refuse", "reply": [503, [], "not recorded"]}
BROKEN = (http.client.HTTPException, OSError)
"""What a client meets where an answer is broken off."""
LENGTHLESS = ("/chunked", "/trailers", "/bigchunked/200000")
BODIES = ("/echo", "/big/10", "/big/200000", *LENGTHLESS)
ENVOYS_OWN = (("GET", "/direct"), ("GET", "/unreachable"), ("HEAD", "/unreachable"))
BODILESS = (("GET", "/empty"), ("GET", "/unmodified"), ("HEAD", "/echo"))
ALL = [*(("GET", target) for target in BODIES), *BODILESS, *ENVOYS_OWN]
HELD = {"request": {"interest": "head"}, "response": {"step": "hold", "limit": 1_000_000}}
LOOKS: dict[str, dict[str, Any]] = {
    "away": {},
    "at the head": {"request": {"interest": "head", "response_limit": 0}},
    "at a copy": {"request": {"interest": "observe", "response_limit": 1_000_000}},
    "at the start of a copy": {"request": {"interest": "observe", "response_limit": 15}},
    "at a copy as it comes": {"request": {"interest": "head"}, "response": {"step": "observe", "limit": 1_000_000}},
    "at all before any leaves": HELD,
}


@pytest.fixture(scope="module")
def lenient(
    filter_module: Path, upstream: Upstream, notes: Notes, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Envoy]:
    port = free_port()
    entry = filter_entry(filter_module, scripted_config(notes, fail_open=True))
    with running(Envoy(tmp_path_factory.mktemp("lenient"), bootstrap(port, upstream.port, entry), port)) as envoy:
        yield envoy


@pytest.mark.parametrize(("method", "target"), ALL)
@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_all_is_said_when_the_answer_is_there(
    gateway: Envoy, notes: Notes, look: dict[str, Any], method: str, target: str
) -> None:
    name = fresh_name()
    answer = send(gateway.port, name, look, target, method)
    noted = notes.of(name)  # no waiting
    assert noted[-1] == {**noted[-1], "call": "close", "aborted": False, "status": answer.status}
    assert noted[-1]["response_bytes"] == len(answer.body)


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
@pytest.mark.parametrize("target", ["/echo", "/chunked"])
def test_all_is_said_over_http2(gateway: Envoy, notes: Notes, look: dict[str, Any], target: str) -> None:
    name = fresh_name()
    with connect(gateway.port) as connection:
        client = Http2(connection)
        client.answer(client.start(http2_headers(name, look, "GET", target), end=True))
        assert notes.calls(name)[-1] == "close"


@pytest.mark.parametrize(
    ("method", "target"), [(method, target) for method, target in ALL if (method, target) not in ENVOYS_OWN]
)
@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
@pytest.mark.parametrize(("said", "status"), [(RAISES, 500), (REFUSES, 503)], ids=["raises", "refuses"])
def test_nothing_is_whole_that_cannot_be_said(
    gateway: Envoy, notes: Notes, look: dict[str, Any], said: dict[str, Any], status: int, method: str, target: str
) -> None:
    name = fresh_name()
    try:
        answer = send(gateway.port, name, {**look, "close": said}, target, method)
    except BROKEN:
        assert (method, target) not in BODILESS, "a problem could have been sent"
    else:
        assert answer.status == status
    assert notes.calls(name)[-1] == "close"


@pytest.mark.parametrize(("method", "target"), ENVOYS_OWN)
@pytest.mark.parametrize(("call", "said"), [("local_reply", RAISES), ("close", RAISES), ("close", REFUSES)])
def test_envoys_own_answer_is_broken_off(
    gateway: Envoy, notes: Notes, method: str, target: str, call: str, said: dict[str, Any]
) -> None:
    name = fresh_name()
    with pytest.raises(BROKEN):
        send(gateway.port, name, {call: said}, target, method)
    assert notes.calls(name)[-1] == call


def test_envoys_answer_in_the_place_of_a_held_one(gateway: Envoy, lenient: Envoy, notes: Notes) -> None:
    name = fresh_name()
    assert send(gateway.port, name, HELD, "/die").status == 502
    assert notes.calls(name) == ["request", "local_reply", "close"]
    for said in (RAISES, REFUSES):
        with pytest.raises(BROKEN):
            send(gateway.port, fresh_name(), {**HELD, "close": said}, "/die")
    assert send(lenient.port, fresh_name(), {**HELD, "close": RAISES}, "/die").status == 502


@pytest.mark.parametrize(("method", "target"), ALL)
@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_where_failures_pass_the_answer_is_whole(
    lenient: Envoy, gateway: Envoy, look: dict[str, Any], method: str, target: str
) -> None:
    expected = send(gateway.port, fresh_name(), look, target, method)
    answer = send(lenient.port, fresh_name(), {**look, "close": RAISES}, target, method)
    assert answer.status == expected.status
    assert len(answer.body) == len(expected.body) or target == "/echo"  # which tells names and scripts


def test_a_refusal_that_cannot_be_said(gateway: Envoy, lenient: Envoy) -> None:
    script = {"request": {"step": "refuse"}, "close": RAISES}
    assert send(gateway.port, fresh_name(), script).status == 500
    assert send(lenient.port, fresh_name(), script).status == 403
    assert send(gateway.port, fresh_name(), {**script, "close": REFUSES}).status == 503


@pytest.mark.parametrize("fail", ["closed", "open"])
@pytest.mark.parametrize("step", ["request_body", "response"])
def test_an_observation_that_fails(gateway: Envoy, lenient: Envoy, fail: str, step: str) -> None:
    """It may be the record that could not be written."""
    script = {"request": {"step": "observe", "interest": "observe"}, step: RAISES}
    port = (gateway if fail == "closed" else lenient).port
    try:
        status = send(port, fresh_name(), script, method="POST", body=iter([b"a"])).status
    except BROKEN:
        status = 0
    assert (status == 200) == (fail == "open")


@pytest.mark.parametrize(
    ("line", "status"), [("GET /a#b HTTP/1.1\r\nhost: a", 400), ("GET /a HTTP/1.1", 400)], ids=["fragment", "no host"]
)
def test_a_head_that_envoy_refuses(gateway: Envoy, notes: Notes, line: str, status: int) -> None:
    name = fresh_name()
    with connect(gateway.port) as connection:
        connection.sendall(f"{line}\r\nx-name: {name}\r\nconnection: close\r\n\r\n".encode())
        assert read_all(connection).startswith(b"HTTP/1.1 400 ")
    request, reply, close = notes.of(name)
    assert (request["call"], request["judged"], request["has_body"]) == ("request", False, False)
    assert (reply["call"], reply["status"]) == ("local_reply", status)
    assert close == {**close, "call": "close", "aborted": True, "status": status}


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"NONSENSE /echo HTTP/1.1\r\nhost: a\r\n\r\n", 400),
        (b"\x00\r\n\r\n", 400),
        (b"GET /echo HTTP/1.0\r\n\r\n", 426),
        (b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"GET /echo HTTP/1.1\r\nhost: a\r\nx: " + b"y" * 100_000 + b"\r\n\r\n", 431),
    ],
    ids=["method", "garbage", "old version", "framing", "large head"],
)
def test_bytes_that_envoy_refuses(gateway: Envoy, notes: Notes, sent: bytes, status: int) -> None:
    """Envoy keeps no head of these: all that is known is the peer."""
    before = len(notes.of(""))
    with connect(gateway.port) as connection:
        connection.sendall(sent)
        assert read_all(connection).startswith(f"HTTP/1.1 {status} ".encode())
    request, reply, close = notes.of("")[before:]
    assert (request["method"], request["target"], request["headers"]) == ("", "", [])
    assert (request["address"], request["judged"]) == ("127.0.0.1", False)
    assert reply["status"] == close["status"] == status


def test_a_client_that_leaves_before_its_small_body(gateway: Envoy, notes: Notes) -> None:
    name = fresh_name()
    with connect(gateway.port) as connection:
        connection.sendall(raw_head(name, {}, "/echo", "content-length: 500", method="POST") + b"half")
    request, close = notes.wait(name, "request", "close")
    assert (request["method"], request["target"], request["judged"]) == ("POST", "/echo", False)
    assert (request["has_body"], request["body"]) == (True, None)
    assert close == {**close, "aborted": True, "status": 0}


def test_a_small_body_that_is_broken(gateway: Envoy, notes: Notes) -> None:
    """Envoy answers 400 before the filter has asked anything."""
    name = fresh_name()
    with connect(gateway.port) as connection:
        client = Http2(connection)
        headers = http2_headers(name, {}, "POST", "/echo", **{"content-length": "5"})
        client.data(client.start(headers, end=False), b"longer than five", end=False)
        close = notes.wait(name, "request", "close")[1]
    assert close["aborted"]
