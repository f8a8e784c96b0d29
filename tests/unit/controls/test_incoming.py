"""What comes in from a third party."""

from typing import Any

import msgspec
import pytest
from tests.unit.controls.third_party import CONTRACT, JSON, SENT, policy, send

from garrison.core.errors import ConfigError
from garrison.core.http import Headers, ResponseHead
from garrison.engine.step import Pass, Refuse

UNWATCHED: dict[str, Any] = {"response_schema": {"mode": "off"}}
"""What holds where the contract does not say."""


def answered(
    status: int,
    body: bytes = SENT,
    headers: Headers = JSON,
    *,
    own: Any = None,
    line: str = "GET /v1/files",
    **more: Any,
) -> Any:
    head = ResponseHead(status, headers, **more)
    return send(policy(incoming=own or {}, **UNWATCHED), line=line, answer=(head, body))


def set_headers(played: Any) -> dict[str, str]:
    assert isinstance(played.response, Pass), played.reasons
    assert played.response.mutation is not None
    return dict(played.response.mutation.set_headers)


@pytest.mark.parametrize(
    ("location", "left"),
    [
        ("/v1/files?a=1", None),
        ("next", None),
        ("?page=2", None),
        ("/v1/files?name=a\\b", None),
        ("https://mail.example/v1/files?a=1#x", "/v1/files?a=1#x"),
        ("https://mail.example:443/v1/files", "/v1/files"),
        ("https://MAIL.example", "/"),
        ("//mail.example/v1/files", "/v1/files"),
        ("https://mail.example//evil.example/x", "/evil.example/x"),
    ],
)
def test_redirects_on_the_same_host_lead_back_to_the_gateway(location: str, left: str | None) -> None:
    played = answered(302, b"", (("location", location), ("content-length", "0")))
    assert set_headers(played).get("location") == left


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example/", "//evil.example/x", "http://mail.example/v1/files", "https://mail.example:8443/",
        "https://mail.example@evil.example/", "javascript:alert(1)", "/\\evil.example", "https://[bad",
        "\\\\evil.example", "ht\ttps://evil.example/", "///evil.example/x", "////evil.example",
        "https://mail.example/\\evil.example", "https://evil.example\\@mail.example/", "next\\..\\x",
    ],
)  # fmt: skip
def test_redirects_elsewhere_are_refused(location: str) -> None:
    played = answered(302, b"", (("location", location), ("content-length", "0")))
    assert (played.refused, [reason.id for reason in played.event.reasons]) == (502, ["redirect-elsewhere"])


def test_of_two_places_nobody_knows_which_is_followed() -> None:
    headers = (("location", "/x"), ("location", "https://evil.example/"), ("content-length", "0"))
    assert [reason.id for reason in answered(302, b"", headers).event.reasons] == ["redirect-elsewhere"]


def test_a_length_without_a_body_says_nothing() -> None:
    assert answered(200, b"", (("content-length", "9" * 15),), has_body=False).event.reasons == ()


def test_redirects_to_hosts_that_the_settings_name_pass() -> None:
    location = (("location", "https://files.example/x"), ("content-length", "0"))
    assert answered(302, b"", location, own={"redirect-hosts": ["files.example"]}).refused == 0
    elsewhere = (("location", "https://evil.example\\@files.example/x"), ("content-length", "0"))
    assert answered(302, b"", elsewhere, own={"redirect-hosts": ["files.example"]}).refused == 502


def test_where_something_was_made_may_be_anywhere() -> None:
    assert answered(201, SENT, (*JSON, ("location", "https://files.example/x"))).refused == 0


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "application/javascript", "text/html; charset=utf-8"])
def test_markup_and_programs_that_nobody_declares_are_refused(kind: str) -> None:
    played = answered(404, b"<script>", (("content-type", kind),))
    assert [reason.id for reason in played.event.reasons] == ["active-content"]


def test_declared_markup_passes() -> None:
    assert answered(200, b"<p>", (("content-type", "text/html"),)).refused == 0


@pytest.mark.parametrize(
    ("length", "reasons"), [("10", []), ("11", ["answer-too-large"]), ("9" * 30, ["answer-too-large"])]
)
def test_answers_are_bounded_by_the_length_that_they_state(length: str, reasons: list[str]) -> None:
    kind = (("content-type", "application/octet-stream"), ("content-length", length))
    played = answered(200, b"x" * 10, kind, own={"body-bytes": 10})
    assert [reason.id for reason in played.event.reasons] == reasons


def test_what_is_not_inspected_must_state_its_length() -> None:
    played = answered(200, b"x", (("content-type", "application/octet-stream"),))
    assert [reason.id for reason in played.event.reasons] == ["answer-unbounded"]


def test_what_is_inspected_is_counted_as_it_comes() -> None:
    controls: dict[str, Any] = {"response_schema": {"mode": "off", "inspected-bytes": 100}}
    under = policy(**controls)
    played = send(under, line="GET /v1/files", answer=(ResponseHead(200, JSON), b'"' + b"x" * 200 + b'"'))
    assert [reason.id for reason in played.event.reasons] == ["answer-too-large"]


