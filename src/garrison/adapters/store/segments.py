"""Reading segments of the spool, also while they are written, and whatever a crash or a bad disk left in them."""

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from operator import methodcaller
from pathlib import Path
from typing import Any, Final, Generic, TypeAlias

import msgspec

from garrison.adapters.store.soundness import END_OF_TIME, nullable
from garrison.adapters.store.spool import SUFFIX
from garrison.adapters.store.table import L

CHUNK: Final = 1 << 20
"""Bytes read at once."""
PIECE: Final = 1 << 18
"""The same where bytes are only looked at: what a core's own cache holds."""
NEW: Final = 2.0
"""Seconds after which an empty segment without a lock is one that its writer gave up."""
_START: Final = b'{"v":'
"""How each line begins. JSON escapes quotes in texts, so that it cannot stand anywhere else in a sound line."""

_Decode: TypeAlias = Callable[[bytes], L]


class Lines(msgspec.Struct, Generic[L], frozen=True):
    """What some bytes of a segment hold."""

    sound: tuple[L, ...]
    damaged: tuple[bytes, ...]
    """Broken lines, without line feeds."""


def read_lines(data: bytes, kind: type[L]) -> Lines[L]:
    """The lines in `data`, which ends at the end of a line or of the segment. Never raises.

    `kind` is what each line is (`Table.line`).

    A line that lost its line feed was never reported as written and may have been written again elsewhere: it
    counts as broken however complete it looks, and the line after it is still found.
    """
    decoder = msgspec.json.Decoder(kind)
    if (whole := _read_at_once(data, decoder)) is not None:
        return Lines(whole, ())
    decode = decoder.decode
    sound: list[L] = []
    damaged: list[bytes] = []
    lines = data.split(b"\n")
    unfinished = lines.pop()
    for line in lines:
        read = _read(line, decode)
        if read is None:
            start = line.rfind(_START)
            read = _read(line[start:], decode) if start > 0 else None
            damaged.append(line if read is None else line[:start])
        if read is not None:
            sound.append(read)
    if unfinished:
        damaged.append(unfinished)
    return Lines(tuple(sound), tuple(damaged))


