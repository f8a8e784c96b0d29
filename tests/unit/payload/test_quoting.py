"""What a text only talks about opens nothing, and a quote that has its partner ends nothing."""

import pytest

from garrison.payload.quoting import closing_quotes, in_fence, in_span, is_said, may_close, stands_alone

FENCED = "See:\n\n```sql\nDROP TABLE boats\n```\n\nand DROP TABLE oars"


def test_a_fence_holds_what_stands_between_its_ends() -> None:
    assert in_fence(FENCED, FENCED.index("DROP"))
    assert not in_fence(FENCED, FENCED.rindex("DROP"))


def test_a_fence_that_never_ends_holds_nothing() -> None:
    assert not in_fence("```\nDROP TABLE boats", 10)


def test_a_fence_begins_a_line() -> None:
    assert not in_fence("x```; ls /```", 6)


@pytest.mark.parametrize(
    ("text", "word", "said"),
    [
        ("Run `ls -la` first", "ls", False),
        ("Run ls -la first", "ls", True),
        ("a ` b\n`c", "c", True),
        ("`a` b `c`", "b", True),
        ("1. item\n   ~~~\n   ls\n   ~~~\n", "ls", False),
    ],
)
def test_what_is_between_backticks_is_not_said(text: str, word: str, said: bool) -> None:
    place = text.index(word) + len(word)
    assert is_said(text, place) is said


def test_a_span_stays_on_its_line() -> None:
    assert not in_span("a `b\nc` d", 6)


@pytest.mark.parametrize(
    ("text", "closing"),
    [
        ("x' or 1", [1]),
        ("it is 'quoted' here", []),
        ("'", [0]),
        ("f('a')", []),
        ("say 'no", []),
        ("a 'b' c' d", [7]),
        ('{"a": "b"}', []),
    ],
)
def test_quotes_that_end_what_was_begun_outside(text: str, closing: list[int]) -> None:
    assert closing_quotes(text, 0, len(text)) == closing


def test_a_quote_behind_an_equals_sign_begins() -> None:
    assert not may_close("a='b", 2)


def test_a_document_does_not_stand_alone() -> None:
    assert stands_alone("../a\n", 3)
    assert not stands_alone("one\ntwo", 3)
