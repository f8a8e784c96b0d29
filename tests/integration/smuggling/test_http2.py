"""HTTP/2 that would be something else in the upstream's HTTP/1.1: refused, or forwarded exactly as judged."""

import socket
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import msgspec
import pytest
from tests.conformance.harness.gateway import Gateway
from tests.conformance.harness.upstream import Upstream
from tests.conformance.harness.wire import GUARD, exchange
from tests.conformance.rows.answers import HEALTH
from tests.conformance.values import request

from garrison.core.event import Event

ADA = b'{"name": "Ada", "email": "ada@example.com", "plan": "basic"}'
HIDDEN = b"GET /v1/admin HTTP/1.1\r\nHost: api.example\r\n\r\n"
Fields = tuple[tuple[str, str], ...]

pytestmark = pytest.mark.integration


class Framed(msgspec.Struct, frozen=True):
    """One stream, and what becomes of it."""

    name: str
    fields: Fields
    body: bytes | None = None
    status: int = 0
    """Status of the answer; 0 where the gateway resets the stream or leaves."""
    target: str = ""
    """`METHOD TARGET` that the upstream gets; empty where it gets nothing."""


def get(path: str, *more: tuple[str, str], host: str = "api.example", method: str = "GET") -> Fields:
    return ((":method", method), (":scheme", "http"), (":authority", host), (":path", path), *more)


def post(*more: tuple[str, str]) -> Fields:
    return get("/v1/customers", ("content-type", "application/json"), *more, method="POST")


HEALTH_OF = get("/v1/health")
HEALTHY = "GET /v1/health"
POSTED = "POST /v1/customers"
LENGTH = str(len(ADA))

CASES: tuple[Framed, ...] = (
    Framed("a good request", HEALTH_OF, None, 200, HEALTHY),
    Framed("a good body without a length", post(), ADA, 200, POSTED),
    Framed("a good body with its length", post(("content-length", LENGTH)), ADA, 200, POSTED),
    # H2.CL, H2.TE: framing that HTTP/2 does not need, and that HTTP/1.1 would believe
    Framed("H2.CL too short", post(("content-length", "0")), HIDDEN),
    Framed("H2.CL shorter than the body", post(("content-length", "2")), b"{}" + HIDDEN),
    Framed("H2.CL longer than the body", post(("content-length", "500")), ADA),
    Framed("H2.CL twice", post(("content-length", LENGTH), ("content-length", "2")), ADA),
    Framed("H2.CL with a sign", post(("content-length", f"+{LENGTH}")), ADA),
    Framed("H2.CL on a stream without a body", get("/v1/health", ("content-length", "50"))),
    Framed("H2.TE", post(("transfer-encoding", "chunked")), b"0\r\n\r\n" + HIDDEN),
    Framed("H2.TE with a tab", post(("transfer-encoding", "\tchunked")), b"0\r\n\r\n" + HIDDEN),
    Framed("H2.TE by another name", post(("transfer_encoding", "chunked")), ADA, 400),
    Framed("connection", get("/v1/health", ("connection", "close, x-api-key"))),
    Framed("keep-alive", get("/v1/health", ("keep-alive", "timeout=5"))),
    Framed("upgrade", get("/v1/health", ("upgrade", "h2c"))),
    Framed("te other than trailers", get("/v1/health", ("te", "gzip"))),
    # line ends in what HTTP/1.1 writes as lines
    Framed("a line end in a value", get("/v1/health", ("x-a", "b\r\ntransfer-encoding: chunked"))),
    Framed("a line feed in a value", get("/v1/health", ("x-a", "b\nx-b: c"))),
    Framed("a NUL in a value", get("/v1/health", ("x-a", "b\x00c"))),
    Framed("a line end in a name", get("/v1/health", ("x-a: b\r\nx-b", "c"))),
    Framed("a colon in a name", get("/v1/health", ("x-a: b", "c"))),
    Framed("a blank in a name", get("/v1/health", ("x a", "b"))),
    Framed("capitals in a name", get("/v1/health", ("X-A", "b"))),
    Framed("an empty name", get("/v1/health", ("", "b"))),
    Framed("a line end in the path", get("/v1/health HTTP/1.1\r\nhost: a\r\n\r\nGET /v1/admin")),
    Framed("a line end in the method", get("/v1/health", method="GET /v1/admin HTTP/1.1\r\nx: y\r\n")),
    Framed("a line end in the authority", get("/v1/health", host="api.example\r\nx-a: b")),
    Framed("a line end in the scheme", tuple(
        (name, "http\r\nx-a: b" if name == ":scheme" else value) for name, value in HEALTH_OF)),
    # pseudo-headers
    Framed("two paths", (*HEALTH_OF, (":path", "/v1/admin"))),
    Framed("two methods", (*HEALTH_OF, (":method", "DELETE"))),
    Framed("no path", tuple(pair for pair in HEALTH_OF if pair[0] != ":path")),
    Framed("no method", tuple(pair for pair in HEALTH_OF if pair[0] != ":method")),
    Framed("an empty path", get("")),
    Framed("a pseudo-header behind a field", (("x-a", "b"), *HEALTH_OF)),
    Framed("an unknown pseudo-header", (*HEALTH_OF, (":admin", "1"))),
    Framed("a response's pseudo-header", (*HEALTH_OF, (":status", "200"))),
    Framed("a protocol that was not asked for", get("/v1/health", (":protocol", "websocket"))),
    # RFC 9113, 8.3.1: the authority counts, and is what is forwarded as the host
    Framed("a host beside the authority", get("/v1/health", ("host", "evil.example")), None, 200, HEALTHY),
    Framed("an authority with credentials", get("/v1/health", host="me@api.example")),
    Framed("an authority with a path", get("/v1/health", host="api.example/x")),
    # paths
    Framed("a path with a blank", get("/v1/health /v1/admin")),
    Framed("a path with a fragment", get("/v1/health#/v1/admin"), None, 400),
    Framed("a path without a slash", get("v1/health")),
    Framed("an absolute path with another host", get("http://evil.example/v1/health")),
    Framed("dots", get("/v1/x/../health"), None, 400),
    Framed("encoded dots", get("/v1/x/%2e%2e/health"), None, 400),
    Framed("an encoded slash", get("/v1%2fhealth"), None, 400),
    Framed("a backslash", get("/v1\\health"), None, 400),
    Framed("bytes over 127", get("/v1/h\xe9alth"), None, 400),
    Framed("a letter encoded for no reason", get("/v1/%68ealth"), None, 200, HEALTHY),
    Framed("an asterisk", get("*", method="OPTIONS"), None, 404),
    Framed("an undeclared method", get("/v1/health", method="TRACE"), None, 405),
    Framed("a path override", get("/v1/health", ("x-original-url", "/v1/admin")), None, 400),
    Framed("a body on a GET", HEALTH_OF, HIDDEN, 411),
    Framed("cookie crumbs are one cookie", get("/v1/health", ("cookie", "a=1"), ("cookie", "b=2")), None, 200, HEALTHY),
)  # fmt: skip


