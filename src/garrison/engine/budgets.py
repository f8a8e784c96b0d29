"""Budgets: how many distinct subjects a key was shown in each of several windows, exactly, for each of many keys.

Several windows that count the same look at one table (`seen.py`). What an answer will show is noted when it is judged,
so that no two answers take the same last place, and taken back where the answer did not leave after all.

Memory is bounded (`spaces.py`), and what is forgotten for that never makes a budget wider: keys for
which there is no place share one table; of a key that has seen more than any of its limits allows, the rest is a
number that counts until the last of them has left every window; and so do subjects for whom there is no place.
"""

from collections.abc import Iterable, Sequence
from math import ceil
from typing import Final

from garrison.engine.limits import SHARED
from garrison.engine.looks import Entry, Look, Nowhere, Taken
from garrison.engine.recent import DIGEST, FEW, Few, Many
from garrison.engine.seen import Seen, cutoff, tick
from garrison.engine.space import Space
from garrison.engine.spaces import MAX_SUBJECTS, SLACK, Spaces

_TRIES: Final = 4
"""Other keys looked at with each new one, so that what lies outside of every window goes."""


class Budgets(Spaces):
    """What the budgets remember."""

    __slots__ = ()

    def look(self, space: Space, key: str, digests: Sequence[bytes]) -> Entry:
        """What `key` has seen of these."""
        seen = self.find(space, key)
        if seen is None:
            never = [0] * len(digests)
            return Entry(space, key, None, digests, never, never)
        self._unfold(seen)
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

    def take_within(self, space: Space, key: str, digest: bytes, now: float, most: int) -> Seen | Nowhere | None:
        """As `take`, of one subject, where `key` has seen `most` at most then: so it is with nearly every answer. With
        whom it waits (`Seen.waiting`), or nobody where nothing changes. None where that is not so, or not so simple;
        nothing is noted then."""
        seen = space.young.get(key) or space.old.get(key)  # as `find`
        if seen is None or self.subjects >= MAX_SUBJECTS:
            return None
        if not seen.latest <= now < seen.until and not seen.settle(space.reach, now):
            return None
        recent = seen.recent
        times, digests = recent.times, recent.digests
        known = len(times)
        if known >= most or seen.waiting is not None or (self._pending and (seen, digest) in self._pending):
            return None
        if known == 1:  # as with all who see none but themselves: to compare costs a third of a search
            if digests == digest:
                return self._take_again(seen, digest, 0, now)
        elif (at := digests.find(digest)) >= 0:
            return self._take_again(seen, digest, at, now)
        digests += digest
        times.append(ceil(now))
        self.subjects += 1
        seen.latest, seen.waiting, seen.before = now, digest, 0
        return seen

    @staticmethod
    def _take_again(seen: Seen, digest: bytes, at: int, now: float) -> Seen | Nowhere | None:
        """As `take_within`, of a subject that was seen before, and stands `at` this place among all."""
        if at & 7:
            return None  # across the border of two others
        at >>= 3
        times, moment = seen.recent.times, ceil(now)
        was, seen.latest = times[at], now
        if was == moment:
            return ()  # nothing changes
        if at == len(times) - 1:
            times[at] = moment  # the last one stays the last
        else:
            digests = seen.recent.digests
            del digests[at * DIGEST : (at + 1) * DIGEST], times[at]
            digests += digest
            times.append(moment)
        seen.waiting, seen.before = digest, was
        return seen

    def is_waiting(self, seen: Seen, digest: bytes) -> bool:
        """Whether an answer that is about to show this subject may yet not leave."""
        self._unfold(seen)
        return (seen, digest) in self._pending

    def take_one(self, look: Look, digest: bytes, now: float) -> Taken:
        """As `take`, for one subject, as it was just looked up."""
        space, key, seen, was, size, newest = look
        if seen is not None:
            self._unfold(seen)
        if seen is None or self.subjects >= MAX_SUBJECTS or (seen, digest) in self._pending:
            return self.take((Entry(space, key, seen, (digest,), (was,), (was,)),), now)
        moment, size = ceil(now), size + 1
        seen.latest = max(seen.latest, now)
        if moment < newest or moment < seen.least:
            moment = seen.tick(now)
        if was == moment:
            return ()  # nothing changes
        place = seen, digest
        self._pending[place] = 1, was
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
            self._unfold(seen)
            moment = seen.tick(now)
            seen.latest = max(seen.latest, now)
            for digest, was in zip(entry.digests, entry.before, strict=True):
                place = seen, digest
                waiting = pending.get(place) if pending else None
                if waiting is not None:
                    pending[place] = waiting[0] + 1, waiting[1]
                elif was == moment:
                    continue  # nothing changes
                else:
                    pending[place] = 1, was
                taken.append(place)
            self._note(entry, seen, moment)
            seen.settle(entry.space.reach, now)
        return taken

    def settle(self, taken: Taken, *, has_left: bool) -> None:
        """What was taken has left, or has not and is given back."""
        if has_left:
            self.keep(taken)
        else:
            self.give_back(taken)

    def keep(self, taken: Taken) -> None:
        """What was taken has left."""
        forget = self._pending.pop
        for place in taken:
            self._unfold(place[0])
            forget(place, None)  # another answer may have shown the same

    def give_back(self, taken: Taken) -> None:
        """What was taken has not left."""
        pending = self._pending
        for place in taken:
            self._unfold(place[0])
            waiting = pending.get(place)
            if waiting is None:
                continue  # as above
            if waiting[0] > 1:
                pending[place] = waiting[0] - 1, waiting[1]
            else:
                del pending[place]
                seen, digest = place
                seen.until = 0.0
                if seen.recent.last_seen(digest):
                    seen.recent.put_back(digest, waiting[1])
                    self.subjects -= not waiting[1]

    def note(self, space: Space, key: str, digests: Sequence[bytes], now: float) -> None:
        """Note what has left."""
        entry = self.look(space, key, digests)
        seen = entry.seen or self._place(space, key, now)
        self._unfold(seen)
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
        seen.until = 0.0
        if size + seen.lost >= space.least:
            self._tighten(space)
        if size > space.keep:
            gone, at = recent.shed(space.keep)
            self.subjects -= gone
            self._lose(space, seen, gone, at)
        if size > FEW and type(recent) is Few and len(recent) > FEW:
            seen.recent = Many(recent)

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
