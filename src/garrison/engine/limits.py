"""Counting: rates, quotas and how many at once, exactly, for each of at most a million keys.

A rate is counted with the generic cell rate algorithm: of each key only the moment is kept at which its allowance is
whole again, so one float tells everything, and what lies in the past need not be kept at all.

Memory is bounded (`MAX_KEYS`). A key is forgotten only once what it did no longer matters, that is when its allowance
is whole again; nobody can make the gateway forget somebody else by coming with many keys. Where no place is left, keys
that are new share one allowance until there is.

What is counted may be kept elsewhere as well (`core/kept.py`), so that a restart goes on counting where it was.
"""

from collections.abc import Callable
from functools import partial
from hashlib import blake2b
from typing import Final, Generic, TypeVar

import msgspec

from garrison.core.kept import Keep, Kept

MAX_KEYS: Final = 1_000_000
"""Keys remembered, of all limits together: 100 to 200 bytes each. Limits have equal shares."""
LONGEST_KEY: Final = 64
"""Characters of a key; longer ones are kept as their digest."""
SHARED: Final = ""
"""The key of those for whom there is no place."""
KEPT_FROM: Final = 10.0
"""Seconds: what a shorter time makes void is not kept elsewhere. A restart takes a part of that."""
RATES: Final = "rate "
"""Shelves of kept rates begin with it, the limit's name follows: the moment at which an allowance is whole again."""
QUOTAS: Final = "quota "
"""Of kept quotas: the window's number, what the one before it saw, and what it saw."""
_TRIES: Final = 8
"""Old keys looked at to find a place for a new one, and dead ones freed with each: a bound on what one costs."""

_Value = TypeVar("_Value", float, int)


class Taken(msgspec.Struct, frozen=True, gc=False):
    """What came of counting one exchange against a limit."""

    wait: float
    """Seconds until it would be admitted; 0 where it is."""
    left: int
    """How many more of cost 1 would be admitted now."""
    reset: float
    """Seconds until the allowance is whole again."""


class Table(Generic[_Value]):
    """The counters of one limit, by key, in two generations.

    What was not touched for a whole `horizon` is void: the older generation is dropped when it has been the older one
    for that long. So nothing needs to be searched, and nobody pays for others' keys.
    """

    __slots__ = ("_dying", "_old", "_share", "_turned", "_young", "horizon", "keep", "origin")

    def __init__(self, horizon: float, now: float, share: Callable[[], int]) -> None:
        """`horizon` is the time in seconds after which an untouched counter says nothing any more."""
        self.horizon = horizon
        self.origin = now
        """What moments are counted from: a double resolves little of the time since the epoch (2.4e-7 s)."""
        self.keep: Callable[[str, _Value], None] | None = None
        """Told of every value that is put."""
        self._share = share
        self._turned = now
        self._young: dict[str, _Value] = {}
        self._old: dict[str, _Value] = {}
        self._dying: dict[str, _Value] = {}

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def get(self, key: str, now: float) -> _Value | None:
        """The counter of `key`; None where there is none."""
        passed = now - self._turned
        if passed >= self.horizon:
            self._turn(now)
        elif passed < -self.horizon:  # the clock was set back
            self._turned = now
        found = self._young.get(key)
        return self._old.get(key) if found is None else found

    def put(self, key: str, value: _Value) -> None:
        """Keep `value`; there must be a place for `key` (`place`)."""
        self._young[key] = value
        if self._old:
            self._old.pop(key, None)
        if self.keep is not None:
            self.keep(key, value)

    def place(self, key: str, is_void: Callable[[_Value], bool]) -> str:
        """`key` where it may be kept, else the key that stands for all that may not."""
        dying = self._dying
        if dying:  # freed bit by bit: to free a million at once would keep everyone waiting
            for _ in range(min(_TRIES, len(dying))):
                dying.popitem()
        if len(self) < self._share():
            return key
        for _ in range(_TRIES):
            if not self._old:
                if not self._young:
                    break
                self._old, self._young = self._young, {}
            other, value = self._old.popitem()
            if is_void(value):
                return key
            self._young[other] = value
        return SHARED

    def adopt(self, values: dict[str, _Value], origin: float) -> None:
        """Take over what an earlier process counted, moments from `origin` on; before anything is counted here.

        They are the older ones: untouched for a horizon they go. There may be a million: nothing is copied.
        """
        self._old, self.origin = values, origin

    def is_idle(self, now: float) -> bool:
        """Whether nothing in it matters any more."""
        return now - self._turned > 2 * self.horizon

    def _turn(self, now: float) -> None:
        # what is left of an earlier one goes at once: two horizons have passed since it was in use
        self._dying = self._old
        self._old, self._young = self._young, {}
        self._turned = now


