"""What is remembered of heads is what would be read of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garrison.core.canonical import CanonicalRequest, canonicalise, read_target
from garrison.core.field_memory import VARYING, FieldMemory
from garrison.core.http import Headers, Peer, RequestHead

NAMES = ("accept", "authorization", "content-type", "transfer-encoding", "x_forwarded_for", *sorted(VARYING))
VALUES = st.sampled_from(["1", "22", "a, b", "chunked", "\x07", "\t", "\xa0", "7" * 30, ""]) | st.text(
    st.characters(max_codepoint=255), max_size=5
)
HEADS = st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=6)
STEADY: Headers = (("accept", "text/plain"), ("user-agent", "Sample/1.0"))


def head(headers: Headers, target: str = "/") -> RequestHead:
    return RequestHead("GET", target, "api.example.com", headers, Peer("192.0.2.1"))


def read(memory: FieldMemory, one: RequestHead) -> CanonicalRequest:
    return memory.read(one, read_target(one.target))


def told(read: CanonicalRequest) -> tuple[object, ...]:
    return read.host, read.path, [*read.headers.items()], read.header_bytes, read.ambiguities, read.agent


@given(st.lists(HEADS, min_size=1, max_size=6))
def test_a_head_is_read_the_same_whatever_came_before(heads: list[list[tuple[str, str]]]) -> None:
    memory = FieldMemory()
    for each in [*heads, *heads]:
        one = head(tuple(each), "/a//b")
        assert told(read(memory, one)) == told(canonicalise(one))


@pytest.mark.parametrize("name", sorted(VARYING - {"content-length"}))
def test_what_varies_does_not_hide_that_the_rest_is_the_same(name: str) -> None:
    memory = FieldMemory()
    first = read(memory, head((*STEADY, (name, "one"))))
    second = read(memory, head((*STEADY, (name, "another"))))
    assert first.lasting is second.lasting
    assert first.headers[name] == "one"
    assert second.headers[name] == "another"


def test_what_was_made_of_a_whole_head_is_its_own() -> None:
    memory = FieldMemory()
    first = read(memory, head((*STEADY, ("x-request-id", "one"))))
    first.derived["key"] = "of the first"
    first.lasting["key"] = "of both"
    second = read(memory, head((*STEADY, ("x-request-id", "another"))))
    assert second.derived == {}
    assert second.lasting == {"key": "of both"}


def test_another_credential_is_another_head() -> None:
    memory = FieldMemory()
    first = read(memory, head((*STEADY, ("authorization", "Bearer one"), ("x-request-id", "1"))))
    second = read(memory, head((*STEADY, ("authorization", "Bearer another"), ("x-request-id", "1"))))
    assert first.lasting is not second.lasting


def test_heads_are_read_the_same_where_more_layouts_come_than_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FieldMemory, "MAX_LAYOUTS", 2)
    memory = FieldMemory()
    for _ in range(2):
        for number in range(5):
            one = head((*STEADY, (f"x-{number}", "1"), ("x-request-id", str(number))))
            assert told(read(memory, one)) == told(canonicalise(one))
    assert len(memory._layouts) <= 2


def test_the_same_fields_in_another_order_are_read_by_their_own_places() -> None:
    memory = FieldMemory()
    read(memory, head((("x-request-id", "1"), *STEADY)))
    assert read(memory, head((*STEADY, ("x-request-id", "2")))).headers == {**dict(STEADY), "x-request-id": "2"}


def test_other_fields_in_the_same_places_are_read_as_what_they_are() -> None:
    memory = FieldMemory()
    request_id, client = ("x-request-id", "7"), ("x-forwarded-for", "198.18.0.1")
    for last in (request_id, client, ("x-note", "7"), request_id, ("accept", "text/html"), client):
        one = head((*STEADY, last))
        assert told(read(memory, one)) == told(canonicalise(one))


def test_a_head_that_is_too_large_to_be_remembered_is_read_the_same() -> None:
    memory = FieldMemory()
    for number in range(2):
        one = head((("cookie", "a=" + "b" * FieldMemory.MAX_BYTES), ("x-request-id", str(number))))
        assert told(read(memory, one)) == told(canonicalise(one))
    assert not memory._known


def test_layouts_by_the_number_of_fields_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FieldMemory, "MAX_LAYOUTS", 3)
    memory = FieldMemory()
    for number in range(8):
        read(memory, head((*[(f"x-{each}", "1") for each in range(number)], ("x-request-id", "1"))))
    assert len(memory._latest) <= 3
