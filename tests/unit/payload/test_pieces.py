"""What stands out of prose is judged as if it were a text of its own, and what prose and documents hold is not."""

import pytest

from garrison.payload.judge import judge
from garrison.payload.pieces import PAIRED, SHORTEST, pieces

PROSE = "On Monday we'll meet at the old mill (or by the river) at 5 o'clock; bring what you like, and don't be late. "
BEFORE, BEHIND = PROSE * 14 + "Then she said", PROSE * 14


def amid(text: str) -> str:
    """`text` in the midst of three kilobytes of prose."""
    return f"{BEFORE} {text} {BEHIND}"


@pytest.mark.parametrize(
    "attack",
    [
        "{{['whoami']|map('system')}}",
        "/var/log/nginx/access.log",
        "1--abcdef\nAND--ghijkl\n11=11",
        "Li4vLi4vLi4vLi4vLi4vZXRjL3Bhc3N3ZA==",
        "http://127.0.0.1:2375/v1.24/images/json",
        "../../../../logs/error.log",
        "' or 7 --",
        "; ls -la /srv/",
        "&lt;svg/onload&#61;alert(1)&gt;",
    ],
)
def test_what_is_told_by_its_ends_is_found_within_prose(attack: str) -> None:
    assert judge([attack])
    assert judge([amid(attack)])


@pytest.mark.parametrize(
    "words",
    [
        "the log is in /var/log/nginx/access.log as ever",
        "`id` and `type` are read, the rest is not",
        "a price of 5 % (or $7), e-mail me at ada@example.com",
        "see https://example.com/a/b?c=d#e and https://example.org/",
        "call() and close() were renamed, a == b is what it asks",
        'either/or, 24/7, he said "maybe", and left -- for good',
    ],
)
def test_what_prose_says_is_not(words: str) -> None:
    assert not judge([amid(words)])


def test_pieces_are_what_is_odd_with_the_words_that_belong_to_it() -> None:
    assert pieces(amid("tell select @@a, f(1) from dual")) == ["select @@a, f(1) from"]
    assert pieces(amid("one {{a}} and then a whole sentence later <b/>")) == ["{{a}} and then", "<b/>"]
    assert pieces(PROSE * 14) == []


def test_a_short_text_and_one_that_is_no_prose_have_none() -> None:
    assert pieces("{{a}} " + "a" * (SHORTEST - 7)) == []
    assert pieces("if (a[0] == b[1]) { c = d[e] + f(g); }\n" * 40) == []
    assert pieces("words, words and a/b/c words and more words " * 60) == []


def test_a_blank_line_parts_what_stands_close_together() -> None:
    assert pieces(amid("<a/>\n\n<b/>")) == ["<a/>", "<b/>"]


def test_signs_of_pairs_say_nothing_of_a_piece() -> None:
    assert judge(["</title><b>"])
    assert PAIRED
    assert not judge([f"<title> {BEFORE} </title><b> {BEHIND}"])
