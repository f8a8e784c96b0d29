"""Lines are read as requests, in every form that the format allows; what is none says why."""

import json
from typing import Any

import pytest

from garrison.adapters.recorded.exchange import RecordedExchange, Unreadable
from garrison.adapters.recorded.jsonl import read_line, read_lines


def read(**given: Any) -> RecordedExchange:
    entry = read_line(json.dumps({"method": "GET", "path": "/a", **given}).encode(), 3)
    assert isinstance(entry, RecordedExchange), entry
    return entry


@pytest.mark.parametrize(
    ("query", "target"),
    [(None, "/a"), ("", "/a"), ("?", "/a"), ("b=1", "/a?b=1"), ("?b=1", "/a?b=1"), ("??b", "/a??b")],
)
def test_query(query: str | None, target: str) -> None:
    assert read(query=query).request.target == target


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "api.test", "X-A": "1", "X-B": ["2", "3"]},
        [["Host", "api.test"], ["X-A", "1"], ["X-B", "2"], ["X-B", "3"]],
    ],
)
def test_headers(headers: object) -> None:
    head = read(headers=headers).request
    assert head.authority == "api.test"
    assert head.headers == (("x-a", "1"), ("x-b", "2"), ("x-b", "3"))


def test_text_beyond_ascii_travels_as_utf8() -> None:
    entry = read(query="q=\u00fc", headers={"x-a": "\u4e2d"}, body="\u00fc")
    assert entry.request.target == "/a?q=\xc3\xbc"
    assert entry.request.headers[0] == ("x-a", "\u4e2d".encode().decode("latin-1"))
    assert entry.body == b"\xc3\xbc"


def test_body_without_framing_states_its_length() -> None:
    assert read(body="abc").request.headers == (("content-length", "3"),)
    assert read(body="abc").request.has_body
    given = {"Content-Length": "9"}
    assert read(body="abc", headers=given).request.headers == (("content-length", "9"),)
    chunked = {"transfer-encoding": "chunked"}
    assert read(body="abc", headers=chunked).request.headers == (("transfer-encoding", "chunked"),)
    assert not read().request.has_body


def test_bytes_response_and_the_rest() -> None:
    response = {"status": 404, "headers": {"A": "b"}, "body_b64": "/w=="}
    entry = read(id=7, body_b64="AAE=", time=12.5, peer="192.0.2.7", response=response, label="other keys")
    assert (entry.id, entry.body, entry.time, entry.request.peer.address) == (7, b"\x00\x01", 12.5, "192.0.2.7")
    assert entry.response is not None
    assert (entry.response.status, entry.response.headers, entry.response.has_body) == (404, (("a", "b"),), True)
    assert entry.response_body == b"\xff"
    assert read().id == "line 3"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"{", Unreadable(None, "line 3", "input data was truncated")),
        (b"[]", Unreadable(None, "line 3", "expected `object`, got `array`")),
        (b'{"id": "x", "method": "GET"}', Unreadable("x", "line 3", "object missing required field `path`")),
        (b'{"method": "GET", "path": "/", "body_b64": "?"}', Unreadable(None, "line 3", "`body_b64` is not base64")),
        ('{"method":"", "path":"", "body_b64": "é"}'.encode(), Unreadable(None, "line 3", "`body_b64` is not base64")),
        (b'{"id": 1, "method": "GET", "path": "/", "peer": "me"}', Unreadable(1, "line 3", "`me` is no IP address")),
        (b'{"method": "GET", "path": "\xff"}', Unreadable(None, "line 3", "text that is not UTF-8")),
    ],
)  # fmt: skip
def test_unreadable_line(line: bytes, expected: Unreadable) -> None:
    found = read_line(line, 3)
    assert isinstance(found, Unreadable)
    assert (found.id, found.place) == (expected.id, expected.place)
    assert found.why.lower().startswith(expected.why.lower().split(" - ")[0])


def test_blank_lines_are_passed_over_and_counted() -> None:
    entries = list(read_lines([b"\n", b'{"method": "GET", "path": "/"}\n', b"  \n", b"x\n"]))
    assert [entry.id for entry in entries] == ["line 2", None]
    assert isinstance(entries[1], Unreadable)
    assert entries[1].place == "line 4"
