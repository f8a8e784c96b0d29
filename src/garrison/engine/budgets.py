"""Budgets: how many distinct subjects a key was shown in each of several windows, exactly, for each of many keys.

Several windows that count the same look at one table (`seen.py`). What an answer will show is noted when it is judged,
so that no two answers take the same last place, and taken back where the answer did not leave after all.

Memory is bounded (`MAX_KEYS`, `MAX_SUBJECTS`), and what is forgotten for that never makes a budget wider: keys for
which there is no place share one table; of a key that has seen more than any of its limits allows, the rest is a
number that counts until the last of them has left every window; and so do subjects for whom there is no place.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from math import ceil
from typing import Final, NamedTuple, TypeAlias

from garrison.engine.limits import SHARED, short
from garrison.engine.networks import prefix
from garrison.engine.recent import FEW, Few, Many
from garrison.engine.seen import Seen, cutoff, tick
from garrison.engine.space import Space

MAX_KEYS: Final = 250_000
"""Keys remembered, of all spaces together, some 400 bytes each. Spaces have equal shares."""
MAX_SUBJECTS: Final = 25_000_000
"""Subjects remembered, of all keys together: 12 to 14 bytes each."""
SLACK: Final = 600
"""Seconds for which those are remembered who have left every window: exchanges may be judged so long after others that
began later. No exchange takes that long (`upstream.request-timeout`, slow bodies)."""
_TRIES: Final = 4
"""Other keys looked at with each new one, so that what lies outside of every window goes."""


def key_of(per: str, who: str, client: str, address: str, operation: str, bits: tuple[int, int]) -> str:
    """Whose exposures count together, for `per` of a budget; `bits` are those of wider networks.

    Who is nobody (`who` is empty) counts by their address' own network, in which they can choose another.
    """
    if per == "principal":
        return party_of(who, address)
    if per == "client":
        return short(client) if client else stranger(address) if not who else f"\t{short(who)}"
    if per == "peer":
        return peer_of(address)
    if per == "network":
        return prefix(address, *bits)
    return operation if per == "operation" else ""


def party_of(who: str, address: str) -> str:
    """The principal `who`; their peer where nobody proved who they are."""
    return short(who) if who else stranger(address)


@lru_cache(maxsize=65536)
def stranger(address: str) -> str:
    """The key of somebody who proved nothing: it cannot be anybody's name."""
    return f"\n{peer_of(address)}"


def peer_of(address: str) -> str:
    """The network of one subscriber: of IPv6 they have at least 64 bits to choose from."""
    return prefix(address, 32, 64)


class Release(NamedTuple):
    """A key whose holds are lifted, and for which nothing counts that was seen before."""

    since: float
    per: str
    """Whose key it is, as in the settings of budgets."""
    key: str
    budget: str = ""
    """Only this one; empty: all."""


class Entry(NamedTuple):
    """What one answer shows to one key, and what that key had seen before."""

    space: Space
    key: str
    seen: Seen | None
    """None where the key is new."""
    digests: Sequence[bytes]
    """Each once."""
    before: Sequence[int]
    """When each of them was last seen; 0: never."""
    left: Sequence[int]
    """The same as far as it is known to have left: what another answer is about to show may not leave after all."""


Look: TypeAlias = tuple[Space, str, Seen | None, int, int, int]
"""What one subject's answer shows to a key, and what that had seen: where the key stands, the key, what is known of it
(None where it is new), when it saw the subject last, how many it has seen that count at most, and when the last."""
Place: TypeAlias = tuple[Seen, bytes]
"""The place of one subject with one key."""
Taken: TypeAlias = Sequence[Place]
"""What was noted before it was known whether it leaves."""


