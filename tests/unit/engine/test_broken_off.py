"""The beginning of a body says no more than the whole, and nobody is missing who stands in it."""

import gzip
import json
import zlib
from typing import Any

import pytest

from garrison.contract.media import Kind
from garrison.core.document import JsonDocument, RowsDocument, TextDocument
from garrison.engine.broken_off import read_beginning
from garrison.engine.media_type import MediaType, parse_media_type

JSON = MediaType("application/json")
WHOLE: dict[str, Any] = {
    "total": 12,
    "people": [
        {"id": 'a"],}', "tags": ["x", "y\\\\"], "age": 17, "near": [[], {}]},
        {"id": "b\u00e9\\u0041", "of": {"id": "c", "is": True, "none": None}},
    ],
    "next": "/p?2",
}


def beginning(body: bytes, kind: Kind = "json", coding: str = "", media_type: MediaType = JSON) -> Any:
    found = read_beginning(body, coding, 100_000, kind, media_type)
    if found is None:
        return None
    assert isinstance(found, JsonDocument | RowsDocument | TextDocument)
    match found:
        case JsonDocument():
            return found.value
        case RowsDocument():
            return found.rows
        case TextDocument():
            return found.text


def is_beginning(part: Any, whole: Any) -> bool:
    """Whether all of `part` stands in `whole`, at the same places."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(name in whole and is_beginning(part[name], whole[name]) for name in part)
    if isinstance(part, list):
        return isinstance(whole, list) and len(part) <= len(whole) and all(map(is_beginning, part, whole))
    return bool(part == whole)


def ids_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["id"]] if "id" in value else []
        return own + [each for one in value.values() for each in ids_in(one)]
    return [each for one in value for each in ids_in(one)] if isinstance(value, list) else []


@pytest.mark.parametrize("indent", [None, 2])
def test_wherever_it_breaks_off(indent: int | None) -> None:
    text = json.dumps(WHOLE, indent=indent, ensure_ascii=False).encode()
    assert beginning(text) == WHOLE
    for length in range(1, len(text)):
        found = beginning(text[:length])
        assert is_beginning(found, WHOLE), text[:length]
        for name in ids_in(WHOLE):
            quoted = b'"id": ' + json.dumps(name, ensure_ascii=False).encode()
            assert (name in ids_in(found)) == (quoted in text[:length]), text[:length]


@pytest.mark.parametrize("text", [b"", b" ", b"12", b'"ab"', b"tru", b"[1,2]]", b"{]", b"\xff", b'{"a": nonsense, '])
def test_what_says_nothing(text: bytes) -> None:
    assert beginning(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"[1, 2, 3", [1, 2]), (b'["a", "b', ["a"]), (b'["a", "b"', ["a", "b"]), (b'{"a"', {}), (b'{"a": ', {}),
        (b'{"a": "b"', {"a": "b"}), (b'{"a": 1', {}), (b'{"a": [{"b": "c"', {"a": [{"b": "c"}]}), (b'["a\\', []),
        (b'{"a": true, "b": fal', {"a": True}),
    ],
)  # fmt: skip
def test_half_a_value_does_not_count(text: bytes, value: Any) -> None:
    assert beginning(text) == value


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", bytes)])
def test_codings(coding: str, pack: Any) -> None:
    text = json.dumps([{"id": f"{each:032x}"} for each in range(2000)]).encode()
    found = beginning(pack(text)[:-20], coding=coding)
    if coding == "br":
        assert found is None
    else:
        assert len(found) > 1000
    assert beginning(b"nonsense", coding=coding) is None


def test_lines_and_tables() -> None:
    lines = parse_media_type("application/x-ndjson")
    assert beginning(b'{"id":"a"}\n{"id":"b"}\n{"id":"c', "lines", media_type=lines) == [{"id": "a"}, {"id": "b"}]
    table = parse_media_type("text/csv")
    assert beginning(b"id,name\n1,A\n2,", "table", media_type=table) == [{"id": "1", "name": "A"}]
    assert beginning(b"id,na", "table", media_type=table) is None
    assert beginning(b"half", "text", media_type=parse_media_type("text/plain")) == "half"
