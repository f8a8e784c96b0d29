"""Rates, quotas and concurrency: exact for each key, and nobody is forgotten for another's sake."""

import pytest

from garrison.engine import limits
from garrison.engine.limits import LONGEST_KEY, Concurrency, Counters, Quota, Rate, Taken, short

NOW = 1_790_000_000.0


def admitted(rate: Rate | Quota, counters: Counters, key: str, times: list[float], cost: int = 1) -> int:
    return sum(not rate.take(counters, key, cost, at).wait for at in times)


def test_rate_lets_a_burst_pass_and_then_what_has_come_back() -> None:
    rate, counters = Rate("r", 0.5, 4), Counters()
    assert admitted(rate, counters, "a", [NOW] * 10) == 4
    taken = rate.take(counters, "a", 1, NOW + 0.2)
    assert (round(taken.wait, 6), taken.left) == (0.3, 0)
    assert admitted(rate, counters, "a", [NOW + 0.5] * 3) == 1
    assert admitted(rate, counters, "b", [NOW + 0.5] * 10) == 4
    assert admitted(rate, counters, "a", [NOW + 1000.0] * 10) == 4


def test_cost_counts_as_so_many() -> None:
    rate, counters = Rate("r", 1.0, 10), Counters()
    assert rate.take(counters, "a", 7, NOW) == Taken(0.0, 3, 7.0)
    refused = rate.take(counters, "a", 4, NOW)
    assert (refused.wait, refused.left) == (1.0, 3)
    assert rate.take(counters, "a", 3, NOW).left == 0


def test_thousand_at_once_are_a_thousand_to_the_last() -> None:
    assert admitted(Rate("r", 0.0001, 1000), Counters(), "a", [NOW + 0.123456] * 3000) == 1000


def test_clock_set_back_costs_a_key_one_whole_allowance_at_most() -> None:
    rate, counters = Rate("r", 1.0, 5), Counters()
    assert admitted(rate, counters, "a", [NOW] * 9) == 5
    assert admitted(rate, counters, "a", [NOW - 86400.0] * 9) == 0
    assert admitted(rate, counters, "a", [NOW - 86400.0 + 5.0] * 9) == 5


def test_fixed_quota_begins_anew_with_each_window() -> None:
    quota, counters = Quota("q", 3, 60), Counters()
    start = NOW - NOW % 60
    assert admitted(quota, counters, "a", [start + 59.0] * 9) == 3
    taken = quota.take(counters, "a", 1, start + 59.0)
    assert taken == Taken(1.0, 0, 1.0)
    assert admitted(quota, counters, "a", [start + 60.0] * 9) == 3


def test_sliding_quota_remembers_the_window_before() -> None:
    quota, counters = Quota("q", 100, 60, slides=True), Counters()
    start = NOW - NOW % 60
    assert admitted(quota, counters, "a", [start + 59.0] * 200) == 100
    refused = quota.take(counters, "a", 1, start + 60.0)
    assert refused.left == 0
    assert 0 < refused.wait < 1
    assert quota.take(counters, "a", 1, start + 60.0 + refused.wait + 0.001).wait == 0
    assert admitted(quota, counters, "a", [start + 90.0] * 200) == 49


def test_sliding_wait_into_the_next_window_is_enough() -> None:
    quota, counters = Quota("q", 10, 60, slides=True), Counters()
    start = NOW - NOW % 60
    assert admitted(quota, counters, "a", [start] * 20) == 10
    wait = quota.take(counters, "a", 1, start + 1.0).wait
    assert quota.take(counters, "a", 1, start + 1.0 + wait - 0.5).wait > 0
    assert quota.take(counters, "a", 1, start + 1.0 + wait + 0.01).wait == 0


def test_concurrency_gives_its_places_back() -> None:
    cap, counters = Concurrency("c", 2), Counters()
    first, second = cap.enter(counters, "a"), cap.enter(counters, "a")
    assert first
    assert second
    assert cap.enter(counters, "a") is None
    assert cap.enter(counters, "b") is not None
    first()
    assert cap.enter(counters, "a") is not None
    assert cap.enter(counters, "a") is None


def test_many_keys_never_make_the_gateway_forget_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_KEYS", 100)
    rate, counters = Rate("r", 10.0, 2), Counters()
    assert admitted(rate, counters, "victim", [NOW] * 5) == 2
    let = sum(admitted(rate, counters, f"k{index}", [NOW + 1.0]) for index in range(1000))
    assert len(counters) <= 101
    assert let == 99 + 2, "who finds no place shares one allowance"
    assert admitted(rate, counters, "victim", [NOW + 2.0]) == 0


def test_whole_allowances_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_KEYS", 100)
    rate, counters = Rate("r", 10.0, 2), Counters()
    for index in range(100):
        admitted(rate, counters, f"k{index}", [NOW])
    assert admitted(rate, counters, "new", [NOW + 10.5] * 3) == 2
    assert admitted(rate, counters, "other", [NOW + 10.5] * 3) == 2


def test_what_was_idle_for_long_is_forgotten() -> None:
    rate, counters = Rate("r", 1.0, 10), Counters()
    for index in range(500):
        rate.take(counters, f"k{index}", 1, NOW)
    assert len(counters) == 500
    for step in range(1, 4):
        rate.take(counters, "a", 1, NOW + 11.0 * step)
    assert len(counters) == 1


def test_limit_that_is_gone_leaves_its_place_to_others() -> None:
    counters = Counters()
    Rate("gone", 1.0, 10).take(counters, "a", 1, NOW)
    Rate("new", 1.0, 10).take(counters, "a", 1, NOW + 100.0)
    assert len(counters) == 1


def test_long_keys_are_kept_short_and_apart() -> None:
    one, other = short("a" * 5000), short("a" * 5001)
    assert len(one) <= LONGEST_KEY
    assert one != other
    assert short("user-7") == "user-7"
