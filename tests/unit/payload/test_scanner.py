"""All signs are found in one pass, which ends where too much is told."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garrison.payload.places import OWNED
from garrison.payload.scanner import Scanner, expression
from garrison.payload.sign import Sign, loose


def _scanner(*patterns: str) -> Scanner:
    return Scanner([Sign(pattern, pattern) for pattern in patterns])


def test_each_sign_is_told_by_its_index_and_where_it_ends() -> None:
    assert sorted(_scanner("ab", "^b", "c$").scan(b"\0ab c\0b\0", 9)) == [(0, 3), (1, 7), (2, 6)]


@pytest.mark.parametrize(
    ("text", "is_called"),
    [
        ("dl('a.so');", True),
        ("x = dl (\t'a.so');", True),
        ("adl('a.so');", False),
        ("chr(dl(1));", True),
        ("dl;", False),
    ],
)
def test_a_function_s_call_is_told_by_whichever_part_of_its_sign(text: str, is_called: bool) -> None:
    (call,) = [sign for _, sign in OWNED if sign.name == "php-call"]
    assert bool(Scanner([call]).scan(f"\0{text}\0".encode(), 9)) is is_called


def test_a_pass_ends_once_more_is_told_than_wanted() -> None:
    assert len(_scanner("a").scan(b"a" * 1000, 10)) == 11


def test_a_pass_that_was_ended_harms_none_that_follows() -> None:
    scanner = _scanner("a", "b")
    assert len(scanner.scan(b"ab" * 1000, 10)) == 11
    assert scanner.scan(b"ab", 10) == [(0, 1), (1, 2)]


@pytest.mark.parametrize(
    ("pattern", "given"),
    [
        (r"ab[^\x00]{0,60}", "ab"),
        (r"ab\s*=?", "ab"),
        (r"ab??", "a"),
        (r"ab+", "ab"),
        (r"a[bc]{1,9}\w*", "a[bc]"),
        (r"(?:ab)+", "(?:ab)"),
        (r"a\\\?", r"a\\\?"),
        (r"a\\?", "a"),
        (r"a\+", r"a\+"),
        (r"a\$", r"a\$"),
        (r"a\\$", r"a\\\s*\x00"),
        (r"a\x00?", "a"),
        (r"(?:ab)?", "(?:ab)?"),
        (r"a|b*", "a|b*"),
        (r"(?:a|b*)", "(?:a|b*)"),
        (r"a{2,5}", "a{2,5}"),
        (r"(?:or|\|\||&&)b", r"(?:or|[|&]{2})b"),
        (r"(?:&&|\|\||or)b", r"(?:[|&]{2}|or)b"),
        (r"(?:a&&|\|\|b)c", r"(?:a&&|\|\|b)c"),
    ],
)
def test_what_may_follow_the_shortest_match_is_left_out(pattern: str, given: str) -> None:
    assert expression(pattern).decode() == given


def test_the_text_s_end_is_waited_for() -> None:
    assert expression(r"^ab\s*$") == rb"\x00\s*ab\s*\s*\x00"


@given(st.sampled_from([sign.pattern for _, sign in OWNED]))
def test_no_sign_becomes_one_of_everything(pattern: str) -> None:
    """A pattern that matches nothing at all would be told at each byte."""
    assert not re.fullmatch(expression(pattern), b"", re.DOTALL | re.IGNORECASE)


def test_a_loose_pattern_asks_for_the_ends_of_words_instead_of_the_text_s() -> None:
    assert loose(r"^a[^b]\^|^c$") == r"[\x00\s]a[^b]\^|[\x00\s]c[\s\x00]"
