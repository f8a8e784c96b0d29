"""The laws of limits: each test's docstring is one of them."""

from hypothesis import given
from hypothesis import strategies as st

from garrison.core.kept import Kept, Value
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


class Restarting:
    """Counters that are lost again and again, and begin anew with what was kept."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, bytes], tuple[Value, float]] = {}
        self.counters = Counters()
        self.restart()

    def restart(self) -> None:
        self.counters = Counters()
        for (shelf, key), (value, until) in self._kept.items():
            self.counters.restore(Kept(shelf, key, value, until))
        self.counters.keep_with(self._keep)

    def _keep(self, shelf: str, key: bytes, value: Value, until: float) -> None:
        self._kept[shelf, key] = value, until


restarts = st.lists(st.tuples(st.floats(0, 20, allow_nan=False) | st.just(0.0), st.booleans()), min_size=1, max_size=60)


@given(restarts, st.floats(1, 5), st.integers(10, 20), costs)
def test_a_restart_lets_no_more_of_a_rate_pass(
    steps: list[tuple[float, bool]], interval: float, burst: int, cost: int
) -> None:
    """From any moment to any other, restarts or not, no more passes than the burst and what comes back meanwhile."""
    rate, state, now = Rate("r", interval, burst), Restarting(), START
    passed: list[float] = []
    for pause, restart in steps:
        now += pause
        if restart:
            state.restart()
        if not rate.take(state.counters, "a", cost, now).wait:
            passed.append(now)
    for first, begin in enumerate(passed):
        for last in range(first, len(passed)):
            assert (last - first + 1) * cost <= burst + (passed[last] - begin) / interval + 1e-3


@given(restarts, st.integers(5, 30), st.sampled_from([10, 60]), st.booleans(), costs)
def test_a_restart_changes_nothing_for_a_quota(
    steps: list[tuple[float, bool]], requests: int, window: int, slides: bool, cost: int
) -> None:
    """What passes, and what is left, is what it would be without a restart."""
    quota, state, other, now = Quota("q", requests, window, slides), Restarting(), Counters(), START
    for pause, restart in steps:
        now += pause
        if restart:
            state.restart()
        assert quota.take(state.counters, "a", cost, now) == quota.take(other, "a", cost, now)


@given(restarts, st.floats(0.01, 0.5), st.integers(1, 10))
def test_what_is_soon_void_is_not_kept(steps: list[tuple[float, bool]], interval: float, burst: int) -> None:
    """A short rate begins anew with a restart, and between two it is exact."""
    rate, state, now = Rate("r", interval, burst), Restarting(), START
    passed: list[list[float]] = [[]]
    for pause, restart in steps:
        now += pause
        if restart:
            state.restart()
            passed.append([])
        if not rate.take(state.counters, "a", 1, now).wait:
            passed[-1].append(now)
    for times in passed:
        assert len(times) <= burst + ((times[-1] - times[0]) / interval if times else 0) + 1e-3