ANSWERED = [case for case in CASES if case.status]
RESET = [case for case in CASES if not case.status]
SENTINEL = request("GET /v1/health", ("X-Sentinel", "1"))


@pytest.fixture(scope="module")
def resets(guarded: Gateway, upstream: Upstream) -> Mapping[str, int]:
    """What became of the streams that no answer is expected to. All at once: each leaves its connection lingering."""
    upstream.expect(HEALTH)
    with ThreadPoolExecutor(len(RESET)) as pool:
        statuses = list(pool.map(lambda case: converse(guarded, case), RESET))
    assert exchange(guarded.port, SENTINEL).status == 200
    assert [each.header("x-sentinel") for each in upstream.heard] == ["1"]
    assert upstream.garbage == []
    return {case.name: status for case, status in zip(RESET, statuses, strict=True)}


@pytest.mark.parametrize("case", RESET, ids=lambda case: case.name)
def test_no_reading(case: Framed, resets: Mapping[str, int]) -> None:
    assert resets[case.name] == 0


@pytest.mark.parametrize("case", ANSWERED, ids=lambda case: case.name)
def test_one_reading(case: Framed, guarded: Gateway, upstream: Upstream) -> None:
    upstream.expect(HEALTH)
    guarded.forget()
    status = converse(guarded, case)
    assert exchange(guarded.port, SENTINEL).status == 200
    let = [event for event in guarded.wait_for_more(len(upstream.heard)) if event.status == 200]
    assert status == case.status
    assert [f"{each.method} {each.target}" for each in upstream.heard[:-1]] == ([case.target] if case.target else [])
    assert len(let) == len(upstream.heard)
    if case.target:
        check_as_judged(case, let[0], upstream)
    assert upstream.garbage == []


def check_as_judged(case: Framed, event: Event, upstream: Upstream) -> None:
    heard = upstream.heard[0]
    assert heard.body == (case.body or b"")
    assert event.request_bytes == len(heard.body)
    assert heard.header("host") == "api.example"
    assert event.operation == ("createCustomer" if case.body else "getHealth")


def converse(guarded: Gateway, case: Framed) -> int:
    with socket.create_connection(("127.0.0.1", guarded.port), GUARD) as connection:
        return talk(connection, case)


def talk(connection: socket.socket, case: Framed) -> int:
    """Send the stream as it is, whatever HTTP/2 says of it; the answer's status, or 0."""
    config = h2.config.H2Configuration(
        header_encoding="latin-1",
        validate_outbound_headers=False,
        normalize_outbound_headers=False,
        validate_inbound_headers=False,
    )
    client = h2.connection.H2Connection(config)
    client.initiate_connection()
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in case.fields]
    client.send_headers(1, headers, end_stream=case.body is None)
    if case.body is not None:
        client.send_data(1, case.body, end_stream=True)
    connection.sendall(client.data_to_send())
    for event in incoming(connection, client):
        if isinstance(event, h2.events.ResponseReceived):
            return int(next(value for name, value in event.headers if name in {":status", b":status"}))
        if isinstance(event, h2.events.StreamReset | h2.events.ConnectionTerminated):
            return 0
    return 0


def incoming(connection: socket.socket, client: h2.connection.H2Connection) -> Iterator[h2.events.Event]:
    """What the gateway sends, until it closes."""
    try:
        while data := connection.recv(65536):
            yield from client.receive_data(data)
            connection.sendall(client.data_to_send())
    except ConnectionResetError:
        return
