"""Archives are read as what a gateway would have seen; framing and codings, which they do not keep, are made anew."""

import json
from typing import Any

import pytest

from garrison.adapters.recorded.exchange import RecordedExchange, Unreadable
from garrison.adapters.recorded.har import has_log, read_har
from garrison.core.errors import ConfigError


def archive(*entries: Any) -> bytes:
    return json.dumps({"log": {"version": "1.2", "entries": entries}}).encode()


def request(**given: Any) -> Any:
    return {"method": "GET", "url": "https://api.test/a?b=1", "httpVersion": "h2", "headers": [], **given}


def read(entry: Any) -> RecordedExchange:
    (found,) = read_har(archive(entry), "t.har")
    assert isinstance(found, RecordedExchange), found
    return found


def test_entry() -> None:
    fields = [{"name": ":method", "value": "GET"}, {"name": "X-A", "value": "1"}]
    content = {"size": 2, "mimeType": "application/json", "text": "W10=", "encoding": "base64"}
    coded = [{"name": "content-encoding", "value": "gzip"}, {"name": "Content-Type", "value": "application/json"}]
    found = read({
        "startedDateTime": "2026-01-01T00:00:01.500Z",
        "request": request(headers=fields),
        "response": {"status": 200, "headers": coded, "content": content},
    })  # fmt: skip
    assert (found.id, found.time) == ("entry 0", 1767225601.5)
    assert (found.request.target, found.request.authority) == ("/a?b=1", "api.test")
    assert (found.request.headers, found.request.has_body) == ((("x-a", "1"),), False)
    assert found.response is not None
    assert (found.response.status, found.response.headers) == (200, (("content-type", "application/json"),))
    assert (found.response_body, found.is_response_whole) == (b"[]", True)


def test_bodies() -> None:
    fields = [{"name": "Content-Length", "value": "999"}, {"name": "Content-Encoding", "value": "gzip"}]
    sent = {"mimeType": "application/json", "text": "{}"}
    found = read({"request": request(method="POST", headers=fields, postData=sent)})
    assert found.body == b"{}"
    assert found.request.headers == (("content-length", "2"), ("content-type", "application/json"))
    form = {"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "a", "value": "b c"}]}
    assert read({"request": request(postData=form)}).body == b"a=b+c"


def test_body_that_the_archive_leaves_out() -> None:
    found = read({"request": request(), "response": {"status": 200, "content": {"size": 700}}})
    assert (found.response_body, found.is_response_whole) == (None, False)
    assert read({"request": request(), "response": {"status": 0}}).response is None


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({}, "object missing required field `request`"),
        ({"request": request(url="http://[")}, "`http://[` is no URL"),
        ({"request": request(url="data:text/plain,x")}, "`data:` leads to no server"),
        ({"request": request(url="blob:https://api.test/1")}, "`blob:` leads to no server"),
        ({"request": request(postData={"mimeType": "multipart/form-data", "params": [{"name": "a"}]})}, "the parts"),
        ({"request": request(), "response": {"content": {"text": "?", "encoding": "base64"}, "status": 1}}, "a body"),
        ({"request": request(), "response": {"content": {"text": "é", "encoding": "base64"}, "status": 1}}, "a body"),
    ],
)  # fmt: skip
def test_unreadable_entry(entry: Any, why: str) -> None:
    first, second = read_har(archive(entry, {"request": request()}), "t.har")
    assert isinstance(first, Unreadable)
    assert first.why.startswith(why)
    assert first.place == "$.log.entries[0]"
    assert isinstance(second, RecordedExchange)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"log": {}}', b"\xff"])
def test_no_archive(content: bytes) -> None:
    with pytest.raises(ConfigError, match=r"t\.har: \$: is no HTTP Archive"):
        read_har(content, "t.har")


def test_archive_is_told_from_lines() -> None:
    assert has_log(b'{\n  "log": {')
    assert not has_log(b'{"id": "log", "method": "GET"')
