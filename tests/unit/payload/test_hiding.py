"""Where something may be undone is told at a look, and never too little."""

import base64
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garrison.payload.decoding import compatible, decode
from garrison.payload.hiding import hidden_in, hiding
from garrison.payload.joined import join


@given(
    st.lists(
        st.sampled_from(
            [
                "a",
                "%",
                "%41",
                "%u0041",
                "&lt;",
                "&",
                "\\",
                "\\x41",
                "+",
                "+ADw-",
                "+and+",
                "0x41",
                "0x410x42",
                "\u00e9",
                "\uff1c",
                " ",
                "QUJDREVGR0hJSktMTU5P",
                "data:;base64,QUJDREVGR0hJ",
                "=",
            ]
        ),
        max_size=12,
    )
)
def test_whatever_may_be_hidden_is_told_of_texts_that_are_joined(parts: list[str]) -> None:
    text = "".join(parts)
    joined = join(["before", text, "behind"])
    if decode(text):
        assert any(8 <= place < 9 + len(text) for place in hiding(joined))
    assert list(hiding(join(["before", "behind"]))) == []


_BITS = (
    "%3C", "%", "&lt;", "&", "\\x41", "\\", "+ADw-", "+A", "+and+", "0x410x42", "0x",
    "aWQgPSAxIG9yIDEgPSAxIC0t", "\uff1c", "\u200b",
    ";base64,PGI+aGVsbG8=", "ab", "0123456789abcdef", "-", "+", " ", ".", "é", "日本",
)  # fmt: skip


@given(st.lists(st.lists(st.sampled_from(_BITS), max_size=4).map("".join), min_size=1, max_size=4))
def test_nothing_is_undone_in_texts_in_which_nothing_hides(texts: list[str]) -> None:
    if not list(hiding(join(texts))):
        assert [decode(text) for text in texts] == [()] * len(texts)


@pytest.mark.parametrize(
    "text", ["Ada Example", "ada@example.com", "0123456789abcdef", "+49 30 1234", "é", "日本", "R&D", "50%"]
)
def test_in_what_most_values_are_made_of_nothing_hides(text: str) -> None:
    assert list(hiding(join(["before it", text]))) == []


def test_of_many_texts_those_are_told_in_which_something_hides() -> None:
    texts = ["a", "%41 and %42", "%", "\uff1c", "", "&lt;" * 9, "0123456789abcdef"]
    assert hidden_in(join(texts)) == {1, 3, 5}
    assert hidden_in(join(["a\0b", "c"])) == {0, 1}


def test_every_character_that_stands_for_another_is_seen() -> None:
    missed = [
        char
        for char in map(chr, range(0x80, sys.maxunicode + 1))
        if compatible(char) != char and not list(hiding(join([char])))
    ]
    assert missed == []


@given(st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S", "Zs")), min_size=6, max_size=90))
def test_text_in_base64_is_seen(text: str) -> None:
    hidden = base64.b64encode(text.encode()).decode()
    if decode(hidden):
        assert list(hiding(join([hidden])))


def test_text_in_base64_is_seen_where_a_byte_of_it_is_none() -> None:
    hidden = base64.b64encode(b"\xff" + b"a" * 40).decode()
    assert decode(hidden)
    assert list(hiding(join([hidden])))


@pytest.mark.parametrize("text", ["/v1/responses/compact", "RYkMu2ADDTAmEhoM", "0123456789abcdef0123456789abcdef"])
def test_what_cannot_be_text_in_base64_is_not_looked_at(text: str) -> None:
    assert list(hiding(join([text]))) == []
