"""What an upstream can do to a gateway, and how a gateway must be afterwards."""

import contextlib
import itertools
import socket
import threading

import msgspec
from tests.conformance.harness.gateway import Gateway
from tests.conformance.harness.upstream import Act, Heard, Upstream
from tests.conformance.harness.wire import Got, exchange
from tests.conformance.rows.answers import CUSTOMER, HEALTH
from tests.conformance.values import request

from garrison.core.event import Event

HEALTH_OF = request("GET /v1/health")
CUSTOMER_OF = request("GET /v1/customers/100000001")
TILE_OF = request("GET /v1/maps/.1.2.3")
JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
PNG_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n"
PIECE = bytes(65536)
MEGABYTE = 1 << 20


def ordinary(guarded: Gateway, upstream: Upstream) -> None:
    """The gateway still serves, and still refuses."""
    upstream.expect(HEALTH)
    got = exchange(guarded.port, HEALTH_OF)
    assert got.body == HEALTH.body, got
    upstream.expect(CUSTOMER)
    got = exchange(guarded.port, CUSTOMER_OF)
    assert got.body == CUSTOMER.body, got
    assert exchange(guarded.port, request("GET /v1/customers/x")).status == 400


def is_problem(got: Got, status: int) -> bool:
    """Whether the answer is a problem with this status that tells nothing of the inside."""
    problem = msgspec.json.decode(got.body)
    return (
        got.status == problem["status"] == status
        and got.header("content-type") == "application/problem+json"
        and set(problem) <= {"type", "title", "status", "instance"}
    )


def the_event(guarded: Gateway) -> Event:
    """The event of the one exchange since `forget`."""
    (event,) = guarded.wait_for_events()
    return event


def says(data: bytes) -> Act:
    """Say these bytes, and leave."""

    def act(heard: Heard, connection: socket.socket) -> bool:
        del heard
        connection.sendall(data)
        return False

    return act


def leaves(heard: Heard, connection: socket.socket) -> bool:
    """Leave without a word."""
    del heard, connection
    return False


def resets(heard: Heard, connection: socket.socket) -> bool:
    """Reset the connection (RFC 9293, 3.5.2)."""
    del heard
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    connection.close()
    return False


def hangs(after: bytes, gate: threading.Event) -> Act:
    """Say these bytes, and then nothing until the gate opens."""

    def act(heard: Heard, connection: socket.socket) -> bool:
        del heard
        connection.sendall(after)
        gate.wait(30)
        return False

    return act


def never_ends(head: bytes, piece: bytes, limit: int, sent: list[int]) -> Act:
    """Say the head, and then the same piece again and again, `limit` bytes of it or until nobody listens."""

    def act(heard: Heard, connection: socket.socket) -> bool:
        del heard
        with contextlib.suppress(OSError):
            connection.sendall(head)
            for count in itertools.count(1):
                if count * len(piece) > limit:
                    break
                connection.sendall(piece)
                sent.append(len(piece))
        return False

    return act
