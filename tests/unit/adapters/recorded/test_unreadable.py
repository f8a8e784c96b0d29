"""Entries of recorded traffic that are no exchange: said to be so, with what is wrong, and the rest is read."""

import msgspec
import pytest

from garrison.adapters.recorded.exchange import RecordedExchange, Unreadable
from garrison.adapters.recorded.har import read_har
from garrison.adapters.recorded.jsonl import read_lines

GOOD = b'{"id": 2, "method": "GET", "path": "/"}\n'


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b'{"id": 1, "method": "GET"}\n', "missing required field `path`"),
        (b'{"id": 1, "method": "POST", "path": "/", "body_b64": "*"}\n', "`body_b64` is not base64"),
        ('{"id": 1, "method": "POST", "path": "/", "body_b64": "é"}\n'.encode(), "`body_b64` is not base64"),
        (b'{"id": 1, "method": "GET", "path": "/", "peer": "here"}\n', "`here` is no IP address"),
        (b'{"id": 1, "method": "GET", "path": "\xff"}\n', "not UTF-8"),
    ],
)
def test_a_line_that_is_no_request(line: bytes, words: str) -> None:
    unreadable, good = read_lines([line, GOOD])
    assert isinstance(unreadable, Unreadable)
    assert (unreadable.place, unreadable.id) == ("line 1", 1)
    assert words in unreadable.why
    assert isinstance(good, RecordedExchange)


@pytest.mark.parametrize("text", ["*", "é"])
def test_an_archive_whose_body_is_not_the_base64_it_says(text: str) -> None:
    request = {"method": "GET", "url": "https://a.example/"}
    response = {"status": 200, "content": {"size": 1, "text": text, "encoding": "base64"}}
    entries = [{"request": request, "response": response}, {"request": request}]
    unreadable, good = read_har(msgspec.json.encode({"log": {"entries": entries}}), "a.har")
    assert isinstance(unreadable, Unreadable)
    assert unreadable.place == "$.log.entries[0]"
    assert "not" in unreadable.why
    assert isinstance(good, RecordedExchange)
