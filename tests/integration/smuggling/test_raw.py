"""Bytes of HTTP/1.1 that are read in two ways: refused, or forwarded exactly as judged."""

import socket

import pytest
from tests.conformance.harness.bare import request_head
from tests.conformance.harness.gateway import Gateway
from tests.conformance.harness.upstream import Heard, Upstream
from tests.conformance.harness.wire import GUARD, exchange, read_answer
from tests.conformance.rows.answers import HEALTH
from tests.conformance.values import Request, request
from tests.conformance.variants import policy
from tests.integration.smuggling.cases import FIELDS, FRAMING, TARGETS, Raw

from garrison.contract.catalogue import Match
from garrison.core.canonical import canonicalise
from garrison.core.event import Event
from garrison.engine.plan import Policy

SENTINEL = request("GET /v1/health", ("X-Sentinel", "1"))
"""An ordinary request after each case: when it has come through, everything before it has."""

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def judged_by() -> Policy:
    return policy("enforce")


@pytest.mark.parametrize("case", [*FRAMING, *TARGETS, *FIELDS], ids=lambda case: case.name)
def test_one_reading(case: Raw, guarded: Gateway, upstream: Upstream, judged_by: Policy) -> None:
    upstream.expect(HEALTH)
    guarded.forget()
    with socket.create_connection(("127.0.0.1", guarded.port), GUARD) as connection:
        connection.sendall(case.sent)
        with connection.makefile("rb") as reader:
            answers = [read_answer(reader).status for _ in case.answers]
        assert exchange(guarded.port, SENTINEL).status == 200
        assert leftover(connection) == b""
    assert tuple(answers) == case.answers
    given = [status for status in case.answers if status]  # 0: closed without an answer
    assert sorted(event.status for event in guarded.events()) == sorted([*given, 200]), "each answer is on record"
    heard, events = upstream.heard[:-1], forwarded(guarded)
    assert tuple(f"{each.method} {each.target}" for each in heard) == case.targets
    for each, event in zip(heard, events, strict=True):
        check_as_judged(each, event, judged_by)
        assert each.header("host") == case.host
        check_fields(case, each)
    assert upstream.garbage == []


def leftover(connection: socket.socket) -> bytes:
    """What else the client was told: there must be no answer to a request that it did not make."""
    connection.setblocking(False)
    try:
        return connection.recv(65536)
    except (BlockingIOError, ConnectionResetError):
        return b""


def forwarded(guarded: Gateway) -> list[Event]:
    """Events of the exchanges that were let through, the sentinel's excluded."""
    let = [event for event in guarded.events() if event.status == 200]
    return let[:-1]


def check_as_judged(heard: Heard, event: Event, judged_by: Policy) -> None:
    """What the upstream got is what the event says was judged: the same operation, the same body."""
    canonical = canonicalise(request_head(Request(heard.method, heard.target)))
    match = judged_by.catalogue.match(heard.method, canonical.host, canonical.segments)
    assert isinstance(match, Match)
    assert (match.operation.operation.id, heard.method) == (event.operation, event.method)
    assert canonical.ambiguities == ()
    assert len(heard.body) == event.request_bytes


def check_fields(case: Raw, heard: Heard) -> None:
    names = {name.lower() for name, _ in heard.headers}
    assert set(case.present) - names == set()
    assert set(case.absent) & names == set()
    assert heard.header("x-forwarded-for") == "127.0.0.1"
    assert not any(name.startswith("x-envoy-") for name in names)
