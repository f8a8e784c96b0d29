"""Whatever goes wrong in front of or behind the gateway, the client gets a problem that discloses nothing."""

import json
import select
import socket

import pytest
from tests.integration.envoy.clients import send
from tests.integration.gateway.conftest import StartGuard
from tests.integration.gateway.running import until
from tests.ports import quiet_port

pytestmark = pytest.mark.integration

TITLES = {
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    426: "Upgrade Required",
    431: "Request Header Fields Too Large",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def assert_problem(head: bytes, body: bytes, status: int) -> None:
    assert head.startswith(f"HTTP/1.1 {status} ".encode()), head
    assert b"\r\ncontent-type: application/problem+json\r\n" in head
    assert json.loads(body) == {"type": "about:blank", "title": TITLES[status], "status": status}
    assert b"server:" not in head
    assert b"x-envoy" not in head


def exchange(port: int, request: bytes) -> tuple[bytes, bytes]:
    data = b""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        while b"\r\n\r\n" not in data or not data.endswith(b"}\n"):
            if not (more := connection.recv(65536)):
                break
            data += more
    head, _, body = data.partition(b"\r\n\r\n")
    return head + b"\r\n", body


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"\x00garbage\r\n\r\n", 400),
        (b"GET /echo HTTP/1.1\r\n\r\n", 400),
        (b"GET /a b HTTP/1.1\r\nhost: a\r\n\r\n", 400),
        (b"GET /a#b HTTP/1.1\r\nhost: a\r\n\r\n", 400),
        (b"NONSENSE /echo HTTP/1.1\r\nhost: a\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd", 400),
        (b"GET /echo HTTP/1.1\r\nhost: a\r\nx y: 1\r\n\r\n", 400),
        (b"GET /echo HTTP/1.0\r\n\r\n", 426),
        (b"GET /echo HTTP/1.1\r\nhost: a\r\nx: " + b"y" * 200_000 + b"\r\n\r\n", 431),
        (b"GET /echo HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n", 403),
        (b"CONNECT a:1 HTTP/1.1\r\nhost: a:1\r\n\r\n", 404),
    ],
)
def test_broken_requests(bare: int, request_bytes: bytes, status: int) -> None:
    assert_problem(*exchange(bare, request_bytes), status)


@pytest.mark.parametrize(("target", "status"), [("hang", 504), ("garbage", 502)])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_broken_upstreams(bare: int, target: str, status: int, method: str) -> None:
    request = f"{method} /{target} HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n"
    assert_problem(*exchange(bare, request.encode()), status)


def test_upstream_that_is_down(start: StartGuard) -> None:
    guard = start({"upstream": {"url": f"http://127.0.0.1:{quiet_port()}"}})
    assert_problem(*exchange(guard.port(), b"GET /echo HTTP/1.1\r\nhost: a\r\n\r\n"), 502)


def test_upstream_whose_name_is_unknown(start: StartGuard) -> None:
    guard = start({"upstream": {"url": "http://name.invalid:1"}})
    answer = send(guard.port(), "x", {})
    assert answer.status in {502, 503}
    assert "invalid" not in answer.body.decode()


def test_upstream_that_is_found_unhealthy(start: StartGuard) -> None:
    url = f"http://127.0.0.1:{quiet_port()}"
    guard = start({"upstream": {"url": url, "health-check": {"path": "/up", "interval": 0.1}}})
    port, request = guard.port(), b"GET /echo HTTP/1.1\r\nhost: a\r\n\r\n"
    until(lambda: b" 503 " in exchange(port, request)[0], "it was asked and did not answer", guard)
    assert_problem(*exchange(port, request), 503)


def test_more_requests_than_allowed_are_refused(start: StartGuard) -> None:
    guard = start({"upstream": {"max-connections": 1, "max-pending-requests": 1}})
    address = ("127.0.0.1", guard.port())
    request = b"GET /gated HTTP/1.1\r\nhost: a\r\n\r\n"
    with (
        socket.create_connection(address, timeout=30) as served,
        socket.create_connection(address, timeout=30) as first,
        socket.create_connection(address, timeout=30) as second,
    ):
        served.sendall(request)
        served.recv(100)
        # One of these two may wait for the connection to the upstream, the other is one too many.
        first.sendall(request)
        second.sendall(request)
        refused, _, _ = select.select([first, second], [], [], 5)
        (answer,) = (connection.recv(9999) for connection in refused)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert_problem(head + b"\r\n", body, 503)


def test_more_connections_than_allowed_are_closed(start: StartGuard) -> None:
    guard = start({"listen": {"max-connections": 1}})
    port = guard.port()
    connections = [socket.create_connection(("127.0.0.1", port), timeout=30) for _ in range(3)]
    try:
        closed = 0
        for connection in connections:
            try:
                connection.sendall(b"GET /echo HTTP/1.1\r\nhost: a\r\n\r\n")
                closed += connection.recv(100) == b""
            except OSError:
                closed += 1
        assert closed >= 2
    finally:
        for connection in connections:
            connection.close()


def test_an_answer_that_breaks_off_is_broken_off(bare: int) -> None:
    head, body = exchange(bare, b"GET /die HTTP/1.1\r\nhost: a\r\n\r\n")
    assert b"content-length: 100" in head
    assert len(body) < 100
