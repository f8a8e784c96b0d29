"""`payload` says the same of a request whether its texts are told quickly, without their places, or with care."""

import json
import sys
from collections.abc import Hashable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.drive import EVENT_ID, request_head

from garrison.config.load import load_settings
from garrison.contract.pinned import NOTHING_PINNED
from garrison.core.document import JsonDocument
from garrison.engine.exchange import Exchange
from garrison.engine.facts import Facts
from garrison.engine.plan import Policy
from garrison.payload.gather import Places, body_texts, json_said, target_texts
from garrison.payload.request import Free
from garrison.wiring import build_policy

SQL = "1' or '1'='1"
_PLAN = {"type": "string", "enum": ["basic", SQL]}
_BODY = {
    "type": "object",
    "properties": {
        "text": {"type": "string"},
        "plan": _PLAN,
        "plans": {"type": "array", "items": _PLAN},
        "pair": {"type": "array", "prefixItems": [{"type": "string"}], "items": _PLAN},
        "below": {"type": "object", "properties": {"plan": _PLAN, "text": {"type": "string"}}},
        "odd-key": {"type": "string"},
    },
}
_QUERY = [{"name": "q", "in": "query", "schema": {"type": "string"}}, {"name": "plan", "in": "query", "schema": _PLAN}]
_HEADER = [{"name": "X-Request-Id", "in": "header", "schema": _PLAN}]
_ANSWERS = {"responses": {"default": {"description": ""}}}
_MEDIA = (
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "application/xml",
    "text/plain",
)
CONTRACT = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/notes": {
            "get": {"parameters": _QUERY, **_ANSWERS},
            "post": {
                "requestBody": {
                    "content": {each: {"schema": _BODY if each != "text/plain" else {}} for each in _MEDIA}
                },
                **_ANSWERS,
            },
        },
        "/notes/{name}/{plan}": {
            "parameters": [
                {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}},
                {"name": "plan", "in": "path", "required": True, "schema": _PLAN},
            ],
            "get": _ANSWERS,
        },
        "/pinned": {"get": {"parameters": _HEADER, **_ANSWERS}},
    },
}
_AT = "%27%20or%20%271%27=%271"
REQUESTS: tuple[tuple[str, dict[str, str], Any], ...] = (
    ("GET /notes", {}, None),
    ("GET /notes?q=Ada%20Example&plan=basic", {}, None),
    (f"GET /notes?q=1{_AT}", {}, None),
    (f"GET /notes?plan=1{_AT}", {}, None),
    (f"GET /notes?plan=2{_AT}", {}, None),
    (f"GET /notes?1{_AT}", {}, None),
    (f"GET /notes/1{_AT}/basic", {}, None),
    (f"GET /notes/ada/1{_AT}", {}, None),
    (f"GET /nowhere/1{_AT}", {}, None),
    ("GET /notes", {"x-forwarded-for": SQL, "x-request-id": "1"}, None),
    ("GET /pinned", {"x-request-id": SQL}, None),
    ("GET /pinned", {"x-request-id": SQL + " "}, None),
    ("GET /notes", {"user-agent": SQL}, None),
    ("POST /notes", {}, {"text": "Ada Example", "plan": "basic"}),
    ("POST /notes", {}, {"text": SQL}),
    ("POST /notes", {}, {"plan": SQL, "plans": [SQL]}),
    ("POST /notes", {}, {"plan": SQL, "text": 1}),
    ("POST /notes", {}, {"plans": [SQL, {"a": SQL}]}),
    ("POST /notes", {}, {"pair": [SQL, "basic"]}),
    ("POST /notes", {}, {"below": {"plan": SQL, "text": "Ada Example"}}),
    ("POST /notes", {}, {"below": {"plan": SQL, "text": SQL}}),
    ("POST /notes", {}, {"other": [[{"text": SQL}]], SQL: 1}),
    ("POST /notes", {}, {"__proto__": {"text": "x"}, "odd-key": "MScgb3IgJzEnPScx"}),
    ("POST /notes", {}, {"text": f"plain\0{SQL}"}),
    ("POST /notes", {}, [SQL, "basic"]),
    ("POST /notes", {}, SQL),
    ("POST /notes", {}, b"{\"text\": \"1' or '1'='1"),
    ("POST /notes", {"content-type": "application/x-www-form-urlencoded"}, f"text=1{_AT}&plan=basic".encode()),
    ("POST /notes", {"content-type": "application/x-www-form-urlencoded"}, f"text=a&plan=1{_AT}".encode()),
    ("POST /notes", {"content-type": "text/plain"}, SQL.encode()),
    ("POST /notes", {"content-type": "application/xml"}, b"<a><b>1' or '1'='1</b></a>"),
    (
        "POST /notes",
        {"content-type": "multipart/form-data; boundary=b"},
        b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\n' + SQL.encode() + b"\r\n--b--\r\n",
    ),
)


