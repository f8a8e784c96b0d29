"""Clients that are slow, leave in the middle, or never stop talking."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import pytest
from tests.conformance.harness.gateway import Gateway
from tests.conformance.harness.upstream import Upstream
from tests.conformance.harness.wire import GUARD, chunks, read_answer, wait_for
from tests.conformance.rows.answers import CREATED, NOTHING
from tests.integration.faults.misbehaviour import (
    JSON_HEAD,
    MEGABYTE,
    PIECE,
    PNG_HEAD,
    hangs,
    is_problem,
    ordinary,
    the_event,
)

from garrison.core.decision import Disposition

pytestmark = pytest.mark.integration

ADA = b'{"name": "Ada", "email": "ada@example.com", "plan": "basic"}'
POST = b"POST /v1/customers HTTP/1.1\r\nHost: api.example\r\nContent-Type: application/json\r\n"
PHOTO = b"PUT /v1/customers/100000001/photo HTTP/1.1\r\nHost: api.example\r\nContent-Type: image/png\r\n"
LENGTH = b"Content-Length: %d\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
TILE = b"GET /v1/maps/.1.2.3 HTTP/1.1\r\nHost: api.example\r\n\r\n"
CUSTOMER = b"GET /v1/customers/100000001 HTTP/1.1\r\nHost: api.example\r\n\r\n"
GROWTH = 60 * MEGABYTE


@contextlib.contextmanager
def connected(guarded: Gateway) -> Iterator[socket.socket]:
    wait_for(lambda: guarded.admin.active_requests() == 0, "all is quiet")
    with socket.create_connection(("127.0.0.1", guarded.port), GUARD) as connection:
        yield connection


def arrived(guarded: Gateway) -> None:
    """Wait until the head has come through: what is reset before is never read."""
    wait_for(lambda: guarded.admin.active_requests() == 1, "the head arrives")


def reset(connection: socket.socket) -> None:
    """Leave without a goodbye (RFC 9293, 3.5.2)."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    connection.close()


Leave = Callable[[socket.socket], None]
leaving = pytest.mark.parametrize("leave", [reset, socket.socket.close], ids=["resets", "closes"])


@leaving
@pytest.mark.parametrize(
    "sent", [b"", b"GE", POST[:40], POST], ids=["nothing", "half a method", "half a head", "a head"]
)
def test_a_client_that_leaves_in_the_head(sent: bytes, leave: Leave, guarded: Gateway, upstream: Upstream) -> None:
    upstream.expect(CREATED)
    with connected(guarded) as connection:
        connection.sendall(sent)
        leave(connection)
    ordinary(guarded, upstream)
    assert not any(each.method == "POST" for each in upstream.heard)


@leaving
@pytest.mark.parametrize(
    "sent",
    [
        POST + CHUNKED,
        POST + CHUNKED + chunks(ADA)[:-5],
        POST + LENGTH % 100_000 + ADA,
        POST + LENGTH % 500,
        POST + LENGTH % 500 + ADA,
    ],
    ids=["no chunk", "all chunks but the last", "half a large body", "no byte of a small body", "half a small body"],
)
def test_a_client_that_leaves_in_a_held_body(sent: bytes, leave: Leave, guarded: Gateway, upstream: Upstream) -> None:
    """What was there looks whole; it was never all of it, so nobody gets it."""
    upstream.expect(CREATED)
    guarded.forget()
    with connected(guarded) as connection:
        connection.sendall(sent)
        arrived(guarded)
        leave(connection)
    event = the_event(guarded)
    assert event.disposition is Disposition.ABORTED
    assert upstream.heard == []
    ordinary(guarded, upstream)


@leaving
def test_a_client_that_leaves_in_a_passing_body(leave: Leave, guarded: Gateway, upstream: Upstream) -> None:
    upstream.expect(NOTHING)
    guarded.forget()
    with connected(guarded) as connection:
        connection.sendall(PHOTO + LENGTH % MEGABYTE + PIECE)
        arrived(guarded)
        leave(connection)
    assert the_event(guarded).disposition is Disposition.ABORTED
    ordinary(guarded, upstream)


