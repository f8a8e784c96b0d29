"""Seen: who was shown to one key of a budget, and from when on that counts.

A window slides: a subject counts until it was last seen a window's length ago, to the second, and never less.
"""

from collections.abc import Mapping, Sequence
from math import ceil, floor

from garrison.engine.recent import FEW, Few, Many, Recent


def tick(now: float) -> int:
    """The moment `now` as it is noted: never earlier than it was."""
    return max(1, ceil(now))


def cutoff(window: int, now: float) -> int:
    """Who was last seen at this tick or earlier is outside of the window that ends `now`."""
    return max(0, floor(now) - window)


def recent_of(seen: Sequence[tuple[bytes, int]]) -> Recent:
    """Subjects, and when each was last seen, in that order."""
    few = Few()
    few.fill(b"".join([digest for digest, _ in seen]), [at for _, at in seen])
    return few if len(few) <= FEW else Many(few)


class Seen:
    """Who was shown to one key."""

    __slots__ = (
        "before",
        "first",
        "floors",
        "held",
        "latest",
        "least",
        "lost",
        "lost_at",
        "recent",
        "until",
        "waiting",
    )

    def __init__(self, first: int) -> None:
        """`first` is the tick at which somebody was shown to it for the first time."""
        self.first = first
        self.latest = 0.0
        """The time of the latest exchange that noted anything: the next may have begun before it."""
        self.recent: Recent = Few()
        self.lost = 0
        """Subjects that count though they are not remembered."""
        self.lost_at = 0
        """When the last of them was seen."""
        self.held: tuple[str, ...] = ()
        """Budgets for whose sake the key is kept out."""
        self.floors: Mapping[str, int] | None = None
        """Who was seen at this tick or earlier does not count any more for the budget of that name."""
        self.least = 1
        """A tick that everything is noted at, or later: what comes after a release is told from what came before."""
        self.waiting: bytes | None = None
        """Somebody who was noted for one exchange and is not known to have left: as nearly always one waits alone. Of
        all others who do, `Budgets` knows."""
        self.before = 0
        """When that one had been seen before; 0: never."""
        self.until = 0.0
        """What is noted from `latest` on and before this moment stands after all that is known, and nothing is to be
        forgotten for it, nor was anything. Set by `settle`; 0 by whatever may change it."""

    def cutoff(self, name: str, window: int, now: float) -> int:
        """As the function, for the budget `name`."""
        begins = cutoff(window, now)
        return begins if self.floors is None else max(begins, self.floors.get(name, 0))

    def bounds(self, name: str, window: int, now: float) -> tuple[int, int]:
        """`cutoff` for those who count, and for those who cost nothing because they were seen.

        They differ where an exchange is judged after one that began later, or the clock was set back: who was outside
        of the window for that one is not inside again, and who is inside for this one counts.
        """
        begins = self.cutoff(name, window, now)
        return begins, begins if now >= self.latest else self.cutoff(name, window, self.latest)

    def used(self, window: int, begins: int) -> int:
        """How many were seen after the tick `begins`, in a window of that length."""
        return self.recent.count(window, begins) + (self.lost if self.lost_at > begins else 0)

    def tick(self, now: float) -> int:
        """The moment `now` as it is noted here: never before what was noted already, whatever the clock does."""
        at, newest = ceil(now), self.recent.newest
        at = max(at, newest)
        return max(at, self.least)

    def settle(self, reach: int, now: float) -> bool:
        """Whether what is noted `now` stands after all that is known, and nobody is to be forgotten for it who is
        remembered for `reach` seconds, nor was; for how long it stays so is noted."""
        times, moment, settled = self.recent.times, ceil(now), ceil(self.latest)
        if not times or self.lost or now < self.latest or moment < self.least:
            return False
        newest, end = times[-1], times[0] + reach
        if newest <= settled and self.least <= settled:
            self.until = end - 1.0
        return newest <= moment < end

    def is_void(self, begins: int) -> bool:
        """Whether nothing that is known of it matters after the tick `begins`, but for how long it has been known."""
        return not self.held and self.recent.newest <= begins and self.lost_at <= begins

    def join(self, other: "Seen", keep: int) -> None:
        """It has seen what `other` has as well; `keep` are remembered."""
        both = dict(self.recent.items())
        for digest, at in other.recent.items():
            both[digest] = max(at, both.get(digest, 0))
        ordered = sorted(both.items(), key=lambda each: each[1])
        gone = max(0, len(ordered) - keep)
        self.lost += other.lost + gone
        self.lost_at = max(self.lost_at, other.lost_at, ordered[gone - 1][1] if gone else 0)
        self.recent = recent_of(ordered[gone:])
        self.first, self.latest = min(self.first, other.first), max(self.latest, other.latest)
        self.held = tuple(dict.fromkeys((*self.held, *other.held)))
        self.until = 0.0

    def release(self, name: str) -> None:
        """Nothing counts any more that the budget `name` has seen; empty: any of its budgets."""
        now = max(self.recent.newest, self.lost_at)
        self.least, self.until = now + 1, 0.0
        if name:
            self.held = tuple([each for each in self.held if each != name])
            self.floors = {**(self.floors or {}), name: now}
            return
        self.held, self.floors = (), None
        self.recent, self.lost, self.lost_at = Few(), 0, 0
