"""A text of plain characters is shown to fewer signs, and to none too few."""

import importlib
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.payload.sign_words import WORDS

from garrison.payload.places import SIGNS
from garrison.payload.plain import PLAIN, may_be_plain, with_any_digits
from garrison.payload.scanner import Scanner, expression, scanner_of

_BYTES = frozenset(PLAIN) | {0}


@pytest.mark.parametrize(
    ("pattern", "may"),
    [
        ("union select", True),
        ("<script", False),
        (r"a[^b]c", True),
        (r"a[<>]c", False),
        (r"a[<>]?c", True),
        (r"a[<>]{0,4}c", True),
        (r"a[<>]{1,4}c", False),
        (r"a(?:<|b)c", True),
        (r"a(?:<|>)c", False),
        (r"a(?:<|>)*c", True),
        (r"(?:<|(?:b|\())x|=", True),
        (r"\x00\s*a\s*\x00", True),
        (r"\(", False),
        (r"\.", True),
        (r"\w\(|\w", True),
        ("", True),
    ],
)
def test_what_plain_characters_may_match(pattern: str, may: bool) -> None:
    assert may_be_plain(pattern) is may


@pytest.mark.parametrize(
    ("pattern", "other"),
    [
        ("a1b", r"a\db"),
        (r"a\d[0-9]\w\b\S.b", r"a\d[0-9]\w\b\S.b"),
        ("[a1]{1,3}", "[a10-9]{1,3}"),
        ("[^a1]{2}", ".{2}"),
        (r"\x31\x00(?:2|b){0,3}", r"\d\x00(?:\d|b){0,3}"),
    ],
)
def test_a_pattern_is_widened_to_any_digit(pattern: str, other: str) -> None:
    assert with_any_digits(pattern) == other


@given(
    st.lists(st.sampled_from([*WORDS, " ", ".", ",", ":", "-", "1", "0", "5", "169.254", "x"])),
    st.text("059", max_size=40),
)
def test_what_is_silent_shows_no_sign_whatever_its_digits_are(words: list[str], digits: str) -> None:
    data = b"\0" + "".join(words).encode() + b"\0"
    scanner = scanner_of(SIGNS)
    if scanner.is_silent(data):
        others = iter(digits)
        data = re.sub(rb"\d", lambda digit: next(others, "7").encode(), data)
        assert scanner.scan(data, 100) == []


def test_no_sign_is_left_out_that_another_reading_of_its_pattern_keeps() -> None:
    parser: Any = importlib.import_module("re._parser")
    patterns = [expression(sign.pattern).decode() for sign in SIGNS]
    kept = [pattern for pattern in patterns if _may(parser.parse(pattern))]
    assert kept == [pattern for pattern in kept if may_be_plain(pattern)]
    assert len(kept) < len(patterns) / 2, "else it would not be worth it"


def _may(parts: Any) -> bool:
    """Whether each of the parts that must match something may match a plain character, as Python reads them."""
    for kind, value in parts:
        match str(kind):
            case "LITERAL":
                may = value in _BYTES
            case "IN":
                may = any(_is_in(value, code) for code in _BYTES)
            case "BRANCH":
                may = any(map(_may, value[1]))
            case "SUBPATTERN":
                may = _may(value[3])
            case "MAX_REPEAT" | "MIN_REPEAT":
                may = value[0] == 0 or _may(value[2])
            case _:
                may = True
        if not may:
            return False
    return True


def _is_in(members: Any, code: int) -> bool:
    found, negated = False, False
    for kind, value in members:
        match str(kind):
            case "NEGATE":
                negated = True
            case "LITERAL":
                found |= value in {code, ord(chr(code).swapcase())} if code < 0x80 else value == code
            case "RANGE":
                found |= any(value[0] <= ord(each) <= value[1] for each in {chr(code), chr(code).swapcase()[:1]})
            case _:
                found |= str(value) in _CATEGORIES.get(chr(code), {"CATEGORY_WORD", "CATEGORY_SPACE"})
    return found != negated


_CATEGORIES = {
    " ": {"CATEGORY_SPACE", "CATEGORY_NOT_WORD", "CATEGORY_NOT_DIGIT"},
    "\0": {"CATEGORY_NOT_SPACE", "CATEGORY_NOT_WORD", "CATEGORY_NOT_DIGIT"},
    "1": {"CATEGORY_DIGIT", "CATEGORY_WORD", "CATEGORY_NOT_SPACE"},
    "a": {"CATEGORY_WORD", "CATEGORY_NOT_SPACE", "CATEGORY_NOT_DIGIT"},
}


@given(st.lists(st.sampled_from([*WORDS, " ", " ", ".", ",", "..", "@", ":", "-", "--", "+", "\0", "1", "e", "ß"])))
def test_plain_texts_show_the_same_whoever_looks(words: list[str]) -> None:
    data = b"\0" + "".join(words).encode() + b"\0"
    whole = Scanner.__new__(Scanner)
    whole._parts = whole._plain = scanner_of(SIGNS)._parts
    assert sorted(scanner_of(SIGNS).scan(data, 10_000)) == sorted(whole.scan(data, 10_000))
