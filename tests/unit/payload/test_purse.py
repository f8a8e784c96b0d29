"""One purse for all forms of a text: what could not be paid was not read, and is refused."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garrison.payload import judge as judging
from garrison.payload import places
from garrison.payload.decoding import decode
from garrison.payload.expressions import is_evaluated
from garrison.payload.harmless import Harmless
from garrison.payload.judge import CROWDED, judge
from garrison.payload.pieces import pieces
from garrison.payload.places import Form, Signs, signs_in
from garrison.payload.purse import Purse, Reserve
from garrison.payload.sign import Confirm
from garrison.payload.sql import breaks_quote, goes_on
from garrison.payload.sql_letters import count_words

SIZE = 8192


def numbered(unit: str, size: int = SIZE) -> str:
    """`unit` again and again, never quite the same."""
    return "".join([f"{unit}{index} " for index in range(size // len(unit))])[:size]


DENSE = ("x and a.b=c[", "' or (a) b ", "1 or f(2) <> ", "<svg a='b' c=d e ", "a=b;$a ", "' and 'b")


def test_what_is_paid_is_gone() -> None:
    purse = Purse("")
    left = purse.left
    assert purse.pay(left)
    assert not purse.is_empty
    assert not purse.pay(1)
    assert purse.is_empty


def test_longer_texts_have_more_and_bytes_count() -> None:
    assert Purse("a" * 100).left < Purse("a" * 200).left < Purse("\u00e9" * 100).left, "a look at the last costs less"


PROSE = (
    "Приказ № {0} от «{0} мая» … вступает в силу — сразу же; «Ромашка» (см. п. {0}) подтверждает: «да»! ",
    "第{0}条　この法律は、「食品」の安全性を確保する（以下、同じ。）ために：ｶﾀｶﾅも～使用します！？",  # noqa: RUF001 - so it is written
    "第{0}条：为了保证食品安全，保障公众身体健康和生命安全，制定本办法；请参见（附件{0}）“说明”。你好！",  # noqa: RUF001 - so it is written
)


@pytest.mark.parametrize("unit", PROSE)
@pytest.mark.parametrize("length", [3000, 6000, 8000, 16000])
def test_long_prose_of_any_language_is_read_to_its_end(unit: str, length: int) -> None:
    assert judge(["".join([unit.format(index) for index in range(length)])[:length]]) == ()


def test_what_repeats_itself_is_paid_once() -> None:
    purse, other = Purse(""), Purse("")
    for _ in range(2):
        purse.pay_for_reading("1 or 1", 1000, 5)
    other.pay_for_reading("1 or 1", 1000, 5)
    other.pay_for_reading("1 or 2", 1000, 5)
    assert purse.left == other.left + 5000


def test_a_pass_costs_the_same_whatever_stands_in_the_text() -> None:
    plain, dense = Purse("a" * SIZE), Purse("a" * SIZE)
    plain.pay_for_pass(b"water " * 100)
    dense.pay_for_pass(b"x and " * 100)
    assert plain.left == dense.left


def test_dots_with_which_paths_climb_cost_more() -> None:
    plain, dense = Purse("a" * SIZE), Purse("a" * SIZE)
    plain.pay_for_pass(b".-.-" * 100)
    dense.pay_for_pass(b"..--" * 100)
    assert plain.left > dense.left


def test_a_second_reading_of_all_of_a_text_can_be_paid_and_no_third() -> None:
    purse = Purse("a" * SIZE)
    assert purse.pay_for_pass(b"a" * SIZE)
    assert not purse.pay_for_pass(b"a" * SIZE)


def test_a_form_that_is_not_paid_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    purse = Purse("")
    purse.left = 0
    read: list[list[bytes]] = []
    told = places._told

    def reading(pieces: Sequence[bytes], most: int) -> list[tuple[int, int]]:
        read.append(list(pieces))
        return told(pieces, most)

    monkeypatch.setattr(places, "_told", reading)
    (found,) = signs_in([Form(0, "<script>alert(1)</script>", (), purse)])
    assert found.crowded
    assert read == [[b""]]


def test_nothing_is_undone_that_is_not_paid() -> None:
    purse = Purse("")
    text = "%253Cb%253E" * 20
    assert len(decode(text, purse)) == 2
    purse.left = 1
    assert decode(text, purse) == ()
    assert purse.is_empty


def test_no_piece_is_cut_that_is_not_paid() -> None:
    text = "words with more words, " * 20 + "<a/> with words " * 2
    assert pieces(text)
    purse = Purse(text)
    purse.left = 1
    assert pieces(text, purse) == []
    assert purse.is_empty


@pytest.mark.parametrize("unit", DENSE)
def test_a_text_that_would_cost_too_much_is_crowded(unit: str) -> None:
    (found,) = judge([numbered(unit)])
    assert CROWDED in found.signs


@pytest.mark.parametrize("unit", DENSE)
def test_words_that_are_read_are_bounded(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over all forms of the text together: plain, and behind two wrappings."""
    read: list[int] = []
    each = places._READ[goes_on]

    def count(part: str) -> int:
        read.append(count_words(part))
        return read[-1]

    reading = places._Reading(each.part, each.each, count)
    monkeypatch.setattr(places, "_READ", {**places._READ, goes_on: reading, breaks_quote: reading})
    text = "%2527 &amp;amp; " + numbered(unit)
    judge([text])
    assert sum(read) <= Purse(text).left // each.each + 240


