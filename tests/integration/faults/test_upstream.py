"""An upstream that is down, slow, broken or without end."""

import socket
import threading
from pathlib import Path

import msgspec
import pytest
from tests.conformance.harness.gateway import Gateway, free_port, gateway
from tests.conformance.harness.upstream import Act, Upstream
from tests.conformance.harness.wire import GUARD, exchange, request_bytes
from tests.conformance.rows.answers import HEALTH
from tests.conformance.values import Request
from tests.integration.faults.conftest import STRICT
from tests.integration.faults.misbehaviour import (
    CUSTOMER_OF,
    HEALTH_OF,
    JSON_HEAD,
    MEGABYTE,
    PIECE,
    PNG_HEAD,
    TILE_OF,
    hangs,
    is_problem,
    leaves,
    never_ends,
    ordinary,
    resets,
    says,
    the_event,
)

from garrison.config.controls import ControlsSettings, ErrorLeakageSettings, ResponseSchemaSettings
from garrison.config.limits import LimitSettings, RateLimitSettings
from garrison.core.decision import Disposition, Mode

pytestmark = pytest.mark.integration

GROWTH = 60 * MEGABYTE
"""Memory that one exchange may leave the process with, whatever it does."""


def test_an_upstream_that_is_down(filter_module: Path, tmp_path: Path) -> None:
    port = free_port()
    with gateway(STRICT, port, filter_module, tmp_path) as guarded:
        assert is_problem(exchange(guarded.port, HEALTH_OF), 502)
        assert the_event(guarded).status == 502
        assert is_problem(exchange(guarded.port, CUSTOMER_OF), 502)