def _read_at_once(data: bytes, decoder: "msgspec.json.Decoder[L]") -> tuple[L, ...] | None:
    """All lines, where nothing is wrong with any of them: at half of what it takes to look at each."""
    try:
        found = decoder.decode_lines(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    count = data.count(b"\n")
    is_whole = data.endswith(b"\n") and len(found) == count and data.count(b"\n" + _START) == count - 1
    if not is_whole or not all(0 <= each.time < END_OF_TIME for each in found):
        return None
    return tuple(found)


def _read(line: bytes, decode: _Decode[L]) -> L | None:
    try:
        read = decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return read if 0 <= read.time < END_OF_TIME else None


def whole_lines(path: Path, kind: type[Any]) -> int | None:
    """How many lines a finished segment has, where each begins as a `kind` does, names what every one names even where
    it is null, and ends with a line feed; None where one does not. The rest is `soundness.sound`. Raises OSError."""
    begins = methodcaller("startswith", _START + str(kind.__struct_config__.tag).encode() + b",")
    always = nullable(kind)
    count = 0
    with path.open("rb", buffering=PIECE) as file:
        while lines := file.readlines(PIECE):
            if not lines[-1].endswith(b"\n") or not all(map(begins, lines)):
                return None
            piece = b"".join(lines) if always else b""
            if any(piece.count(name) != len(lines) for name in always):
                return None
            count += len(lines)
    return count


def first_line(path: Path, kind: type[L]) -> L | None:
    """The first line of a segment; None where it is not sound. Raises OSError."""
    with path.open("rb") as file:
        return _read(file.readline(), msgspec.json.Decoder(kind).decode)


def holds(path: Path, sign: bytes) -> bool:
    """Whether `sign`, in which there is no line feed, stands anywhere in a segment. Raises OSError."""
    with path.open("rb") as file:
        end = b""
        while piece := file.read(PIECE):
            if sign in piece or sign in end + piece[: len(sign)]:
                return True
            end = piece[1 - len(sign) :]
    return False


def segment_files(spool: Path) -> list[Path]:
    """The segments in the spool, in the order in which they were begun; none where there is no spool."""
    try:
        return sorted(path for path in spool.iterdir() if path.suffix == SUFFIX)
    except FileNotFoundError:
        return []


def is_closed(descriptor: int) -> bool:
    """Whether nothing more will be written to an open segment: its writer let go of it or died."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return True


class _Follower(Generic[L]):
    """One segment that is read while it grows. Holds it open: its last lines are there even when it was removed."""

    def __init__(self, path: Path, kind: type[L], *, at_end: bool) -> None:
        self._kind = kind
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._offset = self._line_start() if at_end else 0
        self.done = False

    def read(self, *, closed: bool | None = None) -> Lines[L]:
        """The lines that came since the last call, at most about `CHUNK` bytes of them. `closed` says whether more
        can follow where the caller knows it."""
        if closed is None:
            closed = self._is_closed()
        size = CHUNK
        while True:
            data = os.pread(self._descriptor, size, self._offset)
            end = data.rfind(b"\n") + 1
            if end or len(data) < size:
                break
            size *= 2
        if not end and closed:
            self.done = True
            end = len(data)
        self._offset += end
        return read_lines(data[:end], self._kind)

    def close(self) -> None:
        """Give the file back."""
        os.close(self._descriptor)

    def _is_closed(self) -> bool:
        if not is_closed(self._descriptor):
            return False
        # An empty one may just have been made, and its writer be about to lock it.
        facts = os.fstat(self._descriptor)
        return facts.st_size > 0 or time.time() - facts.st_mtime > NEW

    def _line_start(self) -> int:
        """Where the line begins that is being written."""
        end = os.fstat(self._descriptor).st_size
        while end:
            begin = max(0, end - CHUNK)
            found = os.pread(self._descriptor, end - begin, begin).rfind(b"\n")
            if found >= 0:
                return begin + found + 1
            end = begin
        return 0


class Tailer(Generic[L]):
    """All segments of a spool, read as they grow.

    `kind` is what each line is (`Table.line`). `from_end` passes over what was written before. A damaged line is
    counted in `damaged`, not kept: what becomes of it is decided where the segment is converted.
    """

    def __init__(self, spool: Path, kind: type[L], *, from_end: bool = False) -> None:
        self._spool = spool
        self._kind = kind
        self._open: dict[str, _Follower[L]] = {}
        self.done: set[str] = set()
        """Names of segments that are in the spool and were read to their end."""
        self.damaged = 0
        if from_end:
            self._look(at_end=True)

    def open(self) -> None:
        """Take hold of the segments that are there: their lines are read even when they are removed meanwhile."""
        self._look(at_end=False)

    def poll(self) -> list[L]:
        """Lines that were appended since the last call, in the order of each segment; [] where there are none.

        At most about `CHUNK` bytes of each segment: call again at once while there are any.
        """
        self._look(at_end=False)
        fresh: list[L] = []
        for name, follower in list(self._open.items()):
            lines = follower.read()
            fresh.extend(lines.sound)
            self.damaged += len(lines.damaged)
            if follower.done:
                follower.close()
                del self._open[name]
                self.done.add(name)
        return fresh

    def close(self) -> None:
        """Give all files back."""
        for follower in self._open.values():
            follower.close()
        self._open.clear()

    def _look(self, *, at_end: bool) -> None:
        present = segment_files(self._spool)
        self.done.intersection_update({path.name for path in present})
        for path in present:
            if path.name not in self._open and path.name not in self.done:
                with contextlib.suppress(FileNotFoundError):
                    self._open[path.name] = _Follower(path, self._kind, at_end=at_end)


def scan(path: Path, kind: type[L], *, closed: bool | None = None) -> Iterator[Lines[L]]:
    """A segment's lines from its beginning to its present end, piece by piece; half a line at the end of a segment
    that is still written is left out. `closed` says whether it is, where the caller knows it.

    Raises OSError where the segment is gone or cannot be read.
    """
    follower = _Follower(path, kind, at_end=False)
    try:
        while not follower.done:
            lines = follower.read(closed=closed)
            if not lines.sound and not lines.damaged and not follower.done:
                return
            yield lines
    finally:
        follower.close()