@leaving
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (CUSTOMER, b""),
        (CUSTOMER, JSON_HEAD + b"Content-Length: 500\r\n\r\n{"),
        (TILE, PNG_HEAD + b"Content-Length: 500000\r\n\r\n" + PIECE),
    ],
    ids=["before the answer", "in a held answer", "in a passing answer"],
)
def test_a_client_that_leaves_while_the_upstream_talks(
    asked: bytes, said: bytes, leave: Leave, guarded: Gateway, upstream: Upstream
) -> None:
    gate = threading.Event()
    upstream.expect(CREATED)
    upstream.act = hangs(said, gate)
    guarded.forget()
    with connected(guarded) as connection:
        connection.sendall(asked)
        wait_for(lambda: upstream.heard, "the request")
        if asked is TILE:
            assert connection.recv(100).startswith(b"HTTP/1.1 200")
        leave(connection)
    assert the_event(guarded).disposition is Disposition.ABORTED
    gate.set()
    ordinary(guarded, upstream)


def test_many_clients_that_leave_at_once(guarded: Gateway, upstream: Upstream) -> None:
    gate = threading.Event()
    upstream.expect(CREATED)
    upstream.act = hangs(b"", gate)
    connections = [socket.create_connection(("127.0.0.1", guarded.port), GUARD) for _ in range(100)]
    for index, connection in enumerate(connections):
        connection.sendall((CUSTOMER, POST + LENGTH % 500 + ADA, POST + CHUNKED + chunks(ADA)[:-5], TILE)[index % 4])
    wait_for(lambda: guarded.admin.active_requests() == 100, "all heads arrive")
    for index, connection in enumerate(connections):
        (reset if index % 2 else socket.socket.close)(connection)
    wait_for(lambda: guarded.admin.active_requests() == 0, "all are forgotten")
    gate.set()
    ordinary(guarded, upstream)
    assert guarded.process.poll() is None


def test_a_slow_client_is_served(guarded: Gateway, upstream: Upstream) -> None:
    """A byte at a time, head and body: the request is judged like any other."""
    upstream.expect(CREATED)
    guarded.forget()
    with connected(guarded) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in POST + LENGTH % len(ADA) + ADA:
            connection.sendall(bytes([byte]))
        with connection.makefile("rb") as reader:
            got = read_answer(reader)
    assert (got.status, got.body) == (201, CREATED.body)
    assert the_event(guarded).request_bytes == len(ADA)
    assert [each.body for each in upstream.heard] == [ADA]
    ordinary(guarded, upstream)


@pytest.mark.parametrize("sent", [POST + CHUNKED + chunks(ADA)[:-5], POST + LENGTH % 500 + ADA], ids=["held", "small"])
def test_a_client_that_stops_talking_is_given_up(sent: bytes, guarded: Gateway, upstream: Upstream) -> None:
    upstream.expect(CREATED)
    guarded.forget()
    with connected(guarded) as connection:
        connection.sendall(sent)
        with connection.makefile("rb") as reader:
            got = read_answer(reader)
    assert is_problem(got, 408)
    assert the_event(guarded).status == 408
    assert upstream.heard == []
    ordinary(guarded, upstream)


def pour(connection: socket.socket, piece: bytes, limit: int) -> int:
    """Send the same piece again and again until `limit` or until nobody listens; how much went out."""
    sent = 0
    with contextlib.suppress(OSError):
        while sent < limit:
            connection.sendall(piece)
            sent += len(piece)
    return sent


@pytest.mark.parametrize(
    ("head", "piece", "status"),
    [
        (POST + CHUNKED, b"10000\r\n" + b" " * 65536 + b"\r\n", 413),
        (PHOTO + CHUNKED, b"10000\r\n" + PIECE + b"\r\n", 411),
        (PHOTO + LENGTH % (1 << 40), PIECE, 413),
        (POST + LENGTH % (1 << 40), b" " * 65536, 413),
        (b"GET /v1/health HTTP/1.1\r\nHost: a\r\nX-A: ", b"a" * 65536, 431),
        (b"GET /v1/health HTTP/1.1\r\nHost: a\r\n", b"X-A: b\r\n" * 1000, 431),
    ],
    ids=["chunks of JSON", "chunks of a picture", "a terabyte of a picture", "a terabyte of JSON", "a field", "fields"],
)
def test_a_client_that_never_stops_is_refused(
    head: bytes, piece: bytes, status: int, guarded: Gateway, upstream: Upstream
) -> None:
    upstream.expect(CREATED)
    before = guarded.resident_bytes()
    with connected(guarded) as connection:
        connection.sendall(head)
        poured = pour(connection, piece, 200 * MEGABYTE)
        with connection.makefile("rb") as reader:
            # a server that refuses and closes may reset what was still under way (RFC 9112, 9.6)
            assert read_answer(reader).status in {status, 0}
    assert poured < 50 * MEGABYTE
    assert upstream.heard == []
    assert guarded.resident_bytes() - before < GROWTH
    ordinary(guarded, upstream)