@pytest.mark.parametrize(("depth", "reasons"), [(3, []), (4, ["answer-too-deep"])])
def test_nesting_is_bounded(depth: int, reasons: list[str]) -> None:
    played = answered(200, b"[" * depth + b"1" + b"]" * depth, own={"json-depth": 3})
    assert [reason.id for reason in played.event.reasons] == reasons


def test_what_would_reach_into_ones_own_host_is_dropped() -> None:
    headers = (*JSON, ("set-cookie", "a=b"), ("alt-svc", 'h3=":1"'), ("refresh", "0;url=/x"), ("x-own", "1"))
    played = answered(200, SENT, headers)
    assert set(played.response.mutation.drop_headers) == {"set-cookie", "alt-svc", "refresh"}
    assert set_headers(played) == {"x-content-type-options": "nosniff"}


def test_cookies_that_the_contract_knows_are_for_this_host_alone() -> None:
    headers = (*JSON, ("set-cookie", "lang=en; Domain=mail.example; Path=/"), ("set-cookie", "b=c"))
    played = send(policy(), {"to": "ada@example.com"}, answer=(ResponseHead(200, headers), SENT))
    assert isinstance(played.response, Pass)
    assert played.response.mutation is not None
    cookies = [value for name, value in played.response.mutation.set_headers if name == "set-cookie"]
    assert cookies == ["lang=en; Path=/", "b=c"]


def test_when_to_come_again_is_passed_on_whatever_else_is_wrong() -> None:
    answer = (ResponseHead(429, (*JSON, ("retry-after", "7"))), b"{}")
    played = send(policy(), line="GET /v1/files", answer=answer)
    assert isinstance(played.response, Refuse)
    assert ("retry-after", "7") in played.response.reply.headers


def test_in_monitor_mode_nothing_changes() -> None:
    headers = (("content-type", "text/html"), ("set-cookie", "a=b"), ("location", "https://evil.example/"))
    under = policy({"mode": "monitor"}, **UNWATCHED)
    played = send(under, line="GET /v1/files", answer=(ResponseHead(302, headers), b"x"))
    assert played.response == Pass()
    assert [reason.id for reason in played.event.observed] == ["active-content", "redirect-elsewhere"]


CALLS = "GET /v1/customers/1/calls/2"
MARKUP = "<img src=x onerror=alert(1)>"
SQL = "1' UNION SELECT name, 2 FROM users--"


def told(value: Any, headers: Headers = JSON, line: str = CALLS, **own: Any) -> tuple[int, list[str], list[str]]:
    """The status of the refusal, and the places of texts that denied and that were only noted."""
    body = value if isinstance(value, bytes) else msgspec.json.encode(value)
    played = answered(200, body, headers, own=own, line=line)
    event = played.event
    found = [[each.location for each in some if each.id == "injected-text"] for some in (event.reasons, event.observed)]
    return played.refused, *found


def test_texts_that_leave_their_place_are_noted() -> None:
    value = {"calls": [{"name": "Grace O'Malley"}, {"name": MARKUP}], SQL: 1}
    refused, denied, noted = told(value, texts="note")
    assert (refused, denied, len(noted)) == (0, [], 2)
    assert "response.body/calls/1/name" in noted


def test_texts_are_refused_where_the_settings_say_so() -> None:
    assert told({"a": MARKUP}, texts="refuse") == (502, ["response.body/a"], [])
    assert told({"a": MARKUP}, texts="refuse", mode="monitor") == (0, [], ["response.body/a"])
    assert told({"a": "select one of <5> & more; it's fine"}, texts="refuse") == (0, [], [])


def test_texts_are_passed_over_where_the_settings_say_so() -> None:
    assert told({"a": MARKUP}) == told({"a": MARKUP}, texts="pass") == (0, [], [])
    assert told({"a": MARKUP}, texts="refuse", classes=["sql"]) == (0, [], [])


def test_what_is_usual_in_an_answer_hides_nothing() -> None:
    usual = [{"place": "body/items/*/html", "class": "markup"}]
    value = {"items": [{"html": MARKUP}, {"html": MARKUP + " " + SQL}, {"name": MARKUP}]}
    assert told(value, texts="refuse", usual=usual)[1] == ["response.body/items/2/name", "response.body/items/1/html"]


def test_what_means_nothing_is_told() -> None:
    with pytest.raises(ConfigError) as caught:
        told({}, usual=[{"place": "html", "class": "markup"}])
    assert [each.path for each in caught.value.problems] == ["$.controls.incoming.usual[0].place"]


def test_a_hostile_answer_makes_no_large_event() -> None:
    assert len(told([MARKUP + str(number) for number in range(500)], texts="note")[2]) == 8


def test_what_the_contract_pins_down_is_not_read() -> None:
    text = {"type": "string", "enum": [MARKUP]}
    contract = CONTRACT.replace("{id: {type: string}}", msgspec.json.encode({"id": text}).decode())
    under = policy(incoming={"texts": "refuse"}, contract=contract, **UNWATCHED)
    good = send(under, {"to": "a@example.com"}, answer=(ResponseHead(200, JSON), msgspec.json.encode({"id": MARKUP})))
    assert good.refused == 0
    other = send(under, {"to": "a@example.com"}, answer=(ResponseHead(200, JSON), msgspec.json.encode({"id": SQL})))
    assert other.refused == 502
