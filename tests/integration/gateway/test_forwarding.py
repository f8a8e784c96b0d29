"""What reaches the upstream is what was received, without what only a proxy may say; and back."""

import json
import socket
from typing import Any

import pytest
from tests.integration.envoy.clients import read_until, send
from tests.integration.envoy.upstream import Upstream
from tests.integration.gateway.conftest import StartGuard

from garrison.adapters.envoy.manager import FORWARDING

pytestmark = pytest.mark.integration


def heard(port: int, head: str) -> dict[str, Any]:
    """What the upstream received for a request with this head."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode("latin-1") + b"\r\n\r\n")
        answer = read_until(connection, b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200"), answer
        head_bytes, _, body = answer.partition(b"\r\n\r\n")
        length = next(int(line[16:]) for line in head_bytes.split(b"\r\n") if line.startswith(b"content-length"))
        while len(body) < length:
            body += connection.recv(65536)
    found: dict[str, Any] = json.loads(body)
    found["headers"] = [tuple(pair) for pair in found["headers"]]
    return found


@pytest.mark.parametrize(
    "target",
    ["/a/../b", "/a//b", "/a/./b", "/a%2Fb", "/a%2fb%5C", "/%61", "/a;p=1?q=%zz&q", "/a/%2e%2e/b", "/?a=b?c", "/a\\b"],
)
def test_target_arrives_as_it_was_sent(bare: int, target: str) -> None:
    assert heard(bare, f"GET {target} HTTP/1.1\nhost: a")["target"] == target


@pytest.mark.parametrize("method", ["GET", "OPTIONS", "PROPFIND", "PURGE"])
def test_methods_pass(bare: int, method: str) -> None:
    assert heard(bare, f"{method} /echo HTTP/1.1\nhost: a")["method"] == method


def test_forwarding_headers_of_strangers_are_dropped(bare: int) -> None:
    head = (
        "GET /echo HTTP/1.1\nhost: api.example\nX-Forwarded-For: 6.6.6.6\nX_Forwarded_For: 7.7.7.7\n"
        "Forwarded: for=8.8.8.8\nX-Real-IP: 9.9.9.9\nX-Forwarded-Proto: https\nX-Forwarded-Host: evil\n"
        "True-Client-IP: 5.5.5.5\nX-Forwarded-Client-Cert: Hash=1\napi_key: k"
    )
    names = dict(heard(bare, head)["headers"])
    assert names["x-forwarded-for"] == "127.0.0.1"
    assert names["x-forwarded-proto"] == "http"
    assert names["api_key"] == "k"
    assert names["host"] == "api.example"
    assert set(names) == {"host", "api_key", "x-forwarded-for", "x-forwarded-proto"}


def test_no_stranger_names_the_client_by_any_of_them(bare: int) -> None:
    names = [
        spelling
        for name in FORWARDING
        for spelling in (name.title(), name.replace("-", "_"), name.replace("-", "_", 1))
    ]
    lines = "\n".join(f"{name}: 6.6.6.6" for name in names)
    found = heard(bare, f"GET /echo HTTP/1.1\nhost: a\n{lines}\nx-forwarded-user: u\nx_own: k")["headers"]
    assert dict(found) == {
        "host": "a", "x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "http", "x-forwarded-user": "u", "x_own": "k"
    }  # fmt: skip
    assert len(found) == 5


def test_envoys_own_headers_are_neither_obeyed_nor_forwarded(bare: int) -> None:
    head = (
        "GET /echo HTTP/1.1\nhost: a\nx-envoy-upstream-rq-timeout-ms: 1\nx-envoy-retry-on: 5xx\n"
        "x-envoy-original-path: /admin\nx-envoy-internal: true\nx-envoy-anything: 1"
    )
    found = heard(bare, head)
    assert found["target"] == "/echo"
    assert not [name for name, _ in found["headers"] if name.startswith("x-envoy")]


def test_hop_by_hop_headers_end_here(bare: int) -> None:
    head = "GET /echo HTTP/1.1\nhost: a\nConnection: close, x-mine\nX-Mine: 1\nKeep-Alive: 5\nProxy-Connection: x"
    names = {name for name, _ in heard(bare, head)["headers"]}
    assert not names & {"connection", "x-mine", "keep-alive", "proxy-connection"}


def test_request_id_of_the_client_is_kept(bare: int) -> None:
    names = dict(heard(bare, "GET /echo HTTP/1.1\nhost: a\nx-request-id: client-1")["headers"])
    assert names["x-request-id"] == "client-1"


def test_nothing_of_envoy_shows_in_answers(bare: int) -> None:
    headers = send(bare, "x", {}).headers
    assert not [name for name in headers if name.startswith("x-envoy") or name in {"server", "via"}]


def test_trusted_proxies_name_the_client(start: StartGuard) -> None:
    guard = start({"listen": {"trusted-proxies": ["127.0.0.0/8", "10.0.0.0/8"]}})
    head = "GET /echo HTTP/1.1\nhost: a\nX-Forwarded-For: 6.6.6.6, 203.0.113.9, 10.1.2.3\nX-Forwarded-Proto: https"
    names = dict(heard(guard.port(), head)["headers"])
    assert names["x-forwarded-for"] == "203.0.113.9"
    assert names["x-forwarded-proto"] == "https"


def test_only_listed_proxies_name_the_client(start: StartGuard) -> None:
    guard = start({"listen": {"trusted-proxies": ["10.0.0.0/8"]}})
    names = dict(heard(guard.port(), "GET /echo HTTP/1.1\nhost: a\nX-Forwarded-For: 6.6.6.6")["headers"])
    assert names["x-forwarded-for"] == "127.0.0.1"


def test_a_trusted_proxy_that_names_nobody_is_the_client(start: StartGuard) -> None:
    guard = start({"listen": {"trusted-proxies": ["127.0.0.1"]}})
    names = dict(heard(guard.port(), "GET /echo HTTP/1.1\nhost: a")["headers"])
    assert names["x-forwarded-for"] == "127.0.0.1"


def test_websockets_pass(bare: int) -> None:
    with socket.create_connection(("127.0.0.1", bare), timeout=30) as connection:
        connection.sendall(
            b"GET /socket HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: websocket\r\n"
            b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n"
        )
        assert read_until(connection, b"\r\n\r\n").startswith(b"HTTP/1.1 101")
        connection.sendall(b"hello")
        assert read_until(connection, b"HELLO") == b"HELLO"


def test_server_sent_events_arrive_as_they_come_and_outlast_the_request_timeout(
    start: StartGuard, upstream: Upstream
) -> None:
    guard = start({"upstream": {"request-timeout": 0.1}})
    with socket.create_connection(("127.0.0.1", guard.port()), timeout=30) as connection:
        connection.sendall(b"GET /gated HTTP/1.1\r\nhost: a\r\n\r\n")
        read_until(connection, b"data: 1")
        # Longer than the timeout, with nothing sent: only the idle timeout bounds a stream.
        connection.settimeout(0.5)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        connection.settimeout(30)
        upstream.gate.set()
        read_until(connection, b"data: 2")


def test_of_a_name_with_several_addresses_one_that_listens_will_do(start: StartGuard, upstream: Upstream) -> None:
    """`localhost` is ::1 as well, where nobody listens: a request that may not be repeated arrives all the same."""
    port = start({"upstream": {"url": f"http://localhost:{upstream.port}"}}).port()
    for _ in range(8):
        heard(port, "POST /echo HTTP/1.1\nhost: a\nconnection: close\ncontent-length: 0")
