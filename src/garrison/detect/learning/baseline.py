"""`surge`, `missing` and `taking`: how far an operation is from what is usual for it at this hour.

For each operation and cohort (the OAuth client, else whether somebody is known) three numbers of each hour are kept:
requests, the share of misses, and people told of for each who asks. What is usual is their median at the same hour of
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
_TO_SIGMA: Final = 1.4826
"""Of normally distributed values, the standard deviation is so many MADs."""


class Usual(NamedTuple):
    """Median and scatter."""

    middle: float
    scatter: float


class _Hour:
    """One operation and cohort."""

    __slots__ = ("askers", "began", "count", "history", "missed", "people", "usual")

    def __init__(self, began: float) -> None:
        self.began = began
        self.count = self.missed = self.people = 0
        self.askers: set[str] = set()
        self.history: list[list[list[float]]] = [[] for _ in range(24)]
        """For each hour of the day: day of the week, requests, share of misses, people for each who asks."""
        self.usual: tuple[Usual | None, Usual | None, Usual | None] = (None, None, None)


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
        if pair.usual[0] is not None and seen.time - pair.began >= self._period:
            self._say(pair, seen)

    def _say(self, pair: _Hour, seen: Seen) -> None:
        rate, missing, taking = pair.usual
        if rate is not None:
            seen.surge = max(0.0, (pair.count - rate.middle) / rate.scatter)
        if pair.count < _EVENTS:
            return
        if missing is not None:
            seen.missing = max(0.0, (pair.missed / pair.count - missing.middle) / missing.scatter)
        if taking is not None:
            seen.taking = max(0.0, (pair.people / len(pair.askers) - taking.middle) / taking.scatter)

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
    values = (
        float(pair.count),
        pair.missed / pair.count if pair.count else -1.0,
        pair.people / len(pair.askers) if pair.askers else -1.0,
    )
    usual = _usual(pair, hour)
    kept = [
        value if value < 0 or one is None else _bounded(value, one) for value, one in zip(values, usual, strict=True)
    ]
    hours = pair.history[hour % 24]
    hours.append([float(_weekday(hour)), *kept])
    if len(hours) > _DAYS:
        del hours[0]
    pair.count = pair.missed = pair.people = 0
    pair.askers = set()


def _bounded(value: float, usual: Usual) -> float:
    most = _INFLUENCE * usual.scatter
    return min(max(value, usual.middle - most), usual.middle + most)


def _weekday(hour: int) -> int:
    return (hour // 24 + 3) % 7  # the epoch began on a Thursday


def _usual(pair: _Hour, hour: int) -> tuple[Usual | None, Usual | None, Usual | None]:
    earlier = pair.history[hour % 24]
    same = [entry for entry in earlier if entry[0] == _weekday(hour)]
    if len(same) < _SAME_DAY:
        same = earlier
    rate = _robust([entry[1] for entry in same])
    missing = _robust([entry[2] for entry in same if entry[2] >= 0])
    taking = _robust([entry[3] for entry in same if entry[3] >= 0])
    return (
        rate and Usual(rate.middle, rate.scatter + sqrt(max(rate.middle, 1.0)) + 0.1 * rate.middle),
        missing and Usual(missing.middle, missing.scatter + 0.05),
        taking and Usual(taking.middle, taking.scatter + 0.25 * taking.middle + 0.5),
    )


def _robust(values: list[float]) -> Usual | None:
    if len(values) < _LEAST:
        return None
    middle = median(values)
    return Usual(middle, _TO_SIGMA * median(abs(value - middle) for value in values))
