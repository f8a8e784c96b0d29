"""What is remembered of heads is what would be read of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garrison.core.canonical import Fields, read_fields
from garrison.core.field_memory import VARYING, FieldMemory
from garrison.core.http import Headers, Peer, RequestHead

NAMES = ("accept", "authorization", "content-type", "transfer-encoding", "x_forwarded_for", *sorted(VARYING))
VALUES = st.sampled_from(["1", "22", "a, b", "chunked", "\x07", "\t", "\xa0", "7" * 30, ""]) | st.text(
    st.characters(max_codepoint=255), max_size=5
)
HEADS = st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=6)
STEADY: Headers = (("accept", "text/plain"), ("user-agent", "Sample/1.0"))


def head(headers: Headers) -> RequestHead:
    return RequestHead("GET", "/", "api.example.com", headers, Peer("192.0.2.1"))


def told(fields: Fields) -> tuple[object, ...]:
    return fields.host, dict(fields.headers), fields.header_bytes, fields.ambiguities


@given(st.lists(HEADS, min_size=1, max_size=6))
def test_a_head_is_read_the_same_whatever_came_before(heads: list[list[tuple[str, str]]]) -> None:
    memory = FieldMemory()
    for each in [*heads, *heads]:
        one = head(tuple(each))
        assert told(memory.read(one)) == told(read_fields(one))


@pytest.mark.parametrize("name", sorted(VARYING - {"content-length"}))
def test_what_varies_does_not_hide_that_the_rest_is_the_same(name: str) -> None:
    memory = FieldMemory()
    first = memory.read(head((*STEADY, (name, "one"))))
    second = memory.read(head((*STEADY, (name, "another"))))
    assert first.lasting is second.lasting
    assert first.headers[name] == "one"
    assert second.headers[name] == "another"


def test_what_was_made_of_a_whole_head_is_its_own() -> None:
    memory = FieldMemory()
    first = memory.read(head((*STEADY, ("x-request-id", "one"))))
    first.derived["key"] = "of the first"
    first.lasting["key"] = "of both"
    second = memory.read(head((*STEADY, ("x-request-id", "another"))))
    assert second.derived == {}
    assert second.lasting == {"key": "of both"}


def test_another_credential_is_another_head() -> None:
    memory = FieldMemory()
    first = memory.read(head((*STEADY, ("authorization", "Bearer one"), ("x-request-id", "1"))))
    second = memory.read(head((*STEADY, ("authorization", "Bearer another"), ("x-request-id", "1"))))
    assert first.lasting is not second.lasting
