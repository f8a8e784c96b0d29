"""`surge`, `missing` and `taking`: how far an operation is from what is usual for it at this hour.

For each operation and cohort (the OAuth client, else whether somebody is known) three numbers of each hour are kept:
requests, the share of misses, and people told of for each who asks. While an hour lasts, those who usually come in it
count as well, so that it may begin with one who takes much. What is usual is their median at the same hour of
earlier days, of the same day of the week where there are enough; how much they scatter is the median of what they
differ from it (MAD). An hour that stands out is kept as if it had been at the edge of what is usual (`_INFLUENCE`),
and of four weeks half would have to be wrong: whoever grows slowly teaches little.
"""

from math import sqrt
from statistics import median
from typing import Any, Final, NamedTuple

from garrison.detect.seen import Seen

_HOUR: Final = 3_600.0
_WEEK_HOURS: Final = 168
_DAYS: Final = 28
_SAME_DAY: Final = 4
"""Earlier hours of the same day of the week that are enough."""
_LEAST: Final = 3
"""Earlier hours below which nothing is said."""
_INFLUENCE: Final = 3.0
"""Scatters from the median at which an hour is kept at most."""
_EVENTS: Final = 30
"""Requests in the hour below which nothing is said of shares."""
_ASKERS: Final = 10_000
"""Of those who ask in one hour, so many are told apart."""
_PAIRS: Final = 10_000
_NONE: Final = -1000.0
"""Stands for a share of nothing."""
_TO_SIGMA: Final = 1.4826
"""Of normally distributed values, the standard deviation is so many MADs."""


class Usual(NamedTuple):
    """Median and scatter."""

    middle: float
    scatter: float


class _Usual(NamedTuple):
    """What is usual in one hour; None where too little is known."""

    rate: Usual | None = None
    missing: Usual | None = None
    taking: Usual | None = None
    askers: float = 0.0
    """How many usually ask."""


class _Hour:
    """One operation and cohort."""

    __slots__ = ("askers", "began", "count", "history", "missed", "people", "usual")

    def __init__(self, began: float) -> None:
        self.began = began
        self.count = self.missed = self.people = 0
        self.askers: set[str] = set()
        self.history: list[list[list[float]]] = [[] for _ in range(24)]
        """For each hour of the day: day of the week, requests, share of misses, people for each who asks, and how many
        asked."""
        self.usual = _Usual()


class Baselines:
    """What is usual in each hour of the week."""

    def __init__(self, period: float) -> None:
        self._period = period
        self._hour = -1
        self._pairs: dict[tuple[str, str], _Hour] = {}

    def note(self, operation: str, seen: Seen) -> None:
        """How unusual the operation is, this event included."""
        hour = int(seen.time // _HOUR)
        if hour != self._hour:
            self._turn(hour)
        cohort = seen.event.client or ("" if seen.anonymous else "principal")
        pair = self._pairs.get((operation, cohort))
        if pair is None:
            if len(self._pairs) >= _PAIRS:
                return
            pair = self._pairs[operation, cohort] = _Hour(seen.time)
        pair.count += 1
        if seen.event.missed:
            pair.missed += 1
        if seen.told:
            pair.people += len(seen.people)
        if len(pair.askers) < _ASKERS:
            pair.askers.add(seen.asker)
        if pair.usual.rate is not None and seen.time - pair.began >= self._period:
            self._say(pair, seen)

    def _say(self, pair: _Hour, seen: Seen) -> None:
        usual = pair.usual
        if usual.rate is None:
            return
        seen.surge = max(0.0, (pair.count - usual.rate.middle) / usual.rate.scatter)
        if pair.count < _EVENTS:
            return
        if usual.missing is not None:
            share = pair.missed / max(pair.count, usual.rate.middle)
            seen.missing = max(0.0, (share - usual.missing.middle) / usual.missing.scatter)
        if usual.taking is not None:
            each = pair.people / max(len(pair.askers), usual.askers)
            seen.taking = max(0.0, (each - usual.taking.middle) / usual.taking.scatter)

    def _turn(self, hour: int) -> None:
        """Another hour begins: keep the one that is over, and those in which nobody came."""
        if self._hour >= 0:
            for passed in range(self._hour, min(hour, self._hour + _WEEK_HOURS)):
                for pair in self._pairs.values():
                    _keep(pair, passed)
        self._hour = hour
        for pair in self._pairs.values():
            pair.usual = _usual(pair, hour)

    def dump(self) -> list[Any]:
        """As `load` takes it."""
        pairs = [
            [*key, one.began, one.count, one.missed, one.people, sorted(one.askers), _copy(one.history)]
            for key, one in self._pairs.items()
        ]
        return [self._hour, pairs]

    def load(self, dumped: list[Any]) -> None:
        """What `dump` gave."""
        self._hour, pairs = dumped
        for operation, cohort, began, count, missed, people, askers, history in pairs:
            one = self._pairs[operation, cohort] = _Hour(began)
            one.count, one.missed, one.people = count, missed, people
            one.askers, one.history = set(askers), _copy(history)
            one.usual = _usual(one, self._hour)


def _copy(history: list[list[list[float]]]) -> list[list[list[float]]]:
    return [[list(entry) for entry in hours] for hours in history]


def _keep(pair: _Hour, hour: int) -> None:
    usual, askers = _usual(pair, hour), len(pair.askers)
    kept = [
        _bounded(float(pair.count), usual.rate),
        _bounded(pair.missed / pair.count, usual.missing) if pair.count else _NONE,
        _bounded(pair.people / askers, usual.taking) if askers else _NONE,
    ]
    hours = pair.history[hour % 24]
    hours.append([float(_weekday(hour)), *kept, float(askers)])
    if len(hours) > _DAYS:
        del hours[0]
    pair.count = pair.missed = pair.people = 0
    pair.askers = set()


def _bounded(value: float, usual: Usual | None) -> float:
    if usual is None:
        return value
    most = _INFLUENCE * usual.scatter
    return min(max(value, usual.middle - most), usual.middle + most)


def _weekday(hour: int) -> int:
    return (hour // 24 + 3) % 7  # the epoch began on a Thursday


def _usual(pair: _Hour, hour: int) -> _Usual:
    earlier = pair.history[hour % 24]
    same = [entry for entry in earlier if entry[0] == _weekday(hour)]
    if len(same) < _SAME_DAY:
        same = earlier
    rate = _robust([entry[1] for entry in same])
    missing = _robust([entry[2] for entry in same if entry[2] != _NONE])
    taking = _robust([entry[3] for entry in same if entry[3] != _NONE])
    return _Usual(
        rate and Usual(rate.middle, rate.scatter + sqrt(max(rate.middle, 1.0)) + 0.1 * rate.middle),
        missing and Usual(missing.middle, missing.scatter + 0.05),
        taking and Usual(taking.middle, taking.scatter + 0.25 * taking.middle + 0.5),
        median(entry[4] for entry in same) if same else 0.0,
    )


def _robust(values: list[float]) -> Usual | None:
    if len(values) < _LEAST:
        return None
    middle = median(values)
    return Usual(middle, _TO_SIGMA * median(abs(value - middle) for value in values))
