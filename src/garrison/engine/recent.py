"""Recent: who was seen when, a few bytes each, in the order in which they were last seen.

Subjects are the first eight bytes of their digests, moments are ticks: whole seconds since the epoch, rounded up. Few
subjects stand in one string of bytes that is searched as such, 12 bytes each; of many, each has one of many such
strings, and how many were last seen in each second is counted beside them.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Final, TypeAlias

DIGEST: Final = 8
"""Bytes of a subject here. That two of a hundred thousand agree has a chance of one in 10^9."""
BATCH: Final = 24
"""Subjects from which on it costs less to make an index of all that are known than to search for each."""
FEW: Final = 4096
"""Subjects that are searched through as one string: up to 4 us."""
BUCKET: Final = 256
"""Subjects in each string of many, on average at most."""


class Few:
    """Up to some thousand subjects."""

    __slots__ = ("digests", "times")

    def __init__(self) -> None:
        self.digests = bytearray()
        """Subjects one after another, in the order in which they were last seen."""
        self.times = array("I")
        """When each of them was."""

    def __len__(self) -> int:
        return len(self.times)

    @property
    def newest(self) -> int:
        """When anybody was last seen; 0 where nobody was."""
        return self.times[-1] if self.times else 0

    def last_seen(self, digest: bytes) -> int:
        """When a subject was last seen; 0 where it is not known."""
        at = self._find(digest)
        return self.times[at] if at >= 0 else 0

    def look(self, digest: bytes) -> tuple[int, int, int]:
        """When a subject was last seen, how many are known, and when anybody was last seen: all of it at once."""
        times = self.times
        if not times:
            return 0, 0, 0
        at = self.digests.find(digest)
        if at & 7:  # across the border of two others, or nowhere
            at = self._find(digest) * DIGEST if at >= 0 else at
        return times[at >> 3] if at >= 0 else 0, len(times), times[-1]

    def all_last_seen(self, digests: Sequence[bytes]) -> list[int]:
        """The same of several."""
        if len(digests) < BATCH:
            return [self.last_seen(each) for each in digests]
        times, places = self.times, self._places()
        return [times[at] if (at := places.get(each, -1)) >= 0 else 0 for each in digests]

    def note(self, digest: bytes, tick: int) -> None:
        """A subject was seen at `tick`, which is not before `newest`."""
        at = self._find(digest)
        if at >= 0:
            if self.times[at] == tick:
                return
            self._remove(at)
        self.digests += digest
        self.times.append(tick)

    def add(self, digest: bytes, tick: int, cutoff: int) -> int:
        """The same of a subject that is not known, and `trim` to `cutoff`; how many more are known."""
        times = self.times
        gone = self.trim(cutoff) if times and times[0] <= cutoff else 0
        self.digests += digest
        times.append(tick)
        return 1 - gone

    def note_all(self, digests: Sequence[bytes], tick: int) -> None:
        """The same of several, each once."""
        if len(digests) < BATCH:
            for digest in digests:
                self.note(digest, tick)
            return
        places = self._places()
        self._remove_all(sorted([places[each] for each in digests if each in places]))
        self.digests += b"".join(digests)
        self.times.extend(repeat(tick, len(digests)))

    def fill(self, digests: bytes, times: Sequence[int]) -> None:
        """Put these in place of all that is known: digests one after another, and when each was last seen, in order."""
        self.digests, self.times = bytearray(digests), array("I", times)

    def put_back(self, digest: bytes, tick: int) -> None:
        """A subject was not seen after all, but last at `tick`; 0: never."""
        at = self._find(digest)
        if at >= 0:
            self._remove(at)
        if tick:
            at = bisect_right(self.times, tick)
            self.digests[at * DIGEST : at * DIGEST] = digest
            self.times.insert(at, tick)

    def count(self, window: int, cutoff: int) -> int:
        """How many were seen after `cutoff`. `window` is the length of the window that begins there."""
        del window
        times = self.times
        if not times or times[0] > cutoff:
            return len(times)
        return len(times) - bisect_right(times, cutoff)

    def moment(self, cutoff: int, rank: int) -> int:
        """When the one was last seen who is the `rank`th, from 0, of those seen after `cutoff`."""
        return self.times[bisect_right(self.times, cutoff) + rank]

    def trim(self, cutoff: int) -> int:
        """Forget who was not seen after `cutoff`; how many."""
        if not self.times or self.times[0] > cutoff:
            return 0
        return self._drop(bisect_right(self.times, cutoff))

    def shed(self, keep: int) -> tuple[int, int]:
        """Forget those last seen longest ago so that `keep` are left; how many, and when the last of them was seen."""
        surplus = len(self.times) - keep
        if surplus <= 0:
            return 0, 0
        newest = self.times[surplus - 1]
        return self._drop(surplus), newest

    def items(self) -> Iterator[tuple[bytes, int]]:
        """Subjects and when each was last seen, in that order."""
        digests = bytes(self.digests)
        for at, tick in enumerate(self.times):
            yield digests[at * DIGEST : (at + 1) * DIGEST], tick

    def _find(self, digest: bytes) -> int:
        find = self.digests.find
        at = find(digest)
        while at & 7 and at >= 0:  # across the border of two others
            at = find(digest, at + 1)
        return at >> 3

    def _places(self) -> dict[bytes, int]:
        digests = bytes(self.digests)
        return {digests[at : at + DIGEST]: at >> 3 for at in range(0, len(digests), DIGEST)}

    def _remove(self, at: int) -> None:
        del self.digests[at * DIGEST : (at + 1) * DIGEST]
        del self.times[at]

    def _remove_all(self, places: Sequence[int]) -> None:
        if not places:
            return
        digests, times = bytes(self.digests), array("I")
        pieces: list[bytes] = []
        begin = 0
        for at in (*places, len(self.times)):
            pieces.append(digests[begin * DIGEST : at * DIGEST])
            times += self.times[begin:at]
            begin = at + 1
        self.digests, self.times = bytearray(b"".join(pieces)), times

    def _drop(self, number: int) -> int:
        del self.digests[: number * DIGEST]
        del self.times[:number]
        return number


class Many:
    """Any number of subjects, each sought among a few hundred."""

    __slots__ = ("_buckets", "_counts", "_edges", "_floor", "_size", "_ticks", "digests", "times")

    def __init__(self, known: Few) -> None:
        """Take over what is known."""
        self.digests, self.times = bytearray(), array("I")
        """As of few, and always empty: there is no one string to look at."""
        self._ticks = array("I")
        """Seconds in which anybody was last seen, in order."""
        self._counts = array("I")
        """How many in each."""
        self._size = 0
        self._floor = 0
        """Who was not seen after it is forgotten, wherever it still stands."""
        self._edges: dict[int, list[int]] = {}
        """For each window the index in `_ticks` at which it begins, and how many are in it."""
        self._buckets = [Few() for _ in range(FEW // BUCKET * 2)]
        for digest, tick in known.items():
            self.note(digest, tick)

    def __len__(self) -> int:
        return self._size

    @property
    def newest(self) -> int:
        """When anybody was last seen."""
        return max(self._floor, self._ticks[-1] if self._ticks else 0)

    def last_seen(self, digest: bytes) -> int:
        """When a subject was last seen; 0 where it is not known."""
        tick = self._bucket(digest).last_seen(digest)
        return tick if tick > self._floor else 0

    def look(self, digest: bytes) -> tuple[int, int, int]:
        """When a subject was last seen, how many are known, and when anybody was last seen: all of it at once."""
        return self.last_seen(digest), self._size, self.newest

    def all_last_seen(self, digests: Sequence[bytes]) -> list[int]:
        """The same of several."""
        return [self.last_seen(each) for each in digests]

    def note(self, digest: bytes, tick: int) -> None:
        """A subject was seen at `tick`, which is not before `newest`."""
        bucket = self._bucket(digest)
        bucket.trim(self._floor)
        before = bucket.last_seen(digest)
        if before == tick:
            return
        bucket.note(digest, tick)
        if before:
            self._uncount(before)
        self._count(tick)
        if self._size > BUCKET * len(self._buckets):
            self._spread()

    def add(self, digest: bytes, tick: int, cutoff: int) -> int:
        """The same of a subject that is not known, and `trim` to `cutoff`; how many more are known."""
        gone = self.trim(cutoff)
        self._bucket(digest).add(digest, tick, self._floor)  # it may still stand there, forgotten
        self._count(tick)
        if self._size > BUCKET * len(self._buckets):
            self._spread()
        return 1 - gone

    def note_all(self, digests: Sequence[bytes], tick: int) -> None:
        """The same of several, each once."""
        for digest in digests:
            self.note(digest, tick)

    def put_back(self, digest: bytes, tick: int) -> None:
        """A subject was not seen after all, but last at `tick`; 0: never."""
        before = self.last_seen(digest)
        tick = tick if tick > self._floor else 0
        self._bucket(digest).put_back(digest, tick)
        if before:
            self._uncount(before)
        if tick:
            self._count(tick)

    def count(self, window: int, cutoff: int) -> int:
        """How many were seen after `cutoff`. `window` is the length of the window that begins there."""
        edge = self._edges.setdefault(window, [0, self._size])
        ticks, counts, (at, inside) = self._ticks, self._counts, edge
        while at < len(ticks) and ticks[at] <= cutoff:
            inside -= counts[at]
            at += 1
        while at and ticks[at - 1] > cutoff:  # an exchange that began earlier is judged later
            at -= 1
            inside += counts[at]
        edge[:] = at, inside
        return inside

    def moment(self, cutoff: int, rank: int) -> int:
        """When the one was last seen who is the `rank`th, from 0, of those seen after `cutoff`."""
        at = bisect_right(self._ticks, cutoff)
        while rank >= self._counts[at]:
            rank -= self._counts[at]
            at += 1
        return self._ticks[at]

    def trim(self, cutoff: int) -> int:
        """Forget who was not seen after `cutoff`; how many."""
        seconds = bisect_right(self._ticks, cutoff)
        # not each second anew: what is left is moved
        return self._drop(seconds) if seconds > len(self._ticks) // 8 else 0

    def shed(self, keep: int) -> tuple[int, int]:
        """Forget those last seen longest ago, a second's all at once, until at most `keep` are left."""
        surplus, at = self._size - keep, 0
        while surplus > 0:
            surplus -= self._counts[at]
            at += 1
        return (self._drop(at), self._floor) if at else (0, 0)

    def items(self) -> Iterator[tuple[bytes, int]]:
        """Subjects and when each was last seen, in any order."""
        for bucket in self._buckets:
            for digest, tick in bucket.items():
                if tick > self._floor:
                    yield digest, tick

    def _bucket(self, digest: bytes) -> Few:
        # digests are as good as random; a number of buckets is a power of two
        return self._buckets[(digest[6] << 8 | digest[7]) & len(self._buckets) - 1]

    def _count(self, tick: int) -> None:
        ticks, counts = self._ticks, self._counts
        self._size += 1
        at = len(ticks) - 1
        if not ticks or tick > ticks[-1]:
            ticks.append(tick)
            counts.append(1)
            at += 1
        elif ticks[at := bisect_left(ticks, tick)] == tick:
            counts[at] += 1
        else:
            self._insert(at, tick)
        for edge in self._edges.values():
            if edge[0] <= at:
                edge[1] += 1

    def _insert(self, at: int, tick: int) -> None:
        """A second that nobody was left of, put back: windows that begin there or after it begin one later."""
        self._ticks.insert(at, tick)
        self._counts.insert(at, 1)
        for edge in self._edges.values():
            if edge[0] > at:
                edge[0] += 1

    def _uncount(self, tick: int) -> None:
        at = bisect_left(self._ticks, tick)
        self._counts[at] -= 1
        self._size -= 1
        for edge in self._edges.values():
            if edge[0] <= at:
                edge[1] -= 1

    def _drop(self, seconds: int) -> int:
        gone = sum(self._counts[:seconds])
        for edge in self._edges.values():
            edge[1] -= sum(self._counts[edge[0] : seconds])
            edge[0] = max(0, edge[0] - seconds)
        self._floor = self._ticks[seconds - 1]
        del self._ticks[:seconds]
        del self._counts[:seconds]
        self._size -= gone
        return gone

    def _spread(self) -> None:
        old, self._buckets = self._buckets, [Few() for _ in range(2 * len(self._buckets))]
        for bucket in old:
            for digest, tick in bucket.items():
                if tick > self._floor:
                    self._bucket(digest).note(digest, tick)


Recent: TypeAlias = Few | Many
