"""When an API is assessed next."""

import datetime as dt

import pytest

from garrison.assess.schedule import RETRY, Past, Schedule, is_quiet, next_run, time_left
from garrison.config.quiet_hours import parse_quiet_hours

HOUR = 3600.0


def at(text: str) -> float:
    return dt.datetime.fromisoformat(text).timestamp()


NIGHT = parse_quiet_hours("22:00-06:00")


def test_the_first_run_begins_at_once() -> None:
    assert next_run(Schedule(6 * HOUR), Past(), 1000.0) == 1000.0


def test_runs_begin_as_often_as_they_shall() -> None:
    assert next_run(Schedule(6 * HOUR), Past(1000.0, 1600.0), 1600.0) == 1000.0 + 6 * HOUR


def test_what_was_missed_is_made_up_for_by_one_run() -> None:
    now = 1000.0 + 100 * HOUR
    assert next_run(Schedule(6 * HOUR), Past(1000.0, 1600.0), now) == now


@pytest.mark.parametrize(("failures", "wait"), [(1, RETRY), (2, 2 * RETRY), (3, 4 * RETRY), (40, 6 * HOUR)])
def test_what_failed_is_tried_again_later_and_later(failures: int, wait: float) -> None:
    assert next_run(Schedule(6 * HOUR), Past(tried=1000.0, failures=failures), 1000.0) == 1000.0 + wait


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-03-02T21:59:59Z", "2026-03-02T21:59:59Z"),
        ("2026-03-02T22:00:00Z", "2026-03-03T06:00:00Z"),
        ("2026-03-03T00:00:00Z", "2026-03-03T06:00:00Z"),
        ("2026-03-03T05:59:59Z", "2026-03-03T06:00:00Z"),
        ("2026-03-03T06:00:00Z", "2026-03-03T06:00:00Z"),
    ],
)
def test_nothing_begins_in_quiet_hours(now: str, then: str) -> None:
    assert next_run(Schedule(6 * HOUR, NIGHT), Past(), at(now)) == at(then)


def test_a_run_that_would_go_on_into_quiet_hours_begins_after_them() -> None:
    long = Past(at("2026-03-02T13:00:00Z"), at("2026-03-02T15:00:00Z"))
    schedule = Schedule(8 * HOUR, NIGHT)
    assert next_run(schedule, long, at("2026-03-02T15:00:00Z")) == at("2026-03-03T06:00:00Z")
    short = Past(at("2026-03-02T13:00:00Z"), at("2026-03-02T13:10:00Z"))
    assert next_run(schedule, short, at("2026-03-02T15:00:00Z")) == at("2026-03-02T21:00:00Z")


def test_where_no_day_has_room_it_begins_all_the_same() -> None:
    quiet = parse_quiet_hours("01:00-23:59")
    past = Past(at("2026-03-02T00:00:00Z"), at("2026-03-02T01:00:00Z"))
    due = at("2026-03-03T00:10:00Z")
    assert next_run(Schedule(HOUR, quiet), past, due) == due


def test_quiet_hours_follow_the_clocks_of_their_zone() -> None:
    working = parse_quiet_hours("08:00-18:00 Europe/Berlin")
    assert is_quiet(working, at("2026-03-27T07:30:00Z"))  # 08:30, winter
    assert not is_quiet(working, at("2026-03-27T17:30:00Z"))
    assert is_quiet(working, at("2026-03-30T06:30:00Z"))  # 08:30, summer
    assert next_run(Schedule(HOUR, working), Past(), at("2026-03-28T12:00:00Z")) == at("2026-03-28T17:00:00Z")
    assert time_left(Schedule(HOUR, working), at("2026-03-28T19:00:00Z")) == 11 * HOUR  # a night of one hour less


def test_no_quiet_hours_leave_all_the_time() -> None:
    assert time_left(Schedule(HOUR), 0.0) == float("inf")


@pytest.mark.parametrize("text", ["22-6", "22:00-22:00", "24:00-06:00", "22:00-06:00 Nowhere/Town", "22:00-06:00 ../x"])
def test_what_is_no_part_of_a_day(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no part|leaves no time|time zone"):
        parse_quiet_hours(text)