@pytest.mark.parametrize(
    "act",
    [
        leaves,
        resets,
        says(b"\x00\x01\xff no HTTP at all\r\n\r\n"),
        says(b"HTTP/1.1 200\r\n"),
        says(b"HTTP/1.1 OK 200\r\n\r\n"),
        says(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
        says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
        says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        says(b"HTTP/1.1 200 OK\r\nX-A: \x00\r\nContent-Length: 0\r\n\r\n"),
        says(JSON_HEAD + b"Content-Length: 500\r\n\r\n" + b'{"status": "o'),
        says(JSON_HEAD + b'Transfer-Encoding: chunked\r\n\r\n5\r\n{"sta'),
        says(JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n"),
        never_ends(b"HTTP/1.1 200 OK\r\n", b"X-A: " + b"b" * 1000 + b"\r\n", 64 * MEGABYTE, []),
        never_ends(b"HTTP/1.1 200 OK\r\nX-A: ", b"b" * 10000, 64 * MEGABYTE, []),
        never_ends(b"", b"HTTP/1.1 103 Early Hints\r\nX-A: b\r\n\r\n", MEGABYTE, []),
    ],
    ids=[
        "leaves", "resets", "garbage", "half a status line", "no status", "negative length",
        "two lengths", "two framings", "a NUL", "half a body", "half a chunk", "a broken chunk", "endless headers",
        "an endless header", "endless hints",
    ],
)  # fmt: skip
def test_an_upstream_that_breaks_off_or_makes_no_sense(
    act: Act, guarded: Gateway, upstream: Upstream, request: pytest.FixtureRequest
) -> None:
    upstream.act = act
    guarded.forget()
    got = exchange(guarded.port, HEALTH_OF)
    # what never ends may also last longer than the timeout, on a busy machine
    assert got.status == 502 or (got.status == 504 and "endless" in request.node.name)
    assert is_problem(got, got.status)
    event = the_event(guarded)
    assert (event.status, event.operation) == (got.status, "getHealth")
    ordinary(guarded, upstream)


@pytest.mark.parametrize("after", [b"", JSON_HEAD, JSON_HEAD + b'Content-Length: 16\r\n\r\n{"status"'])
def test_an_upstream_that_hangs_is_given_up(after: bytes, guarded: Gateway, upstream: Upstream) -> None:
    gate = threading.Event()
    upstream.act = hangs(after, gate)
    guarded.forget()
    assert is_problem(exchange(guarded.port, HEALTH_OF), 504)
    assert the_event(guarded).status == 504
    gate.set()
    ordinary(guarded, upstream)


def test_a_passing_answer_that_breaks_off_is_broken_off(guarded: Gateway, upstream: Upstream) -> None:
    """Nothing could be said any more: the client must see that the answer is not whole."""
    upstream.act = says(PNG_HEAD + b"Content-Length: 1000000\r\n\r\n" + bytes(500_000))
    guarded.forget()
    got = exchange(guarded.port, TILE_OF)
    assert (got.status, got.header("content-length")) == (200, "1000000")
    assert len(got.body) <= 500_000
    assert the_event(guarded).disposition is Disposition.ABORTED
    ordinary(guarded, upstream)


@pytest.mark.parametrize("headers", [True, False], ids=["head wanted", "copied"])
def test_who_left_before_an_answer_broke_off_is_exposed(
    headers: bool, filter_module: Path, upstream: Upstream, tmp_path: Path
) -> None:
    settings = msgspec.structs.replace(STRICT, mode="monitor")
    if headers:  # what is left of a limit stands in the answer's head, which is held for it
        watched = msgspec.structs.replace(
            ControlsSettings(rate_limit=RateLimitSettings(limits=(LimitSettings(name="each", rate="1000/s"),))),
            response_schema=ResponseSchemaSettings(mode=Mode.MONITOR),
            error_leakage=ErrorLeakageSettings(mode=Mode.MONITOR),
        )
        settings = msgspec.structs.replace(STRICT, controls=watched)
    half = b'{"accountNumber": "100000001", "name": "A", "email": "a@exa'
    with gateway(settings, upstream.port, filter_module, tmp_path) as guarded:
        upstream.act = says(JSON_HEAD + b"Content-Length: 1000000\r\n\r\n" + half)
        guarded.forget()
        exchange(guarded.port, CUSTOMER_OF)
        event = the_event(guarded)
        assert event.disposition is Disposition.ABORTED
        assert [(each.kind, len(each.subjects)) for each in event.exposed] == [("account", 1)]
        assert event.uninspected == ("response-body: broke off",)


def test_a_held_answer_without_end_is_refused(guarded: Gateway, upstream: Upstream) -> None:
    sent: list[int] = []
    head = JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    before = guarded.resident_bytes()
    upstream.act = never_ends(head, b"10000\r\n" + b" " * 65536 + b"\r\n", 200 * MEGABYTE, sent)
    guarded.forget()
    assert is_problem(exchange(guarded.port, CUSTOMER_OF), 502)
    event = the_event(guarded)
    assert [reason.id for reason in event.reasons] == ["response-too-large"]
    assert sum(sent) < 50 * MEGABYTE
    assert guarded.resident_bytes() - before < GROWTH
    ordinary(guarded, upstream)


@pytest.mark.parametrize("mode", ["enforce", "monitor"])
def test_two_hundred_megabytes_pass_without_being_kept(
    mode: str, filter_module: Path, upstream: Upstream, tmp_path: Path
) -> None:
    """A picture that is never inspected, and JSON that is only watched."""
    sent: list[int] = []
    limit = 200 * MEGABYTE
    head = (PNG_HEAD if mode == "enforce" else JSON_HEAD) + b"Content-Length: %d\r\n\r\n" % limit
    settings = msgspec.structs.replace(STRICT, mode=mode)
    with gateway(settings, upstream.port, filter_module, tmp_path) as guarded:
        upstream.expect(HEALTH)
        assert exchange(guarded.port, HEALTH_OF).status == 200
        before = guarded.resident_bytes()
        upstream.act = never_ends(head, PIECE, limit, sent)
        guarded.forget()
        assert drain(guarded, TILE_OF if mode == "enforce" else CUSTOMER_OF) == limit
        event = the_event(guarded)
        assert event.status == 200
        assert guarded.resident_bytes() - before < GROWTH
        if mode == "monitor":
            assert [reason.id for reason in event.observed] == ["response-too-large", "subjects-unreadable"]


def drain(guarded: Gateway, asked: Request) -> int:
    """Ask for something large, and count it while it comes."""
    with socket.create_connection(("127.0.0.1", guarded.port), GUARD) as connection:
        connection.sendall(request_bytes(asked))
        with connection.makefile("rb") as reader:
            while reader.readline().strip():
                pass
            count = 0
            while data := reader.read1(1 << 20):
                count += len(data)
    return count


def test_a_client_that_does_not_read_does_not_fill_the_memory(guarded: Gateway, upstream: Upstream) -> None:
    sent: list[int] = []
    limit = 200 * MEGABYTE
    before = guarded.resident_bytes()
    upstream.act = never_ends(PNG_HEAD + b"Content-Length: %d\r\n\r\n" % limit, PIECE, limit, sent)
    guarded.forget()
    with socket.create_connection(("127.0.0.1", guarded.port), GUARD) as connection:
        connection.sendall(request_bytes(TILE_OF))
        # the gateway gives the stream up when nothing has moved for its idle timeout
        assert the_event(guarded).disposition is Disposition.ABORTED
        assert sum(sent) < 50 * MEGABYTE
        assert guarded.resident_bytes() - before < GROWTH
    ordinary(guarded, upstream)
