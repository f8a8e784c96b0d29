"""What the learners say, and that they say nothing before they have watched long enough."""

from collections.abc import Iterable

import pytest
from tests.unit.detect.made import event, told

from garrison.core.event import Event
from garrison.detect.learning import newcomers
from garrison.detect.learning.learners import Learners
from garrison.detect.seen import Seen

DAY = 86_400.0
HOUR = 3_600.0


def notes(learners: Learners, events: Iterable[Event]) -> list[Seen]:
    seen = [Seen(one, one.ended) for one in events]
    for one in seen:
        learners.note(one)
    return seen


def said(one: Seen) -> tuple[bool, bool, bool, float, float, float]:
    return one.new_form, one.newcomer, one.dormant, one.surge, one.missing, one.taking


NOTHING = (False, False, False, 0.0, 0.0, 0.0)


def ordinary(days: float, start: float = 0.0) -> list[Event]:
    """Twenty people, one request a minute, each about two others in an hour."""
    return [
        event(start + at * 60, principal=f"u{at % 20}", forms=("path.id=uuid",), **told(f"p{at % 40}"))
        for at in range(int(days * 1440))
    ]


def test_nothing_is_said_while_it_is_learned() -> None:
    strange = [
        event(2 * DAY + at, principal=f"n{at}", operation=f"op{at % 7}", forms=("path.id=email",), missed=True)
        for at in range(200)
    ]
    assert {said(one) for one in notes(Learners(), [*ordinary(2), *strange])} == {NOTHING}


def test_ordinary_weeks_are_ordinary() -> None:
    learners = Learners()
    notes(learners, ordinary(7))
    later = notes(learners, ordinary(7, 7 * DAY))
    assert not any(one.new_form or one.newcomer or one.dormant for one in later)
    assert max(max(one.surge, one.missing, one.taking) for one in later) < 3


def test_a_new_form_stays_new_for_two_weeks() -> None:
    learners = Learners()
    notes(learners, ordinary(7))
    strange = [event(7 * DAY + at * DAY, forms=("path.id=email",)) for at in range(20)]
    assert [one.new_form for one in notes(learners, strange)] == [True] * 14 + [False] * 6


@pytest.mark.parametrize(("form", "new"), [("digits7", False), ("digits5", False), ("digits8", True), ("digits", True)])
def test_numbers_grow_longer(form: str, new: bool) -> None:
    learners = Learners()
    notes(learners, [event(at * HOUR, forms=("path.id=digits6",)) for at in range(240)])
    assert notes(learners, [event(11 * DAY, forms=(f"path.id={form}",))])[0].new_form is new


def test_where_anything_stands_nothing_is_new() -> None:
    learners = Learners()
    forms = ["word", "text", "email", "uuid", "digits9", "date"]
    notes(learners, [event(at * HOUR, forms=(f"query.q={forms[at % 6]}",)) for at in range(240)])
    assert not any(one.new_form for one in notes(learners, [event(11 * DAY, forms=("query.q=phone",))]))


def test_a_newcomer_is_new_for_three_days() -> None:
    learners = Learners()
    notes(learners, ordinary(7))
    days = notes(learners, [event((7 + at) * DAY, principal="new") for at in range(5)])
    assert [one.newcomer for one in days] == [True, True, True, False, False]


def test_those_who_were_there_are_remembered_when_very_many_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newcomers, "_HALF", 1_000)
    learners = Learners()
    notes(learners, ordinary(4))
    notes(learners, (event(4 * DAY + at / 1000, principal=f"x{at}") for at in range(1_100)))
    assert not notes(learners, [event(5 * DAY, principal="u1")])[0].newcomer


@pytest.mark.parametrize(("operation", "expected"), [("never", True), ("getCustomer", False), ("weekly", False)])
def test_an_operation_that_nobody_used(operation: str, expected: bool) -> None:
    learners = Learners()
    weekly = [event(at * 6 * DAY, operation="weekly") for at in range(3)]
    notes(learners, sorted([*ordinary(14), *weekly], key=lambda one: one.ended))
    awake = [event(14 * DAY + at * HOUR, operation=operation) for at in range(30)]
    assert [one.dormant for one in notes(learners, awake)] == [expected and at < 24 for at in range(30)]


def test_an_operation_that_fell_asleep() -> None:
    learners = Learners()
    notes(learners, [event(0, operation="old"), *ordinary(9)])
    assert notes(learners, [event(9 * DAY, operation="old")])[0].dormant


def test_what_a_new_contract_brings_was_not_dormant() -> None:
    learners = Learners()
    notes(learners, ordinary(9))
    assert not notes(learners, [event(9 * DAY, operation="new", policy="newer")])[0].dormant


def test_far_more_than_usual() -> None:
    learners = Learners()
    notes(learners, ordinary(7))
    rush = [event(7 * DAY + at / 10, principal=f"u{at % 20}", **told(f"p{at % 40}")) for at in range(3000)]
    assert notes(learners, rush)[-1].surge > 50
    learners = Learners()
    notes(learners, ordinary(7))
    misses = [event(7 * DAY + at * 10, principal=f"u{at % 20}", missed=True) for at in range(100)]
    assert notes(learners, misses)[-1].missing > 8
    learners = Learners()
    notes(learners, ordinary(7))
    taken = [event(7 * DAY + at * 2, principal="one", **told(f"x{at}")) for at in range(600)]
    assert notes(learners, taken)[-1].taking > 8


def test_a_flash_crowd_takes_no_more_than_usual() -> None:
    learners = Learners()
    notes(learners, ordinary(7))
    crowd = [event(7 * DAY + at / 5, principal=f"c{at}", **told(f"c{at}", own=True)) for at in range(1500)]
    last = notes(learners, crowd)[-1]
    assert last.surge > 20
    assert max(last.missing, last.taking) < 3


def test_an_hour_may_begin_with_one_who_takes_much() -> None:
    """Each night a client walks through two hundred in the first minutes of an hour in which others come later."""
    learners = Learners()
    nights = [
        event(day * DAY + 2 * HOUR + at / 2, principal="fleet", missed=at % 4 > 0, **told(f"o{at}"))
        for day in range(7) for at in range(200)
    ]  # fmt: skip
    seen = notes(learners, sorted([*ordinary(7), *nights], key=lambda one: one.ended))
    assert max(one.taking for one in seen) < 3
    assert max(one.missing for one in seen) < 3


def test_who_grows_slowly_teaches_little() -> None:
    """Somebody adds five misses to the same hour of each day; after three weeks a hundred still stand out."""
    learners = Learners()
    notes(learners, ordinary(14))
    for day in range(14, 35):
        today = ordinary(1, day * DAY)
        slow = [event(day * DAY + at, principal="slow", missed=True) for at in range(5 * (day - 13))]
        seen = notes(learners, sorted([*today, *slow], key=lambda one: one.ended))
    assert max(one.missing for one in seen) > 4


def test_the_hour_of_the_day_counts() -> None:
    """Ten times as much at noon as at night: what is usual at noon is not at night."""
    learners = Learners()
    days = [
        event(day * DAY + hour * HOUR + at * 30, principal=f"u{at % 20}")
        for day in range(7) for hour in range(24) for at in range(100 if hour == 12 else 10)
    ]  # fmt: skip
    notes(learners, days)
    rush = [event(7 * DAY + at * 30, principal=f"u{at % 20}") for at in range(100)]
    assert notes(learners, rush)[-1].surge > 10
    noon = [event(7 * DAY + 12 * HOUR + at * 30, principal=f"u{at % 20}") for at in range(100)]
    assert notes(learners, noon)[-1].surge < 1
