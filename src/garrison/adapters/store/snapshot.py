"""Snapshots of kept state: the last value of each key, in order, without what no longer matters.

    snapshot:  "GRSSNP01" | when a record was last lost (float64) | blocks
    block:     length (uint32) | CRC-32 (uint32) | MessagePack: a list of [shelf, key, until, value]

A snapshot `N.snapshot` holds what the segments up to N say. It is made beside the traffic by merging the one before it
with segments that are done; memory is bounded by those segments, not by what is kept.
"""

import contextlib
import heapq
import itertools
import mmap
import os
import struct
import zlib
from collections.abc import Callable, Iterator
from itertools import groupby, islice
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

import msgspec

from garrison.adapters.store.files import sync
from garrison.adapters.store.journal import SUFFIX as JOURNAL
from garrison.adapters.store.journal import Segment, mark_lost, numbers, segment_path
from garrison.core.kept import Kept, Value

SUFFIX: Final = ".snapshot"
DUE: Final = 4
"""Segments that are done and wait, at which a snapshot is made: with less each is read and written too often."""
_MAGIC: Final = b"GRSSNP01"
_HEAD: Final = struct.Struct("<8sd")
_BLOCK: Final = struct.Struct("<II")
_BLOCK_RECORDS: Final = 1000


_File = TypeVar("_File", "Segment", "_Snapshot")