@pytest.fixture(scope="module")
def policy() -> Policy:
    names = ("canonical-form", "media-type", "request-schema", "request-limits")
    controls: dict[str, Any] = {name: {"mode": "monitor"} for name in names} | {
        "payload": {"mode": "enforce"},
        "inventory": {"unsafe-allow-undescribed": True},
    }
    said = {"version": 1, "mode": "enforce", "contract": {"file": "c"}, "controls": controls}
    loaded = load_settings(json.dumps(said).encode(), "garrison.yaml")
    return build_policy(loaded, read=lambda _: json.dumps(CONTRACT).encode())


def _reasons(policy: Policy, line: str, headers: dict[str, str], body: Any) -> list[tuple[str, str, str]]:
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    told = {"user-agent": "app/1", **({"content-type": "application/json"} if data is not None else {}), **headers}
    exchange = Exchange(policy, EVENT_ID, 1.0)
    exchange.request(request_head(line, tuple(told.items()), data), data)
    return [(each.id, each.location, each.detail) for each in exchange.close(1.0).reasons if each.control == "payload"]


def _visited_by_somebody_like(request: tuple[str, dict[str, str], Any], policy: Policy) -> None:
    """The head of such a request is judged once it came with nothing in it that is found."""
    line, headers, body = request
    harmless = {} if not headers.get("content-type") else body.replace(_AT.encode(), b"").replace(SQL.encode(), b"x")
    varying = {name: "1" for name in headers if name.startswith("x-")}
    path = "/pinned" if "/pinned" in line else "/notes"
    _reasons(policy, f"{line.partition(' ')[0]} {path}", headers | varying, None if body is None else harmless)


@pytest.mark.parametrize("request_", REQUESTS, ids=str)
def test_the_same_is_said(
    request_: tuple[str, dict[str, str], Any], policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    _visited_by_somebody_like(request_, policy)
    found = _reasons(policy, *request_)
    monkeypatch.setattr(Free, "said", lambda *_: None)
    assert found == _reasons(policy, *request_)


def test_what_is_not_found_is_not_looked_for_with_care(policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    texts, gathered = Free.texts, list[str]()

    def noting(self: Free, facts: Facts, judged: Hashable = None) -> Places:
        gathered.append(facts.request.target)
        return texts(self, facts, judged)

    quiet = [each for each in REQUESTS if not _reasons(policy, *each)]
    for each in quiet:
        _visited_by_somebody_like(each, policy)
    monkeypatch.setattr(Free, "texts", noting)
    for each in quiet:
        _reasons(policy, *each)
    assert len(quiet) > 8
    assert set(gathered) <= {"/notes?plan=2%27%20or%20%271%27=%271", "/pinned"}, "they break the contract"


def test_addresses_and_names_of_requests_are_told_by_their_form(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = {"x-forwarded-for": "198.18.3.71", "x-request-id": "3f2c1d4e-9a8b-4c7d-8e6f-0a1b2c3d4e5f"}
    others = {"x-forwarded-for": "203.00.9.13", "x-request-id": "A0000000-1111-4ffF-8e6f-222222222222"}
    for _ in range(2):
        assert _reasons(policy, "GET /notes", first, None) == []
    says, asked = Free._says, list[str]()

    def noting(self: Free, name: str, value: str) -> bool:
        asked.append(name)
        return says(self, name, value)

    monkeypatch.setattr(Free, "_says", noting)
    assert _reasons(policy, "GET /notes", others, None) == []
    assert asked == []
    for name in first:
        found = _reasons(policy, "GET /notes", first | {name: f"198.18.3.71{SQL}"}, None)
        assert [location for _, location, _ in found] == [f"header.{name}"]


_KEYS = st.sampled_from(["a", "text", "odd-key", "__proto__", "constructor", "x y"])
_TEXTS = st.sampled_from(["", "short", "a longer text", "123456789", "-123456789", "²²²²²²²²²", "٣٣٣٣٣٣٣٣٣", "1" * 30])
_VALUES = st.recursive(
    _TEXTS | st.integers(0, 3) | st.none(),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(_KEYS, each, max_size=3),
    max_leaves=12,
)


@settings(max_examples=50)
@given(_VALUES)
def test_no_text_of_a_body_is_missed(value: Any) -> None:
    with_care = {text for _, text in body_texts(JsonDocument(value))}
    said = set(json_said(value, NOTHING_PINNED))
    assert with_care <= said
    assert all(text.removeprefix("-").isdigit() for text in said - with_care)


def test_a_long_key_is_read_and_not_kept() -> None:
    key = "a" * 1000
    known = sys.getrefcount(key)
    assert json_said({key: {"b": 1}}, NOTHING_PINNED) == [key]
    assert [text for _, text in body_texts(JsonDocument({key: {"b": 1}}))] == [key]
    assert sys.getrefcount(key) == known


def test_lists_and_objects_in_a_path_are_read() -> None:
    arguments = {"id": SQL, "ids": ["a", SQL], "by": {"name": SQL}, "page": 5}
    found = [("path.id", SQL), ("path.ids", SQL), ("path.by", SQL)]
    assert target_texts("", (), arguments, frozenset()) == found
    assert target_texts("", (), arguments, frozenset({("path", "ids")})) == [found[0], found[2]]
