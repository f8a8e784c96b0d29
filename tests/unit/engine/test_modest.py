"""Modest requests: who is not asked of them would have said nothing, wherever the bounds are."""

from collections.abc import Callable

import pytest
from tests.unit.engine.drive import JSON, asking_all, play, request_head, small_policy

from garrison.core.http import LENGTHS, Headers, RequestHead
from garrison.core.ids import ControlId
from garrison.engine.modest import FIELD_BYTES, FIELDS, TARGET_BYTES

LIMITS = "mode: enforce\ncontrols: {request-limits: {%s: %d}}"
AGENT = ("user-agent", "Mozilla/5.0")


def of_target(length: int) -> RequestHead:
    return request_head("GET /search?q=" + "a" * (length - len("/search?q=")))


def of_fields(number: int) -> RequestHead:
    return request_head("GET /items", tuple([(f"x-{each}", "a") for each in range(number)]))


def of_field_bytes(number: int) -> RequestHead:
    return request_head("GET /items", (AGENT, ("x-forwarded-for", "1" * (number - len("x-forwarded-for") - 21))))


def of_parameters(number: int) -> RequestHead:
    return request_head("GET /items?" + "&".join(["tag=a"] * number))


def of_body(length: int) -> RequestHead:
    return request_head("POST /items", JSON, b'"' + b"a" * (length - 2) + b'"')


@pytest.mark.parametrize(
    ("bound", "value", "make"),
    [
        ("uri-bytes", TARGET_BYTES, of_target),
        ("uri-bytes", 100, of_target),
        ("header-count", FIELDS, of_fields),
        ("header-count", 5, of_fields),
        ("header-bytes", FIELD_BYTES, of_field_bytes),
        ("header-bytes", 200, of_field_bytes),
        ("query-parameters", 10, of_parameters),
        ("body-bytes", len(LENGTHS), of_body),
        ("body-bytes", 40, of_body),
    ],
)
def test_bounds_are_met_where_they_are(bound: str, value: int, make: Callable[[int], RequestHead]) -> None:
    policy = small_policy(LIMITS % (bound, value))
    within, beyond = play(policy, make(value)), play(policy, make(value + 1))
    assert "request-limits" not in {reason.control for reason in within.event.reasons}
    assert "request-limits" in {reason.control for reason in beyond.event.reasons}
    assert (within, beyond) == tuple([play(asking_all(policy), make(each)) for each in (value, value + 1)])


SENT: tuple[tuple[Headers, bytes | None], ...] = (
    ((), None),
    ((), b'{"name":"a"}'),
    (JSON, b'{"name":"a"}'),
    ((*JSON, ("transfer-encoding", "chunked")), b'{"name":"a"}'),
    ((*JSON, ("content-length", "0012")), b'{"name":"a"}'),
    ((*JSON, ("content-length", "11")), b'{"name":"a"}'),
    ((*JSON, ("content-length", "20000000")), b'{"name":"a"}'),
    ((*JSON, ("content-length", "\u0661")), b'{"name":"a"}'),
    ((("content-type", "application/x-ndjson"),), b"{}"),
    ((("content-type", "image/png"), ("transfer-encoding", "chunked")), b"{}"),
    ((("upgrade", "websocket"), ("connection", "upgrade")), None),
    ((("x-forwarded-for", "198.18.0.1"), ("upgrade", "h2c")), None),
    ((("x-forwarded-for", "198.18.0.1\n"),), None),
)


@pytest.mark.parametrize(("headers", "body"), SENT)
@pytest.mark.parametrize(
    "line", ["GET /items", "POST /items", "PATCH /items", "PUT /items/7", "GET /chat", "GET /events"]
)
def test_who_is_left_out_would_have_said_nothing(line: str, headers: Headers, body: bytes | None) -> None:
    policy, head = small_policy(), request_head(line, headers, body)
    assert play(policy, head, body) == play(asking_all(policy), head, body)


def test_nobody_is_asked_of_the_head_of_a_modest_request() -> None:
    usual = small_policy("mode: enforce\ncontrols: {exposure: {mode: off}}")
    assert {plan.head.sound for plan in usual.plans} == {()}
    tight = small_policy(LIMITS % ("header-count", FIELDS - 1)).plans[0]
    assert ControlId("request-limits") in {each.control for each in tight.head.sound}
