"""One table, every driver: the same decision, the same event, the same bytes on both sides."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from tests.conformance.harness import bare, inside
from tests.conformance.harness.gateway import Gateway
from tests.conformance.harness.inside import Served
from tests.conformance.harness.seen import Forwarded, Seen, decided
from tests.conformance.harness.upstream import Upstream
from tests.conformance.table import TABLE
from tests.conformance.values import Case, Driver

from garrison.core.decision import Disposition
from garrison.engine.plan import Policy

every_case = pytest.mark.parametrize("case", TABLE, ids=lambda case: f"{case.variant}: {case.name}")


@every_case
def test_bare_engine(case: Case, policies: Callable[[str], Policy]) -> None:
    seen = bare.run(case, policies(case.variant))
    check(case, "engine", seen, seen)


@every_case
def test_chunking_changes_nothing(case: Case, policies: Callable[[str], Policy]) -> None:
    """A body that arrives at once, or byte by byte at its start, is judged like any other."""
    policy = policies(case.variant)
    for piece in (1 << 30, 97):
        check(case, "engine", bare.run(case, policy, piece=piece), bare.run(case, policy))


@every_case
def test_asgi(case: Case, policies: Callable[[str], Policy]) -> None:
    policy = policies(case.variant)
    check(case, "asgi", inside.run(case, policy), bare.run(case, policy))


@every_case
def test_uvicorn(case: Case, policies: Callable[[str], Policy], servers: Callable[[str], Served]) -> None:
    check(case, "uvicorn", servers(case.variant).run(case), bare.run(case, policies(case.variant)))


@pytest.mark.integration
@every_case
def test_envoy(
    case: Case, policies: Callable[[str], Policy], gateways: Callable[[str], Gateway], upstream: Upstream
) -> None:
    check(case, "envoy", gateways(case.variant).run(case, upstream), bare.run(case, policies(case.variant)))


def check(case: Case, driver: Driver, seen: Seen, reference: Seen) -> None:
    """The exchange ended as the table says, and as the bare engine (`reference`) decided."""
    if driver in case.transport:
        assert seen.status == case.transport[driver]
        assert seen.forwarded == ()
        assert seen.event is None
        return
    assert seen.event is not None
    assert {reason.id for reason in seen.event.reasons} == case.reasons
    assert {reason.id for reason in seen.event.observed} == case.observed
    assert (seen.status, seen.event.disposition) == (case.status, case.disposition)
    assert seen.forwarded == expected_upstream(case, driver)
    check_body(case, seen)
    assert reference.event is not None
    assert decided(seen.event) == decided(reference.event)


def expected_upstream(case: Case, driver: Driver) -> tuple[Forwarded, ...]:
    """What the upstream must have got."""
    if case.denied_at == "request":
        return ()
    request = case.request
    target = case.forwarded or request.target
    if driver in {"asgi", "uvicorn"}:
        target = target.removesuffix("?")  # an ASGI scope cannot tell an empty query from none
    return (Forwarded(request.method, target, request.body or b"" if case.passed_on is None else case.passed_on),)


def check_body(case: Case, seen: Seen) -> None:
    """The client got the upstream's body, the changed one, or a problem that names the event."""
    headers = {name.lower(): value for name, value in seen.headers}
    if "content-length" in headers and case.request.method != "HEAD":
        assert int(headers["content-length"]) == len(seen.body)
    if case.request.method == "HEAD":
        assert seen.body == b""
    elif case.disposition in {Disposition.ALLOWED, Disposition.LOGGED}:
        assert seen.body == case.answer.body
        for name, value in case.answer.headers:
            assert headers[name.lower()] == value
    elif case.received is not None:
        assert seen.body == case.received
    else:
        check_problem(case.status, headers, seen)


def check_problem(status: int, headers: dict[str, str], seen: Seen) -> None:
    """An RFC 9457 problem that says no more than it must."""
    assert headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = msgspec.json.decode(seen.body)
    assert seen.event is not None
    assert set(problem) == {"type", "title", "status", "instance"}
    assert (problem["status"], problem["instance"]) == (status, f"urn:uuid:{seen.event.id}")
