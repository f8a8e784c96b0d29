"""What was found harmless is not read again, and what was not stays found."""

import pytest

from garrison.payload import judge as judging
from garrison.payload import places
from garrison.payload.judge import Harmless, judge
from garrison.payload.scanner import Scanner


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What was read in each pass, from now on, with nothing known to be harmless."""
    read: list[bytes] = []
    scan = Scanner.scan

    def reading(self: Scanner, data: bytes, most: int) -> list[tuple[int, int]]:
        read.append(data)
        return scan(self, data, most)

    monkeypatch.setattr(Scanner, "scan", reading)
    monkeypatch.setattr(judging, "_HARMLESS", Harmless())
    return read


def test_what_was_found_harmless_is_not_read_again(passes: list[bytes]) -> None:
    assert judge(["Ada Example", "plus"]) == judge(["plus", "Ada Example"]) == ()
    assert passes == [b"\0Ada Example\0plus\0"]


def test_only_what_is_new_is_read(passes: list[bytes]) -> None:
    judge(["Ada Example"])
    (found,) = judge(["Ada Example", "<script>alert(1)</script>", "plus"])
    assert found.index == 1
    assert passes[1:] == [b"\0<script>alert(1)</script>\0plus\0"]


def test_what_was_found_stays_found(passes: list[bytes]) -> None:
    attack = "1' UNION SELECT name, 2 FROM users--"
    assert judge([attack]) == judge([attack])
    assert len(passes) == 2


def test_what_is_spared_in_one_place_is_harmless_in_no_other(passes: list[bytes]) -> None:
    attack = "<script>alert(1)</script>"
    every = frozenset(range(len(places.OWNED)))
    assert judge([attack], {0: every}) == ()
    assert judge([attack])


def test_long_texts_are_read_each_time(passes: list[bytes]) -> None:
    text = "lorem ipsum " * 30
    judge([text])
    judge([text])
    assert len(passes) == 2


def test_all_is_forgotten_once_the_room_is_used_up() -> None:
    harmless = Harmless(room=2, longest=3)
    for text in ("a", "b", "long"):
        harmless.add(text)
    assert [each in harmless for each in ("a", "b", "long")] == [True, True, False]
    harmless.add("c")
    assert [each in harmless for each in ("a", "b", "c")] == [False, False, True]