class _Record(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """As it is written."""

    shelf: str
    key: bytes
    until: float
    value: float | int | tuple[float | int, ...] | None


_encoder = msgspec.msgpack.Encoder()
_one = msgspec.msgpack.Decoder(_Record)
_many = msgspec.msgpack.Decoder(list[_Record])


def encode(shelf: str, key: bytes, value: Value, until: float) -> bytes:
    """One record of the journal."""
    return _encoder.encode((shelf, key, until, value))


class Reading:
    """What a directory of kept state holds, read once. Files that are removed meanwhile are read all the same."""

    def __init__(self, directory: Path, now: float) -> None:
        """Raises OSError."""
        self.damaged: list[str] = []
        """What could not be read, for people; whole only after `records`."""
        self._now = now
        self._snapshot: _Snapshot | None = None
        self._segments: list[Segment] = []
        self._losses = [0.0]
        while not self._is_opened(directory):  # a snapshot was made meanwhile: look again
            self.damaged.clear()
            self._segments.clear()

    @property
    def lost(self) -> float:
        """When a record was last lost, for all that is known; 0: never. Known only after `records`."""
        return max([*self._losses, self._now if self.damaged else 0.0])

    def records(self) -> Iterator[Kept]:
        """All records in the order in which they were kept: the last one of a key counts."""
        for each in itertools.chain(self._snapshot.records() if self._snapshot else (), *map(_decoded, self._segments)):
            yield Kept(each.shelf, each.key, each.value, each.until)
        if self._snapshot is not None and self._snapshot.is_damaged:
            self.damaged.append(f"`{self._snapshot.path}` is damaged")

    def _is_opened(self, directory: Path) -> bool:
        snapshots, journals = numbers(directory, SUFFIX), numbers(directory, JOURNAL)
        base = snapshots[-1] if snapshots else -1
        later = [number for number in journals if number > base]
        self.next_number = max([base, *journals], default=-1) + 1
        """Of the segment to begin with."""
        self._losses = [0.0]
        try:
            self._snapshot = self._opened(_Snapshot, _path(directory, base)) if snapshots else None
            for number in later:
                segment = self._opened(Segment, segment_path(directory, number))
                if segment is not None:
                    self._segments.append(segment)
        except FileNotFoundError:
            if (snapshots, journals) == (numbers(directory, SUFFIX), numbers(directory, JOURNAL)):
                raise
            return False
        is_all = later and later == list(range(base + 1, later[-1] + 1))
        self._losses += [0.0 if is_all else self._now]  # nothing is here, or a segment is missing
        self._losses += [each.lost if each.is_whole else self._now for each in self._segments]
        self._losses += [self._snapshot.lost] if self._snapshot is not None else []
        return True

    def _opened(self, kind: Callable[[Path], _File], path: Path) -> _File | None:
        try:
            return kind(path)
        except ValueError as error:
            self.damaged.append(f"`{path}` {error}")
            return None


def mark_newest(directory: Path, now: float) -> None:
    """Let what is there say that records were lost `now`; nothing is there to say it where nothing is kept."""
    journals, snapshots = numbers(directory, JOURNAL), numbers(directory, SUFFIX)
    newest = segment_path(directory, journals[-1]) if journals else _path(directory, max(snapshots, default=0))
    with contextlib.suppress(FileNotFoundError):
        mark_lost(newest, now)


def compact(directory: Path, now: float, *, due: int = DUE) -> bool:
    """Make a snapshot of what is done, where so many segments wait; whether one was made. Raises OSError.

    The segment with the highest number is never touched: its writer may be alive. One process at a time.
    """
    for leftover in directory.glob(".*.new"):
        leftover.unlink(missing_ok=True)
    snapshots, journals = numbers(directory, SUFFIX), numbers(directory, JOURNAL)
    base = snapshots[-1] if snapshots else -1
    _remove(directory, base, snapshots, journals)
    waiting = [number for number in journals[:-1] if number > base][:DUE]
    if len(waiting) < max(1, due):
        return False
    _make(directory, base, waiting, now)
    _remove(directory, waiting[-1], numbers(directory, SUFFIX), journals)
    return True


def _make(directory: Path, base: int, waiting: list[int], now: float) -> None:
    newest: dict[tuple[str, bytes], _Record] = {}
    lost = 0.0
    for number in waiting:
        try:
            segment = Segment(segment_path(directory, number))
        except ValueError:
            lost = now
            continue
        lost = max(lost, segment.lost if segment.is_whole else now)
        newest |= {_ident(each): each for each in _decoded(segment)}
    before = _before(_path(directory, base)) if base >= 0 else None
    latest = sorted(newest.values(), key=_ident)
    merged = heapq.merge(latest, before.records() if before else (), key=_ident)  # equals: those of `latest` first
    alive = (first for first in (next(same) for _, same in groupby(merged, key=_ident)) if _matters(first, now))
    path = _path(directory, waiting[-1])
    aside = path.with_name(f".{path.name}.new")
    try:
        with aside.open("xb") as file:
            _write(file, alive)
            lost = max(lost, (now if before.is_damaged else before.lost) if before else (now if base >= 0 else 0.0))
            file.seek(0)
            file.write(_HEAD.pack(_MAGIC, lost))
            file.flush()
            os.fsync(file.fileno())
        aside.rename(path)
        sync(directory)
    finally:
        aside.unlink(missing_ok=True)


def _before(path: Path) -> "_Snapshot | None":
    try:
        return _Snapshot(path)
    except ValueError:
        return None


def _matters(record: _Record, now: float) -> bool:
    return record.until > now and record.value is not None


def _write(file: BinaryIO, records: Iterator[_Record]) -> None:
    os.fchmod(file.fileno(), 0o600)
    file.write(bytes(_HEAD.size))
    while block := list(islice(records, _BLOCK_RECORDS)):
        content = _encoder.encode(block)
        file.write(_BLOCK.pack(len(content), zlib.crc32(content)) + content)


def _remove(directory: Path, base: int, snapshots: list[int], journals: list[int]) -> None:
    """What the snapshot `base` has taken in. Segments first: read without them, an older snapshot knows too little."""
    for number in journals:
        if number <= base:
            segment_path(directory, number).unlink(missing_ok=True)
    for number in snapshots:
        if number < base:
            _path(directory, number).unlink(missing_ok=True)


class _Snapshot:
    """A snapshot that is read. A damaged block is passed over."""

    def __init__(self, path: Path) -> None:
        """Raises OSError, ValueError where it is none."""
        self.path = path
        self.is_damaged = False
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size < _HEAD.size:
                raise ValueError("is cut off")
            self._content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        magic, lost = _HEAD.unpack_from(self._content, 0)
        if magic != _MAGIC:
            raise ValueError("is no snapshot")
        self.lost: float = lost

    def records(self) -> Iterator[_Record]:
        content, at = self._content, _HEAD.size
        while at < len(content):
            end = at + _BLOCK.size
            size, total = _BLOCK.unpack_from(content, at) if end <= len(content) else (len(content), 0)
            block = content[end : end + size]
            if zlib.crc32(block) == total:
                yield from _many.decode(block)
            else:
                self.is_damaged = True
            at = end + size


def _decoded(segment: Segment) -> Iterator[_Record]:
    return map(_one.decode, segment.records())


def _ident(record: _Record) -> tuple[str, bytes]:
    return record.shelf, record.key


def _path(directory: Path, number: int) -> Path:
    return directory / f"{number:012d}{SUFFIX}"
