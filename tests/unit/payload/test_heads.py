"""What begins where a text does is sought in its head, and runs of signs and spaces hide nothing behind it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garrison.payload.heads import REACH, alternatives, heads, is_of_heads
from garrison.payload.scanner import Scanner
from garrison.payload.sign import Sign

LONG = b"word " * REACH


def test_short_texts_stay_together_and_long_ones_are_cut() -> None:
    data = b"\0a\0b\0" + LONG + b"\0c\0"
    assert list(heads(data)) == [(0, b"\0a\0b\0"), (4, b"\0" + LONG[:REACH]), (5 + len(LONG), b"\0c\0")]


def test_a_long_text_alone_is_one_head_without_an_end() -> None:
    assert list(heads(b"\0" + LONG + b"\0")) == [(0, b"\0" + LONG[:REACH])]


@pytest.mark.parametrize("run", [b" " * 5000, b"(\n" * 900, b"-" * 40])
def test_runs_of_signs_and_spaces_count_no_more_than_short_ones(run: bytes) -> None:
    ((_, head),) = heads(b"\0a" + run + LONG + b"\0")
    assert len(head) == 1 + REACH + len(run) - 32


@given(st.lists(st.sampled_from([b"", b"a", b"\x80 b", LONG, b"'" * 3000]), min_size=1, max_size=6))
def test_each_text_begins_in_one_head(texts: list[bytes]) -> None:
    data = b"\0" + b"\0".join(texts) + b"\0"
    begun = [start + at for start, head in heads(data) for at in range(len(head) - 1) if not head[at] and head[at + 1]]
    assert begun == [at for at in range(len(data) - 1) if not data[at] and data[at + 1]]
    assert all(data[start : start + len(head)] == head for start, head in heads(data))


@pytest.mark.parametrize(
    ("expression", "parts"),
    [("a|b", ["a", "b"]), (r"(?:a|b)|[|(]\||c", ["(?:a|b)", r"[|(]\|", "c"]), (r"\(a|b", [r"\(a", "b"])],
)
def test_an_expression_is_parted_where_it_has_alternatives(expression: str, parts: list[str]) -> None:
    assert alternatives(expression) == parts


def test_what_counts_far_is_sought_in_all_of_a_text() -> None:
    assert is_of_heads(r"^a{1,200}b{9}")
    assert not is_of_heads(r"^a{1,201}b")


def test_a_sign_of_the_beginning_is_found_behind_spaces_and_nowhere_else() -> None:
    scanner = Scanner([Sign("begun", r"^ab\s*cd"), Sign("free", "xy")])
    spaces = b" " * 4000
    data = b"\0ab" + spaces + b"cd xy" + LONG + b"ab cd xy\0abcd\0"
    told = scanner.scan(data, 9)
    assert sorted(told) == [
        (0, 5 + len(spaces)),
        (0, len(data) - 1),
        (1, 8 + len(spaces)),
        (1, len(data) - 6),
    ]


def test_no_text_begins_in_the_midst_of_one() -> None:
    scanner = Scanner([Sign("begun", "^ab"), Sign("free", "ab")])
    assert scanner.scan(b"ab\0", 9) == [(1, 2)]
