"""Damaged files of recorded traffic: each entry is decided or said to be unreadable, and none is lost."""

import json
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.mutations import damaged, reshaped
from tests.unit.engine.drive import small_policy

from garrison.adapters.recorded.exchange import Entry, RecordedExchange
from garrison.adapters.recorded.har import read_har
from garrison.adapters.recorded.inspect import inspect
from garrison.adapters.recorded.jsonl import read_lines
from garrison.adapters.recorded.play import play
from garrison.core.errors import ConfigError

_POLICY = small_policy("mode: enforce\ncontrols: {response-schema: {mode: enforce}}")
_LINES: list[Any] = [
    {"id": 1, "method": "GET", "path": "/items", "query": "limit=1", "headers": {"Host": "a", "X-Mode": ["b", "c"]}},
    {
        "id": "b", "method": "POST", "path": "/items", "headers": [["Content-Type", "application/json"]],
        "body": '{"name":"a"}', "time": 1.5, "peer": "2001:db8::1",
        "response": {"status": 200, "headers": {"Content-Type": "text/plain"}, "body": "ok"},
    },
    {"method": "PUT", "path": "/items/7", "headers": {"content-type": "image/png"}, "body_b64": "iVBORw=="},
]  # fmt: skip
_REQUESTS: list[Any] = [
    {"method": "GET", "url": "https://a.example/items?limit=1", "headers": [{"name": "A", "value": "b"}]},
    {
        "method": "POST", "url": "http://u@a.example:80/items", "headers": [{"name": ":path", "value": "/"}],
        "postData": {"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "name", "value": "a"}]},
    },
]  # fmt: skip
_RESPONSES: list[Any] = [
    {"status": 200, "headers": [], "content": {"size": 2, "text": "W10=", "encoding": "base64"}},
    {"status": 0},
]
_ARCHIVE = {
    "log": {
        "version": "1.2",
        "entries": [
            {"_id": "a", "startedDateTime": "2026-01-01T00:00:00.000+01:00", "request": request, "response": response}
            for request, response in zip(_REQUESTS, _RESPONSES, strict=True)
        ],
    }
}
_KEYS = (
    "id", "_id", "method", "path", "query", "headers", "body", "body_b64", "time", "peer", "response", "status",
    "log", "entries", "request", "url", "postData", "mimeType", "text", "params", "encoding", "content", "size",
    "name", "value", "startedDateTime", "transfer-encoding", "content-length", "host",
)  # fmt: skip
_ODD: tuple[Any, ...] = (
    None, True, 0, -1, 2**70, 1e308, "", "é", "\0", "a\nb", "base64", "****", "=", "YQ", "http://[", "//", "/..",
    "?a", "GET", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "24:00", "::1%eth0", "1.2.3.4.5", [], {},
    [["a", "b"]], {"a": [1]},
)  # fmt: skip
_VALUES = st.sampled_from(_ODD)
_PIECES = (
    b"\n", b"\r", b" ", b'"', b"{", b"}", b"[", b"]", b",", b":", b"\\", b"\\ud800", b"\\u0000", b"\xff",
    b"\xef\xbb\xbf", b"null", b"1e999", b"[" * 1500, b'"id":{},',
)  # fmt: skip
_line = damaged(st.sampled_from([msgspec.json.encode(line) for line in _LINES]), _PIECES) | reshaped(
    _LINES, _KEYS, _VALUES
).map(msgspec.json.encode)
_archive = damaged(st.just(msgspec.json.encode(_ARCHIVE)), _PIECES) | reshaped([_ARCHIVE], _KEYS, _VALUES).map(
    msgspec.json.encode
)


@given(st.lists(_line, max_size=3).map(b"\n".join))
def json_lines(data: bytes) -> None:
    """Every line that is not blank has one answer."""
    lines = data.split(b"\n")
    entries = list(read_lines(line + b"\n" for line in lines))
    assert len(entries) == sum(not (line + b"\n").isspace() for line in lines)
    _are_decided(entries)


@given(_archive)
def archives(data: bytes) -> None:
    """Every entry has one answer; what is no archive at all is said to be none."""
    try:
        entries = list(read_har(data, "a.har"))
    except ConfigError:
        return
    # what nobody looks at need not be UTF-8
    assert len(entries) == len(json.loads(data.decode("latin-1"))["log"]["entries"])
    _are_decided(entries)


def _are_decided(entries: list[Entry]) -> None:
    answers = list(inspect(_POLICY, entries))
    assert len(answers) == len(entries)
    assert all((answer.decision == "deny") == bool(answer.reasons) for answer in answers)
    for entry in entries:
        if isinstance(entry, RecordedExchange):
            played = play(_POLICY, entry)
            assert played == play(_POLICY, entry)
            assert played.event.errors == ()
        else:
            assert entry.why
            assert entry.place
