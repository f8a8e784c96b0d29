"""The laws of limits: each test's docstring is one of them."""

from hypothesis import given
from hypothesis import strategies as st

from garrison.engine.limits import Counters, Quota, Rate

START = 1_790_000_000.0
gaps = st.lists(st.floats(0, 20, allow_nan=False) | st.just(0.0), min_size=1, max_size=60)
costs = st.integers(1, 5)


@given(gaps, st.floats(0.01, 5), st.integers(1, 20), costs)
def test_rate_never_lets_more_pass(pauses: list[float], interval: float, burst: int, cost: int) -> None:
    """From any moment to any other, no more passes than the burst and what comes back meanwhile."""
    rate, counters, now = Rate("r", interval, burst), Counters(), START
    passed: list[float] = []
    for pause in pauses:
        now += pause
        if not rate.take(counters, "a", cost, now).wait:
            passed.append(now)
    for first, begin in enumerate(passed):
        for last in range(first, len(passed)):
            assert (last - first + 1) * cost <= burst + (passed[last] - begin) / interval + 1e-3


@given(gaps, st.floats(0.01, 5), st.integers(5, 20), costs)
def test_waiting_as_told_is_enough(pauses: list[float], interval: float, burst: int, cost: int) -> None:
    """Who waits as long as they were told is let in."""
    rate, counters, now = Rate("r", interval, burst), Counters(), START
    for pause in pauses:
        now += pause
        wait = rate.take(counters, "a", cost, now).wait
        if wait:
            now += wait + 1e-6
            assert rate.take(counters, "a", cost, now).wait == 0


@given(gaps, st.integers(5, 30), st.sampled_from([1, 7, 60]), costs)
def test_quota_never_lets_more_pass_in_a_window(pauses: list[float], requests: int, window: int, cost: int) -> None:
    """In no window passes more than its quota."""
    quota, counters, now = Quota("q", requests, window), Counters(), START
    windows: dict[int, int] = {}
    for pause in pauses:
        now += pause
        if not quota.take(counters, "a", cost, now).wait:
            index = int(now // window)
            windows[index] = windows.get(index, 0) + cost
    assert max(windows.values()) <= requests


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 3)), max_size=60), st.integers(1, 4))
def test_keys_do_not_matter_to_each_other(steps: list[tuple[str, float]], burst: int) -> None:
    """What one key does changes nothing for another."""
    together, alone = Counters(), {key: Counters() for key in "abc"}
    rate, now = Rate("r", 1.0, burst), START
    for key, pause in steps:
        now += pause
        assert rate.take(together, key, 1, now).left == rate.take(alone[key], key, 1, now).left
