"""What a text only talks about opens nothing, and a quote that has its partner ends nothing."""

import pytest

from garrison.payload.quoting import (
    closing_quotes,
    following,
    in_comment,
    in_fence,
    in_span,
    is_said,
    last,
    lowered,
    may_close,
    stands_alone,
)

FENCED = "See:\n\n```sql\nDROP TABLE boats\n```\n\nand DROP TABLE oars"


def test_a_fence_holds_what_stands_between_its_ends() -> None:
    assert in_fence(FENCED, FENCED.index("DROP"))
    assert not in_fence(FENCED, FENCED.rindex("DROP"))


def test_a_fence_that_never_ends_holds_nothing() -> None:
    assert not in_fence("```\nDROP TABLE boats", 10)


def test_a_fence_begins_a_line() -> None:
    assert not in_fence("x```; ls /```", 6)


NESTED = "````md\n```sql\nDROP TABLE boats\n```\nDROP TABLE oars\n````\nDROP TABLE sails"


@pytest.mark.parametrize(("word", "is_shown"), [("boats", True), ("oars", True), ("sails", False)])
def test_what_closes_a_fence_is_as_long_as_what_opened_it(word: str, is_shown: bool) -> None:
    assert in_fence(NESTED, NESTED.index(word)) is is_shown


def test_a_fence_may_end_on_its_own_line() -> None:
    assert in_fence("```ls /```\nls /", 5)
    assert not in_fence("```ls /```\nls /", 13)


def test_what_is_indented_below_colons_is_in_no_block() -> None:
    text = "1::\n\n  int UNION SELECT sails"
    assert not in_fence(text, text.index("UNION"))


@pytest.mark.parametrize(
    ("text", "word", "said"),
    [
        ("Run ``ls -la`` first", "ls", False),
        ("``a`` ls ``b``", "ls", True),
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


@pytest.mark.parametrize("text", ["`id`", "  `cat /srv/boats`\n", "```\nDROP TABLE boats\n```", "~~~\nls -a\n~~~"])
def test_one_line_between_marks_and_nothing_else_is_said(text: str) -> None:
    assert is_said(text, len(text) // 2)


@pytest.mark.parametrize(
    "text", ["try `id tac`", "```\nDROP\nTABLE\n```", "```sh\nls -a\n```", "```\nDROP TABLE boats\n```\nno"]
)
def test_what_something_is_said_about_is_not(text: str) -> None:
    assert not is_said(text, text.index("`") + 5)


def test_a_fence_that_stands_behind_words_opens_nothing_and_the_next_line_does() -> None:
    text = "a ``` b ```\n```\nDROP TABLE boats\n```"
    assert in_fence(text, text.index("DROP"))
    assert not in_fence(text, text.index("b"))


@pytest.mark.parametrize(("place", "before", "behind"), [(0, -1, 0), (2, -1, 4), (3, 0, 4), (6, 0, -1), (7, 4, -1)])
def test_marks_before_and_behind_a_place(place: int, before: int, behind: int) -> None:
    assert last("-->x-->", "-->", place) == before
    assert following("-->x-->", "-->", place) == behind


def test_a_comment_ends_where_it_says() -> None:
    text = "<!-- a --> b <!-- c"
    assert in_comment(text, text.index("a"))
    assert not in_comment(text, text.index("b"))
    assert in_comment(text, text.index("c"))


@pytest.mark.parametrize("text", ["SELECT", "\u0130ST\u00c9", "A\ud800"])
def test_only_letters_of_ascii_are_lowered(text: str) -> None:
    assert lowered(text) == "".join(char.lower() if char.isascii() else char for char in text)
