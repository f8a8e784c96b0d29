"""What a driver saw of an exchange, and what it must have seen."""

from typing import Any

import msgspec
from tests.conformance.values import Case, Driver

from garrison.core.decision import Disposition
from garrison.core.event import Event


class Forwarded(msgspec.Struct, frozen=True):
    """One request as the upstream got it."""

    method: str
    target: str
    body: bytes


class Decided(msgspec.Struct, frozen=True):
    """The event's facts that every driver must agree on."""

    method: str
    operation: str | None
    template: str
    disposition: Disposition
    status: int
    reasons: frozenset[tuple[str, str, str]]
    observed: frozenset[tuple[str, str, str]]
    errors: tuple[str, ...]
    uninspected: frozenset[str]


class Seen(msgspec.Struct, frozen=True):
    """One exchange from both ends, and its event (None where the engine never saw the request)."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    forwarded: tuple[Forwarded, ...]
    event: Event | None


def decided(event: Event) -> Decided:
    """What must not depend on the driver; ids, times, peers and sizes may."""
    return Decided(
        method=event.method,
        operation=event.operation,
        template=event.template,
        disposition=event.disposition,
        status=event.status,
        reasons=frozenset((reason.id, reason.control, reason.location) for reason in event.reasons),
        observed=frozenset((reason.id, reason.control, reason.location) for reason in event.observed),
        errors=event.errors,
        uninspected=frozenset(event.uninspected),
    )


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
    return (Forwarded(request.method, target, request.body or b""),)


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
