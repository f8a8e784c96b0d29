"""What was found harmless is not read again, and what was not stays found."""

import pytest

from garrison.payload import judge as judging
from garrison.payload import places
from garrison.payload.harmless import Harmless
from garrison.payload.judge import judge
from garrison.payload.scanner import Scanner


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What was read in each pass, from now on, with nothing known to be harmless."""
    read: list[bytes] = []
    scan = Scanner.scan

    def reading(self: Scanner, data: bytes, most: int, *, is_plain: bool | None = None) -> list[tuple[int, int]]:
        read.append(data)
        return scan(self, data, most, is_plain=is_plain)

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
    assert set(passes[1:]) == {b"\0<script>alert(1)</script>\0plus\0"}


def test_what_was_found_stays_found(passes: list[bytes]) -> None:
    attack = "1' UNION SELECT name, 2 FROM users--"
    first, once = judge([attack]), len(passes)
    assert judge([attack]) == first
    assert len(passes) == 2 * once


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


def test_what_is_found_among_many_is_found_by_one_look(passes: list[bytes]) -> None:
    words = [f"word number {index}" for index in range(30)]
    (found,) = judge([*words, "<script>alert(1)</script>", *words])
    assert found.index == 30
    assert len(passes) == 1


def test_a_text_that_is_too_full_of_signs_is_read_once(passes: list[bytes]) -> None:
    (found,) = judge(["<script>alert(1)</script>" * 200])
    assert judging.CROWDED in found.signs
    assert len(passes) == 1


ATTACKS = (
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "1%27 or %271%27=%271",
    "%253Cimg src=x onerror=alert(1)%253E",
    "%41%42",
)
PROSE = "Lorem ipsum dolor sit amet, consectetur adipiscing elit. "


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("before", [0, 20, 70, 140])
def test_a_further_form_is_read_where_it_is_new(attack: str, before: int, passes: list[bytes]) -> None:
    text = f"it's {PROSE * before}{attack} {PROSE * (140 - before)} 100%25 <b>{PROSE}</b>"
    told = judge([text])
    assert len(passes[0]) == len(text.rstrip()) + 2
    assert sum(map(len, passes[1:])) < len(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "kept", lambda old, new: [])
        assert judge([text]) == told


@pytest.mark.parametrize("first", ["%27", "%22", "%2527", "&lt;"])
@pytest.mark.parametrize("last", ["'x' or 'y'='y'", '"salt" and "pepper"', "' or 1=1", "x' y", ">"])
def test_what_is_undone_counts_for_what_stands_far_behind(first: str, last: str, passes: list[bytes]) -> None:
    """What both forms have is not read again, but what stands in it is asked about anew."""
    text = f"{first} {PROSE * 60}{last}"
    told = judge([text])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "kept", lambda old, new: [])
        assert judge([text]) == told
    assert len(passes) > 1


def test_all_is_forgotten_once_the_room_is_used_up() -> None:
    harmless = Harmless(room=2, longest=3)
    harmless.add(["a", "b", "long"])
    assert harmless.others(["a", "b", "long"]) == ["long"]
    harmless.add(["c"])
    assert harmless.others(["a", "b", "c"]) == ["a", "b"]
