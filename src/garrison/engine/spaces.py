"""The spaces of all budgets: tables of keys, and what comes to them from elsewhere.

What another process or an operator knows is put in force with the next look, by the thread that looks. Whether anybody
could be refused at all is told by one object, `calm`.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from garrison.engine.limits import SHARED
from garrison.engine.looks import Place
from garrison.engine.recent import FEW, Few
from garrison.engine.seen import Seen
from garrison.engine.space import Space

MAX_KEYS: Final = 250_000
"""Keys remembered, of all spaces together, some 400 bytes each. Spaces have equal shares."""
MAX_SUBJECTS: Final = 25_000_000
"""Subjects remembered, of all keys together: 12 to 14 bytes each."""
SLACK: Final = 600
"""Seconds for which those are remembered who have left every window: exchanges may be judged so long after others that
began later. No exchange takes that long (`upstream.request-timeout`, slow bodies)."""


class Release(NamedTuple):
    """A key whose holds are lifted, and for which nothing counts that was seen before."""

    since: float
    per: str
    """Whose key it is, as in the settings of budgets."""
    key: str
    budget: str = ""
    """Only this one; empty: all."""


class Spaces:
    """The spaces, and what is known of the keys in them. Like all state, used by one thread at a time, but for
    `releases`, `expect` and `adopt`."""

    __slots__ = (
        "_applied",
        "_arriving",
        "_calm",
        "_expected",
        "_holds",
        "_pending",
        "_releases",
        "_spaces",
        "calm",
        "form",
        "is_current",
        "subjects",
    )

    def __init__(self) -> None:
        self._releases: frozenset[Release] = frozenset()
        self._applied: frozenset[Release] = frozenset()
        self._holds = False
        self._calm = object()
        self.calm: object | None = self._calm
        """The same object as long as surely nobody is held, nor has come to a limit at which anybody is refused, and
        `is_current`; else None."""
        self.form: object = self._calm
        """Another object whenever a space was made or changed, or anything came from elsewhere."""
        self.is_current = True
        """Whether nothing came from elsewhere that is not in force yet: the next `space` puts it in force."""
        self.subjects = 0
        """How many are remembered, about."""
        self._arriving: tuple[Spaces, ...] = ()
        self._expected: tuple[tuple[str, int, int, int], ...] = ()
        self._spaces: dict[str, Space] = {}
        self._pending: dict[Place, tuple[int, int]] = {}
        """Noted, and not known to have left: for how many exchanges, and when they had been seen before."""

    @property
    def releases(self) -> frozenset[Release]:
        """Replaced whole, by any thread; in force with the next look."""
        return self._releases

    @releases.setter
    def releases(self, releases: frozenset[Release]) -> None:
        self._releases = releases
        self._arrived()

    @property
    def holds(self) -> bool:
        """Whether any key may be held."""
        if not self.is_current:
            self._renew()
        return self._holds

    @property
    def spaces(self) -> Mapping[str, Space]:
        """By name; what it begins with is its budgets' `per`."""
        return self._spaces

    def space(self, name: str, horizon: int, keep: int, least: int = 1 << 31) -> Space:
        """The space `name`, which remembers at least so much, and in which some are refused from `least` on."""
        if not self.is_current:
            self._renew()
        return self._space(name, horizon, keep, least)

    def is_calm(self) -> bool:
        """Whether `calm` is not None, once what came from elsewhere is in force."""
        if not self.is_current:
            self._renew()
        return self.calm is not None

    def _renew(self) -> None:
        """Put in force what came from elsewhere."""
        self.is_current = True  # beforehand: what comes meanwhile is found with the next look
        others, self._arriving = self._arriving, ()
        releases = self._releases
        self._release(releases.union(*[other.releases for other in others]))
        for other in others:
            self._arrive(other, releases)
        for each in self._expected:
            self._space(*each)
        self._calm_down()

    def expect(self, spaces: Iterable[tuple[str, int, int, int]]) -> None:
        """A policy will ask for these spaces, as `space` takes them: they are there from the next look on, so that
        `calm` speaks of all of them. May be called by any thread."""
        self._expected = tuple(spaces)
        self._arrived()

    def _space(self, name: str, horizon: int, keep: int, least: int) -> Space:
        found = self._spaces.get(name)
        if found is None:
            found = self._spaces[name] = Space()
        if found.horizon < horizon or found.keep <= keep or found.least > least:
            found.horizon, found.keep = max(found.horizon, horizon), max(found.keep, keep + 1)
            found.least = min(found.least, least)
            found.most = min(found.least - 1, found.keep, FEW)
            found.reach = found.horizon + SLACK
            self.form = object()
            found.is_tight = len(found) > 0
            if found.is_tight:
                self.calm = None
        return found

    def find(self, space: Space, key: str) -> Seen | None:
        """What is known of `key`; None where it is new."""
        found = space.find(key)
        if found is None and len(space) >= self._share():
            return space.find(SHARED)
        return found

    def _unfold(self, seen: Seen) -> None:
        """Note what waits of one key as of any."""
        if seen.waiting is not None:
            self._pending[seen, seen.waiting] = 1, seen.before
            seen.waiting = None

    def release(self, release: Release) -> None:
        """Put a release in force."""
        for name, space in self._spaces.items():
            if name.partition(" ")[0] == release.per and (seen := space.find(release.key)) is not None:
                self._unfold(seen)
                self.subjects -= len(seen.recent) if not release.budget else 0
                seen.release(release.budget)

    def adopt(self, others: "Spaces") -> None:
        """Have what others know count as well, from the next look on; may be called by any thread."""
        self._arriving += (others,)
        self._arrived()

    def load(self, space: Space, key: str, seen: Seen) -> None:
        """`key` has seen this too, as it is known from elsewhere."""
        if self.subjects + len(seen.recent) > MAX_SUBJECTS:
            self._lose(space, seen, len(seen.recent), seen.recent.newest)
            seen.recent = Few()
        if len(seen.recent) + seen.lost >= space.least:
            self._tighten(space)
        known = space.find(key)
        if known is None and len(space) >= self._share():
            key = SHARED
            known = space.find(key)
        if known is None:
            self.subjects += len(seen.recent)
            space.put(key, seen)
            return
        self._unfold(known)
        before = len(known.recent)
        known.join(seen, space.keep)
        self._tighten(space)
        self.subjects += len(known.recent) - before

    def began(self, space: Space, key: str, first: int) -> None:
        """`key` was shown somebody for the first time at the tick `first`. Of one that is not known otherwise this is
        forgotten where there is no place: it must take nobody else's."""
        seen = space.find(key)
        if seen is not None:
            seen.first = min(seen.first, first)
        elif len(space) < self._share():
            space.put(key, Seen(first))

    def applied(self, releases: frozenset[Release]) -> None:
        """These are in force already."""
        self._releases = self._applied = releases

    def _arrived(self) -> None:
        """Say that something came from elsewhere, once it is here: whoever sees that finds it. In any thread."""
        self.is_current = False
        self.calm = None
        self.form = object()

    def _arrive(self, other: "Spaces", releases: frozenset[Release]) -> None:
        """After `_release`: what comes was read with the releases of then, so that those on file before lift nothing of
        it, and those of `releases` that came since do."""
        for each in sorted(releases - other.releases):
            other.release(each)
        self._holds = self._holds or other.holds
        if not self._spaces:
            self._spaces.update(other.spaces)
            self.subjects = other.subjects
            return
        for name, space in other.spaces.items():
            own = self.space(name, space.horizon, space.keep - 1, space.least)
            for key, seen in space.items():
                self.load(own, key, seen)

    def _tighten(self, space: Space) -> None:
        space.is_tight, self.calm = True, None

    def _calm_down(self) -> None:
        if not (self._holds or any(space.is_tight for space in self._spaces.values())):
            self.calm = self._calm
        if not self.is_current:  # what comes meanwhile sets both, this one first
            self.calm = None

    def _release(self, releases: frozenset[Release]) -> None:
        """Each once: what was on file before, was gone and is there again lifts nothing that came since."""
        for each in sorted(releases - self._applied):
            self.release(each)
        self._applied |= releases

    @staticmethod
    def _lose(space: Space, seen: Seen, number: int, moment: int) -> None:
        """So many count that are not remembered; what was lost earlier counts until it is outside of every window."""
        begins = max(moment, seen.recent.newest) - space.horizon - 1
        seen.until = 0.0
        seen.lost = number + (seen.lost if seen.lost_at > begins else 0)
        seen.lost_at = max(seen.lost_at, moment)

    def _share(self) -> int:
        return MAX_KEYS // max(1, len(self._spaces))