def test_all_forms_of_a_text_pay_from_one_purse(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Purse] = []

    def filled(text: str, reserve: Reserve | None) -> Purse:
        made.append(Purse(text, reserve))
        return made[-1]

    monkeypatch.setattr(judging, "Purse", filled)
    monkeypatch.setattr(judging, "_HARMLESS", Harmless())
    assert judge(["%2525 and words, " * 20 + "<a/> " + "words and more words, " * 20]) == ()
    assert len(made) == 1
    assert made[0].left < Purse("%2525 and words, " * 20).left


def test_the_price_of_a_text_is_always_the_same() -> None:
    text = numbered("x' or a=b(c) ", 4000)
    assert judge([text]) == judge([text])


def test_matches_that_are_told_are_paid() -> None:
    few, many = Purse(""), Purse("")
    few.pay_for_matches(1)
    many.pay_for_matches(200)
    assert few.left > many.left + 100_000


def test_a_long_expression_costs_what_it_takes_to_seek_calls_in_all_of_the_text() -> None:
    reading = places._READ[is_evaluated]
    text = "{{" + numbered("a ", SIZE - 2)
    part = reading.part(text, SIZE)
    assert part == text
    assert reading.each * reading.count(part) > 300_000


def test_no_more_matches_are_told_than_can_be_paid() -> None:
    purse, other = Purse(""), Purse("")
    purse.pay(purse.left - 100_000)
    other.pay(other.left - 100_000)
    purse.pay_for_matches(purse.matches_left)
    other.pay_for_matches(other.matches_left + 1)
    assert [purse.is_empty, other.is_empty, other.matches_left] == [False, True, 0]


def test_a_later_form_is_told_of_no_more_signs_than_it_can_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[int] = []
    pay = Purse.pay_for_matches

    def noting(purse: Purse, count: int) -> None:
        pay(purse, count)
        left.append(purse.left)

    monkeypatch.setattr(Purse, "pay_for_matches", noting)
    (found,) = judge([numbered(r"&lt;  select -__a__htt</a://<?php p:href=/et\\\\c/%c0/")])
    assert CROWDED in found.signs
    assert 0 > min(left) > -1_000


def test_texts_of_one_request_pay_from_one_reserve() -> None:
    reserve = Reserve(["a", "b"])
    first, second = Purse("a" * 100_000, reserve), Purse("b" * 100, reserve)
    assert first.pay(reserve.left)
    assert not first.is_spent_by_others
    assert not second.pay(1)
    assert second.is_empty
    assert second.is_spent_by_others


def test_no_more_texts_are_taken_up_than_can_be_paid() -> None:
    reserve = Reserve(["a" * 100])
    left = reserve.left
    assert reserve.take_up(3) == 3
    many = reserve.take_up(10_000)
    assert 3 < many < 10_000
    assert reserve.left > left / 4


@pytest.mark.parametrize("unit", ["' or ", "%25", "&lt;b", "1 or f(2) <> ", "; cat a"])
@pytest.mark.parametrize("size", [8, 40, 400])
def test_many_short_texts_are_paid_like_one_long_one(unit: str, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever they are cut into, no more places are asked about than could be paid for."""
    asked: list[int] = []
    affordable = places._is_affordable

    def asking(form: Form, confirm: Confirm, place: int) -> bool:
        is_affordable = affordable(form, confirm, place)
        asked.append(is_affordable)
        return is_affordable

    monkeypatch.setattr(places, "_is_affordable", asking)
    monkeypatch.setattr(judging, "_HARMLESS", Harmless())
    text = numbered(unit, SIZE)
    texts = [text[start : start + size] for start in range(0, SIZE, size)]
    judge(texts)
    assert sum(asked) <= Reserve(texts).left // 4_000


def test_of_many_texts_the_harmless_ones_are_not_judged_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    found = places.signs_in

    def reading(forms: Sequence[Form]) -> list[Signs]:
        read.append(len(forms))
        return found(forms)

    monkeypatch.setattr(judging, "signs_in", reading)
    monkeypatch.setattr(judging, "_HARMLESS", Harmless())
    texts = [f"word number {index}" for index in range(500)]
    assert judge(texts) == ()
    (finding,) = judge([*texts, "' or 1=1 --", *texts])
    assert finding.index == 500
    assert read == [1]


@given(
    st.lists(
        st.sampled_from(
            [
                "a word",
                "' or 1=1 --",
                "%27 or 1=1 --",
                "&lt;script>",
                "Jos\u00e9",
                "\uff1cscript>",
                "+ADw-script+AD4-",
                "Jyo7IHNlbGVjdCAxIGZyb20gYQ==",
                "\\x3cscript>alert(1)",
                "a\0b",
                "50%",
                "R&D",
            ]
        ),
        min_size=1,
        max_size=40,
    )
)
@settings(max_examples=25)
def test_among_many_texts_each_is_found_as_it_is_alone(texts: list[str]) -> None:
    judging._HARMLESS._texts = set()
    together = {found.index for found in judge(texts)}
    judging._HARMLESS._texts = set()
    assert together == {index for index, text in enumerate(texts) if judge([text])}