class Counters:
    """The tables of all limits. Like all state, used by one thread at a time."""

    __slots__ = ("_counts", "_keep", "_kept_counts", "_kept_times", "_origin", "_running", "_times")

    def __init__(self) -> None:
        self._times: dict[str, Table[float]] = {}
        self._counts: dict[str, Table[int]] = {}
        self._running: dict[str, dict[str, int]] = {}
        self._keep: Keep | None = None
        self._kept_times: dict[str, dict[str, float]] = {}
        self._kept_counts: dict[str, dict[str, int]] = {}
        self._origin = 0.0
        """What kept moments are counted from: one of them."""

    def __len__(self) -> int:
        parts = (self._times, self._counts, self._kept_times, self._kept_counts)
        return sum(len(table) for part in parts for table in part.values())

    def keep_with(self, keep: Keep) -> None:
        """Tell `keep` what is counted from now on."""
        self._keep = keep

    def restore(self, kept: Kept) -> None:
        """Count on from what an earlier process kept; before anything is counted. What is none of ours is left."""
        match kept.value:
            case float() | int() as moment if kept.shelf.startswith(RATES):
                self._origin = self._origin or moment
                times = self._kept_times.setdefault(kept.shelf.removeprefix(RATES), {})
                times[_text(kept.key)] = moment - self._origin
            case (int() as index, int() as before, int() as count) if kept.shelf.startswith(QUOTAS):
                counts = self._kept_counts.setdefault(kept.shelf.removeprefix(QUOTAS), {})
                counts[_text(kept.key)] = (index << 64) | (before << 32) | count

    def times(self, name: str, horizon: float, now: float) -> Table[float]:
        """The moments that the rate `name` keeps."""
        table = self._times.get(name)
        if table is None:
            table = _added(self._times, name, Table(horizon, now, self._share), now)
            if name in self._kept_times:
                table.adopt(self._kept_times.pop(name), self._origin)
            self._keep_times(name, table)
        elif table.horizon != horizon:  # another policy may have another one
            table.horizon = horizon
            self._keep_times(name, table)
        return table

    def counts(self, name: str, window: float, horizon: float, now: float) -> Table[int]:
        """The numbers that the quota `name` keeps."""
        table = self._counts.get(name)
        if table is None:
            table = _added(self._counts, name, Table(horizon, now, self._share), now)
            if name in self._kept_counts:
                table.adopt(self._kept_counts.pop(name), now)
            self._keep_counts(name, table, window)
        elif table.horizon != horizon:
            table.horizon = horizon
            self._keep_counts(name, table, window)
        return table

    def running(self, name: str) -> dict[str, int]:
        """How many of each key are under way; bounded by how many connections there are."""
        return self._running.setdefault(name, {})

    def _keep_times(self, name: str, table: Table[float]) -> None:
        keep, shelf, origin = self._keep, RATES + name, table.origin
        if keep is None or table.horizon < KEPT_FROM:
            table.keep = None
            return

        def told(key: str, moment: float) -> None:
            whole = origin + moment
            keep(shelf, _bytes(key), whole, whole)

        table.keep = told

    def _keep_counts(self, name: str, table: Table[int], window: float) -> None:
        keep, shelf, horizon = self._keep, QUOTAS + name, table.horizon
        if keep is None or horizon < KEPT_FROM:
            table.keep = None
            return

        def told(key: str, packed: int) -> None:
            index = packed >> 64
            value = index, (packed >> 32) & _MASK, packed & _MASK
            keep(shelf, _bytes(key), value, index * window + horizon)

        table.keep = told

    def _share(self) -> int:
        limits = len(self._times) + len(self._counts) + len(self._kept_times) + len(self._kept_counts)
        return MAX_KEYS // max(1, limits)


def _added(tables: dict[str, Table[_Value]], name: str, table: Table[_Value], now: float) -> Table[_Value]:
    """`table` among `tables`, and those of limits that are gone are dropped."""
    for other in [other for other, one in tables.items() if one.is_idle(now)]:
        del tables[other]
    tables[name] = table
    return table


