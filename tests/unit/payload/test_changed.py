"""What two forms of a text have in common is known, and nothing that one of them has not."""

import random

from hypothesis import given
from hypothesis import strategies as st

from garrison.payload.changed import REACH, Kept, between, kept

SOME = bytes(random.Random(1).choices(b"abcdefghij ", k=4000))


def test_the_same_is_kept_whole() -> None:
    assert kept(SOME, SOME) == [Kept(0, 0, len(SOME))]


def test_beside_a_change_it_is_read_again() -> None:
    new = SOME[:2000] + b"!" + SOME[2003:]
    assert kept(SOME, new) == [Kept(0, 0, 2000 - REACH), Kept(2003 + 5 + REACH, 2001 + 5 + REACH, 1992 - REACH)]
    assert list(between(kept(SOME, new), len(new))) == [(2000 - REACH, 2001 + 5 + REACH)]


def test_where_everything_differs_nothing_is_kept() -> None:
    assert kept(b"a" * 4000, b"b" * 4000) == []
    assert list(between([], 4000)) == [(0, 4000)]


def test_many_changes_are_not_told_apart() -> None:
    new = b"".join([SOME[start : start + 97] + b"%" for start in range(0, len(SOME), 100)])
    assert kept(SOME, new) == []


@given(
    st.lists(st.tuples(st.integers(0, 6000), st.integers(0, 40), st.binary(max_size=30)), max_size=5),
    st.binary(min_size=1, max_size=3),
)
def test_what_is_kept_is_the_same_in_both(changes: list[tuple[int, int, bytes]], unit: bytes) -> None:
    old = (SOME + unit * 700)[:6000]
    new = old
    for at, cut, put in changes:
        new = new[:at] + put + new[at + cut :]
    parts = kept(old, new)
    assert all(old[part.old : part.old + part.length] == new[part.new : part.new + part.length] for part in parts)
    covered = sum(end - start for start, end in between(parts, len(new))) + sum(part.length for part in parts)
    assert covered == len(new)
