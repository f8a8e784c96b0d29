"""Which requests of a campaign are really played. Millions of them would all end alike, and nobody waits for that.

`Sliced` is for limits of requests, which come to rest within seconds: it plays slices spread over the whole campaign,
and what lies between two of them is reckoned at the share that got through at the end of the one before.

`Watchful` is for budgets and for detection, where each request counts: it plays every one until it has been refused for
long; from then on it goes on trying now and then, and at each moment at which a window may have opened or a measure
ended. It never reckons anything to have been refused that could have got through, but for what comes between two tries.
"""

from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Protocol

from garrison.lab.campaign import Campaign


class Tempo(Protocol):
    """Chooses the requests that are played."""

    number: int
    """The next to play; once it reaches the end there is none."""
    played: int
    """How many were."""

    def reckoned(self, number: int) -> float:
        """Subjects that were lost in what was passed over before the request of this number."""

    def told(self, *, passed: bool, lost: bool) -> None:
        """What came of it: whether the API was asked, and whether somebody was lost. Moves on."""

    def opens(self, number: int) -> None:
        """From this request on one may get through who did not before: a measure has ended."""


class Sliced:
    """Slices of consecutive requests, evenly spread."""

    def __init__(self, campaign: Campaign, end: int, *, slices: int = 24, length: int = 1_500) -> None:
        self.number = 0
        self.played = 0
        self._before = 0.0
        """Reckoned for all that was passed over but for the last."""
        self._gap_begins = 0
        self._gap_share = 0.0
        self._register = campaign.register
        self._end = end
        self._length = length
        self._warm = length // 3
        """Of a slice, until what the limit had saved up is spent."""
        self._gap = 0 if end <= slices * length else (end - slices * length) // slices
        self._begun = 0
        self._passed: list[int] = []
        """Numbers of those that got through in this slice, once it is warm."""

    def told(self, *, passed: bool, lost: bool) -> None:
        """See `Tempo`."""
        self.played += 1
        del lost  # such a limit does not look at what it lets through: that is told apart afterwards, by ground truth
        if passed and self.number - self._begun >= self._warm:
            self._passed.append(self.number)
        self.number += 1
        if self._gap and self.number - self._begun >= self._length:
            self._skip()

    def opens(self, number: int) -> None:
        """See `Tempo`: nobody takes measures beside such a limit."""

    def _skip(self) -> None:
        self._before = self.reckoned(self.number)
        self._gap_begins, self._gap_share = self.number, self._share()
        self.number = self._begun = min(self._end, self.number + self._gap)
        self._passed.clear()

    def reckoned(self, number: int) -> float:
        """See `Tempo`."""
        passed = max(self._gap_begins, min(number, self._begun))
        return self._before + self._gap_share * (self._register.among(passed) - self._register.among(self._gap_begins))

    def _share(self) -> float:
        """How much got through: from one that did to another, so that it is no matter where a slice ends."""
        passed = self._passed
        return (len(passed) - 1) / (passed[-1] - passed[0]) if len(passed) > 1 else 0.0


class Watchful:
    """Everything until long refused, then now and then."""

    LONG = 150
    """Refusals in a row after which it tries less often."""
    MISSES = 10
    """Of so many misses one is played where nobody watches: they disclose nobody, and budgets do not count them."""

    def __init__(
        self,
        campaign: Campaign,
        end: int,
        windows: Sequence[float],
        *,
        is_watched: bool = False,
        most: int = 400_000,
    ) -> None:
        """`windows` are the lengths of the budgets' windows, in seconds. Whoever watches sees what finds nobody, too:
        it is played as long as it passes. After `most` requests the rest is reckoned at the share that was lost until
        then."""
        self._is_watched = is_watched
        self.number = 0
        self.played = 0
        self._given_up = 0
        """From which number on the rest is only reckoned; 0 where it is not."""
        self._campaign = campaign
        self._register = campaign.register
        self._end = end
        self._most = most
        self._lost = 0
        self._widest = max(1, end // 1_000)
        self._windows = windows
        self._openings: list[int] = []
        """Numbers of requests at which a window may open again."""
        self._refused = 0
        self._stride = 1
        self._shut = True
        """Whether nobody was lost since the last refusal."""

    def told(self, *, passed: bool, lost: bool) -> None:
        """See `Tempo`."""
        self.played += 1
        self._lost += lost
        number = self.number
        if self.played >= self._most:
            self._give_up(number + 1)
        elif not self._register.has(number):
            if passed and self._is_watched:
                self._refused, self._stride = 0, 1
            self.number = self._next(number + 1)
        else:
            self._after_hit(number, lost=lost)

    def opens(self, number: int) -> None:
        """See `Tempo`."""
        if number > self.number:
            heappush(self._openings, number)

    def _give_up(self, number: int) -> None:
        self._given_up = number
        self.number = self._end

    def reckoned(self, number: int) -> float:
        """See `Tempo`."""
        if not self._given_up or number <= self._given_up:
            return 0.0
        seen = self._register.among(self._given_up)
        return self._lost / seen * (self._register.among(number) - seen) if seen else 0.0

    def _after_hit(self, number: int, *, lost: bool) -> None:
        if lost:
            if self._shut:
                for window in self._windows:
                    heappush(self._openings, number + int(window * self._campaign.rate) + 1)
            self._shut, self._refused, self._stride = False, 0, 1
        else:
            self._shut = True
            self._refused += 1
            if self._refused >= self.LONG:
                self._stride = min(self._stride * 2, self._widest)
        self.number = self._next(number + self._stride)

    def _next(self, number: int) -> int:
        """The next one worth playing, from `number` on, or from the next opening if that comes first."""
        openings = self._openings
        while openings and openings[0] <= self.number:
            heappop(openings)
        if openings and openings[0] < number:
            number = heappop(openings)
        if self._refused >= self.LONG:
            return self._register.at_or_after(number)
        if self._is_watched or number % self.MISSES == 0:
            return number
        return min(self._register.at_or_after(number), number + self.MISSES - number % self.MISSES)