class Rate(msgspec.Struct, frozen=True):
    """So many a period, evenly; and so many at once after a pause."""

    name: str
    interval: float
    """Seconds in which one more is allowed."""
    burst: int

    def take(self, counters: Counters, key: str, cost: int, now: float) -> Taken:
        """Count an exchange of `cost` against `key`; what is not admitted is not counted."""
        whole = self.burst * self.interval
        table = counters.times(self.name, whole, now)
        at = now - table.origin
        until = table.get(key, now)
        if until is None:
            key = table.place(key, at.__ge__)
            until = table.get(key, now) if key == SHARED else None
        owed = 0.0 if until is None or until <= at else until - at
        if owed > whole:  # the clock was set back: nobody waits for longer than a whole allowance takes
            owed = whole
            table.put(key, at + whole)
        owes = owed + cost * self.interval
        if owes > whole + _ROUNDING:
            return Taken(owes - whole, int((whole - owed + _ROUNDING) / self.interval), owed)
        table.put(key, at + owes)
        return Taken(0.0, int((whole - owes + _ROUNDING) / self.interval), owes)


_ROUNDING: Final = 1e-6
"""Seconds: far more than what additions lose, far less than any rate's interval."""


class Quota(msgspec.Struct, frozen=True):
    """So many in a window of time."""

    name: str
    requests: int
    window: int
    """Seconds. Windows begin at multiples of it since the epoch: a day is a day in UTC."""
    slides: bool = False
    """Whether what the last window saw counts in proportion to how much of it lies less than a window back."""

    def take(self, counters: Counters, key: str, cost: int, now: float) -> Taken:
        """Count an exchange of `cost` against `key`; what is not admitted is not counted."""
        window = self.window
        index = int(now // window)
        table = counters.counts(self.name, window, window * (2.0 if self.slides else 1.0), now)
        packed = table.get(key, now)
        # Seen in this window, and not in the one before.
        if packed is not None and 0 <= packed - (index << 64) <= _MASK:
            left = self.requests - (packed & _MASK) - cost
            if left >= 0:
                table.put(key, packed + cost)
                return Taken(0.0, left, window - (now - index * window))
        if packed is None:
            key = table.place(key, partial(self._is_void, index=index))
            packed = table.get(key, now) if key == SHARED else None
        before, count = (0, 0) if packed is None else self._counted(packed, index)
        passed = now - index * window
        reset = window - passed
        left = self.requests - count
        if before:
            left = int(left - before * (1.0 - passed / window))
        if cost > left:
            return Taken(self._wait(before, count, cost, passed), max(0, left), reset)
        if packed is not None and packed >> 64 == index:
            table.put(key, packed + cost)
        else:
            table.put(key, (index << 64) | (before << 32) | (count + cost))
        return Taken(0.0, left - cost, reset)

    def _counted(self, packed: int, index: int) -> tuple[int, int]:
        """What the window before this one saw, where that counts, and this one."""
        seen = packed >> 64
        if seen >= index:  # later only where the clock was set back: what was counted stays counted
            return (packed >> 32) & _MASK, packed & _MASK
        return (packed & _MASK if self.slides and seen == index - 1 else 0), 0

    def _is_void(self, packed: int, index: int) -> bool:
        return packed >> 64 < index - self.slides

    def _wait(self, before: int, count: int, cost: int, passed: float) -> float:
        """Seconds until there is room for `cost`."""
        room = self.requests - count - cost
        if before and room >= 0:  # within this window, when enough of the one before has slid out
            return max(0.001, (1.0 - room / before) * self.window - passed)
        reset = self.window - passed
        if self.slides and count:  # in the next, when enough of this one has
            return reset + max(0.0, 1.0 - max(0, self.requests - cost) / count) * self.window
        return reset


_MASK: Final = (1 << 32) - 1


class Concurrency(msgspec.Struct, frozen=True):
    """So many at the same time."""

    name: str
    most: int

    def enter(self, counters: Counters, key: str) -> Callable[[], None] | None:
        """Take a place for `key`, and how to give it back, once; None where none is left."""
        running = counters.running(self.name)
        count = running.get(key, 0)
        if count >= self.most:
            return None
        running[key] = count + 1

        def leave() -> None:
            count = running[key] - 1
            if count:
                running[key] = count
            else:
                del running[key]

        return leave


def _bytes(key: str) -> bytes:
    return key.encode("utf-8", "surrogatepass")


def _text(key: bytes) -> str:
    return key.decode("utf-8", "surrogatepass")


def short(key: str) -> str:
    """`key` in a form of bounded length."""
    return key if len(key) <= LONGEST_KEY else blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