class Budgets:
    """What the budgets remember. Like all state, used by one thread at a time, but for `releases`."""

    __slots__ = (
        "_applied",
        "_arriving",
        "_calm",
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
        """Another object whenever a space was made or changed."""
        self.is_current = True
        """Whether nothing came from elsewhere that is not in force yet: the next `space` puts it in force."""
        self.subjects = 0
        """How many are remembered, about."""
        self._arriving: tuple[Budgets, ...] = ()
        self._spaces: dict[str, Space] = {}
        self._pending: dict[tuple[Seen, bytes], list[int]] = {}
        """Noted, and not known to have left: for how many exchanges, and when they had been seen before."""

    @property
    def releases(self) -> frozenset[Release]:
        """Replaced whole, by any thread; in force with the next look."""
        return self._releases

    @releases.setter
    def releases(self, releases: frozenset[Release]) -> None:
        self._releases = releases
        self.is_current = False  # afterwards: whoever sees it finds them
        self.calm = None

    @property
    def holds(self) -> bool:
        """Whether any key may be held."""
        if self._arriving:
            self._arrive()
        return self._holds

    @property
    def spaces(self) -> Mapping[str, Space]:
        """By name; what it begins with is its budgets' `per`."""
        return self._spaces

    def space(self, name: str, horizon: int, keep: int, least: int = 1 << 31) -> Space:
        """The space `name`, which remembers at least so much, and in which some are refused from `least` on."""
        if not self.is_current:
            self.is_current = True  # beforehand: what comes meanwhile is found with the next look
            if self._releases is not self._applied:
                self._release()
            if self._arriving:
                self._arrive()
            self._calm_down()
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

    def look(self, space: Space, key: str, digests: Sequence[bytes]) -> Entry:
        """What `key` has seen of these."""
        seen = self.find(space, key)
        if seen is None:
            never = [0] * len(digests)
            return Entry(space, key, None, digests, never, never)
        recent = seen.recent
        before = [recent.last_seen(digests[0])] if len(digests) == 1 else recent.all_last_seen(digests)
        return Entry(space, key, seen, digests, before, self._left(seen, digests, before) if self._pending else before)

    def _left(self, seen: Seen, digests: Sequence[bytes], before: Sequence[int]) -> Sequence[int]:
        pending = self._pending
        return [
            was if (waiting := pending.get((seen, digest))) is None else waiting[1]
            for digest, was in zip(digests, before, strict=True)
        ]

    def look_one(self, space: Space, key: str, digest: bytes) -> Look:
        """As `look`, for one subject."""
        seen = space.find(key) or self.find(space, key)
        if seen is None:
            return space, key, None, 0, 0, 0
        before, size, newest = seen.recent.look(digest)
        return space, key, seen, before, size + seen.lost, newest

    def take_within(self, space: Space, key: str, digest: bytes, now: float, most: int) -> Place | None:
        """Note one subject that is new to `key`, which then has seen `most` at most: so it is with nearly every answer.
        None where that is not so, or not so simple; nothing is noted then."""
        seen = space.find(key)
        if seen is None or self.subjects >= MAX_SUBJECTS:
            return None
        place, moment = (seen, digest), ceil(now)
        if moment < seen.least or place in self._pending:
            return None
        if not seen.recent.add_within(digest, moment, moment - space.reach, most - seen.lost):
            return None
        if now > seen.latest:  # noqa: PLR1730 - at a fourth of what `max` takes
            seen.latest = now
        self.subjects += 1
        self._pending[place] = [1, 0]
        return place

    def is_waiting(self, seen: Seen, digest: bytes) -> bool:
        """Whether an answer that is about to show this subject may yet not leave."""
        return (seen, digest) in self._pending

    def take_one(self, look: Look, digest: bytes, now: float) -> Taken:
        """As `take`, for one subject, as it was just looked up."""
        space, key, seen, was, size, newest = look
        if seen is None or self.subjects >= MAX_SUBJECTS or (seen, digest) in self._pending:
            return self.take((Entry(space, key, seen, (digest,), (was,), (was,)),), now)
        moment, size = ceil(now), size + 1
        seen.latest = max(seen.latest, now)
        if moment < newest or moment < seen.least:
            moment = seen.tick(now)
        if was == moment:
            return ()  # nothing changes
        place = seen, digest
        self._pending[place] = [1, was]
        if was:
            seen.recent.note(digest, moment)
            return (place,)
        self.subjects += seen.recent.add(digest, moment, moment - space.horizon - SLACK)
        if size >= space.least or size > space.keep or size > FEW:
            self._bound(space, seen)
        return (place,)

    def take(self, entries: Iterable[Entry], now: float) -> Taken:
        """Note what an answer shows that is about to leave, as it was just looked up; `settle` must follow."""
        taken: list[tuple[Seen, bytes]] = []
        pending = self._pending
        for entry in entries:
            seen = entry.seen or self._place(entry.space, entry.key, now)
            moment = seen.tick(now)
            seen.latest = max(seen.latest, now)
            for digest, was in zip(entry.digests, entry.before, strict=True):
                place = seen, digest
                waiting = pending.get(place) if pending else None
                if waiting is not None:
                    waiting[0] += 1
                elif was == moment:
                    continue  # nothing changes
                else:
                    pending[place] = [1, was]
                taken.append(place)
            self._note(entry, seen, moment)
        return taken

    def settle(self, taken: Taken, *, has_left: bool) -> None:
        """What was taken has left, or has not and is given back."""
        pending = self._pending
        if has_left:
            for place in taken:
                pending.pop(place, None)  # another answer may have shown the same
            return
        for place in taken:
            waiting = pending.get(place)
            if waiting is None:
                continue  # as above
            waiting[0] -= 1
            if not waiting[0]:
                del pending[place]
                seen, digest = place
                if seen.recent.last_seen(digest):
                    seen.recent.put_back(digest, waiting[1])
                    self.subjects -= not waiting[1]

    def note(self, space: Space, key: str, digests: Sequence[bytes], now: float) -> None:
        """Note what has left."""
        entry = self.look(space, key, digests)
        seen = entry.seen or self._place(space, key, now)
        moment = seen.tick(now)
        seen.latest = max(seen.latest, now)
        self._note(entry, seen, moment)
        if self._pending:
            for digest in digests:
                self._pending.pop((seen, digest), None)

    def hold(self, space: Space, key: str, name: str, now: float) -> None:
        """Keep `key` out for the sake of the budget `name`."""
        seen = self.find(space, key) or self._place(space, key, now)
        if name not in seen.held:
            seen.held = (*seen.held, name)
        self._holds, self.calm = True, None

    def release(self, release: Release) -> None:
        """Put a release in force."""
        for name, space in self._spaces.items():
            if name.partition(" ")[0] == release.per and (seen := space.find(release.key)) is not None:
                self.subjects -= len(seen.recent) if not release.budget else 0
                seen.release(release.budget)

    def adopt(self, others: "Budgets") -> None:
        """Have what others know count as well, from the next look on; may be called by any thread."""
        self._arriving += (others,)
        self.is_current = False
        self.calm = None

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
        before = len(known.recent)
        known.join(seen, space.keep)
        self._tighten(space)
        self.subjects += len(known.recent) - before

    def applied(self, releases: frozenset[Release]) -> None:
        """These are in force already."""
        self._releases = self._applied = releases

    def _arrive(self) -> None:
        others, self._arriving = self._arriving, ()
        for other in others:
            self._holds = self._holds or other.holds
            if not self._spaces:
                self._spaces.update(other.spaces)
                self.subjects = other.subjects
                continue
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

    def _release(self) -> None:
        releases = self._releases
        for each in sorted(releases - self._applied):
            self.release(each)
        self._applied = releases

    def _note(self, entry: Entry, seen: Seen, moment: int) -> None:
        recent, digests = seen.recent, entry.digests
        fresh = entry.before.count(0)
        if fresh:
            self.subjects += fresh - recent.trim(moment - entry.space.horizon - SLACK)
            if self.subjects > MAX_SUBJECTS:
                self.subjects -= fresh
                digests = [digest for digest, was in zip(digests, entry.before, strict=True) if was]
                self._lose(entry.space, seen, fresh, moment)
        if len(digests) == 1:
            recent.note(digests[0], moment)
        else:
            recent.note_all(digests, moment)
        if fresh:
            self._bound(entry.space, seen)

    def _bound(self, space: Space, seen: Seen) -> None:
        """Somebody was new to `seen`: whether that is more than is kept, or than the tightest limit allows."""
        recent = seen.recent
        size = len(recent)
        if size + seen.lost >= space.least:
            self._tighten(space)
        if size > space.keep:
            gone, at = recent.shed(space.keep)
            self.subjects -= gone
            self._lose(space, seen, gone, at)
        if size > FEW and type(recent) is Few and len(recent) > FEW:
            seen.recent = Many(recent)

    @staticmethod
    def _lose(space: Space, seen: Seen, number: int, moment: int) -> None:
        """So many count that are not remembered; what was lost earlier counts until it is outside of every window."""
        begins = max(moment, seen.recent.newest) - space.horizon - 1
        seen.lost = number + (seen.lost if seen.lost_at > begins else 0)
        seen.lost_at = max(seen.lost_at, moment)

    def _place(self, space: Space, key: str, now: float) -> Seen:
        begins, share = cutoff(space.horizon, now), self._share()
        for _ in range(_TRIES):
            other = space.oldest()
            if other is None:
                break
            self.subjects -= other.recent.trim(begins - SLACK)
            if len(space) >= share and other.is_void(begins):
                space.remove(other)
        if len(space) >= share:
            key = SHARED
        seen = space.find(key)
        if seen is None:
            seen = Seen(tick(now))
            shared = space.find(SHARED)
            if shared is not None and key != SHARED:  # it may have been among those
                self._tighten(space)
                seen.lost, seen.lost_at = len(shared.recent) + shared.lost, max(shared.recent.newest, shared.lost_at)
                seen.held = shared.held
            space.put(key, seen)
        return seen

    def _share(self) -> int:
        return MAX_KEYS // max(1, len(self._spaces))
