"""The spool: where events are appended, one JSON line and one write each, by as many threads as there are.

There is no lock on the way of an append: a write to a file opened with O_APPEND is whole between threads and
processes, and a lock held across a system call, which gives the interpreter away, would make every worker wait for
the slowest. Only what happens rarely, the change to the next segment, is done by one thread at a time.

A segment's writer holds an exclusive flock on it until its last write is done, so that a free lock says that
nothing more will follow, whether the writer closed it or died.
"""

import errno
import fcntl
import itertools
import os
import threading
import time
from pathlib import Path
from typing import Final

from garrison.adapters.store.room import room

SUFFIX: Final = ".jsonl"
SEGMENT_BYTES: Final = 16 * 1024 * 1024
"""Size at which the next segment begins: some fifty thousand events, a quarter of a second to convert."""
SEGMENT_SECONDS: Final = 10.0
"""Age at which the next segment begins, so that quiet gateways' events reach the data set too."""
LOOK_AGAIN: Final = 0.25
"""Seconds between two looks at a spool that was full: looking costs a listing of the directory."""


class _Segment:
    """One open segment. Its file is closed, and so its lock is given up, when the last thread has let go of it."""

    __slots__ = ("descriptor", "ends", "left", "room")

    def __init__(self, descriptor: int, room: int, ends: float) -> None:
        self.descriptor = descriptor
        self.ends = ends
        """When the next one begins at the latest, by the monotonic clock."""
        self.room = room
        """Bytes after which the next one begins."""
        self.left = room
        """Those of them that were not written."""

    def __del__(self) -> None:
        os.close(self.descriptor)


class SpoolWriter:
    """Appends lines to the segments in `directory`, which it makes; may be called from every thread.

    `limit` is how many bytes may wait in the directory, whoever wrote them: every writer looks again after each
    `segment_bytes`, so it may be passed by that much for each writer.
    """

    def __init__(
        self,
        directory: Path,
        *,
        segment_bytes: int = SEGMENT_BYTES,
        segment_seconds: float = SEGMENT_SECONDS,
        limit: int = 1 << 40,
    ) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._directory = directory
        self._segment_bytes = segment_bytes
        self._segment_seconds = segment_seconds
        self.limit = limit
        """May be changed at any time."""
        self._active: _Segment | None = None
        self._numbers = itertools.count()
        self._room = 0
        self._look_at = 0.0
        self._changing = threading.Lock()

    def append(self, line: bytes) -> None:
        """Write `line`, which ends with its only line feed, in one piece.

        Raises OSError if it is not in the spool as a whole when this returns: no space on the disk, `limit`
        reached, an input/output error. What a failed write left behind never touches another line.
        """
        segment = self._active
        if segment is None or segment.left <= 0 or time.monotonic() >= segment.ends:
            segment = self._change(segment)
        is_again = False
        while True:
            try:
                written = os.write(segment.descriptor, line)
            except OSError:
                if segment.left == segment.room:
                    raise  # nothing could be written to an untouched segment
                written = 0
            # Updates of two threads may swallow each other: a segment or a limit a few lines late does no harm.
            segment.left -= written
            if written == len(line):
                return
            if is_again:
                raise _full("the line does not fit")
            # The segment ends with half a line, or its disk block is bad: a fresh one decides whether it is the disk.
            segment, is_again = self._change(segment), True

    def close(self) -> None:
        """Let go of the active segment; a later append begins another."""
        with self._changing:
            self._let_go()

    def _let_go(self) -> None:
        if self._active is not None:
            self._room -= self._active.room - self._active.left
            self._active = None

    def _change(self, done: _Segment | None) -> _Segment:
        """The segment after `done`; opened by whichever thread comes first."""
        with self._changing:
            if self._active is not None and self._active is not done:
                return self._active
            # Let go first: a full spool is only ever emptied of segments whose writer is done.
            self._let_go()
            self._look()
            self._active = self._open()
            return self._active

    def _look(self) -> None:
        """Find out how much may be written until the next look; raises OSError where that is nothing."""
        if self._room > 0:
            return
        now = time.monotonic()
        if now >= self._look_at:
            free = self.limit - waiting_bytes(self._directory)
            self._room = min(free, room(self._directory), self._segment_bytes)
            self._look_at = now if self._room > 0 else now + LOOK_AGAIN
        if self._room <= 0:
            raise _full("the spool is full")

    def _open(self) -> _Segment:
        while True:
            name = f"{time.time_ns() // 1_000_000:013d}-{os.getpid()}-{next(self._numbers)}{SUFFIX}"
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
            try:
                descriptor = os.open(self._directory / name, flags, 0o600)
            except FileExistsError:
                continue
            segment = _Segment(descriptor, self._room, time.monotonic() + self._segment_seconds)
            if _lock(descriptor) and os.fstat(descriptor).st_nlink:
                return segment
            # The emptying process came between making and locking, and may remove the empty file: take another.


def waiting_bytes(directory: Path) -> int:
    """Bytes in the spool that wait to be turned into the data set."""
    total = 0
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.name.endswith(SUFFIX):
                try:
                    total += entry.stat().st_size
                except FileNotFoundError:
                    continue
    return total


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _full(message: str) -> OSError:
    return OSError(errno.ENOSPC, message)
