"""The journal: records appended to segments of a fixed size, which are mapped into memory.

An append copies a few bytes and makes no system call, and what was copied outlives the process however that ends: the
pages belong to the kernel. A power failure may cost what was not yet on the disk (`sync`, once a second); the segment
tells that its machine was started anew. The disk's space is taken when a segment is made, so that a full disk is told
by an error and never by a signal.

    segment:  "GRSJRN01" | when a record was last lost (float64, seconds since the epoch, 0 for never)
              | the machine's start (16 bytes) | whether it was closed | frames | zeros
    frame:    length (uint16) | CRC-32 (uint32) | record
"""

import contextlib
import mmap
import os
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from garrison.core.errors import cause_of

SUFFIX: Final = ".journal"
SEGMENT_BYTES: Final = 4 * 1024 * 1024
"""Some seventy thousand records."""
LARGEST: Final = 4096
"""Bytes of a record."""
_MAGIC: Final = b"GRSJRN01"
_HEAD: Final = struct.Struct("<8sd16s?")
_LOST: Final = struct.Struct("<d")
_LOST_AT: Final = 8
_CLOSED_AT: Final = 32
_FRAME: Final = struct.Struct("<HI")
_NEXT: Final = ".next"
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")


class Journal:
    """Appends to segments in `directory`, which exists. One thread appends, another one prepares and syncs."""

    def __init__(self, directory: Path, number: int, lost: float, *, segment_bytes: int = SEGMENT_BYTES) -> None:
        """Begin with the segment `number`; `lost` is when a record was last lost before. Where no segment can be made
        records are lost until one can."""
        self.lost = 0
        """Records that were not kept."""
        self.trouble = ""
        """Why no segment could be made the last time; empty where one could."""
        self._directory = directory
        self._number = number
        self._lost_at = lost
        self._size = segment_bytes
        self._boot = boot()
        self._map: mmap.mmap | None = None
        self._at = 0
        self._next: mmap.mmap | None = None
        self._synced = number
        self._changing = threading.Lock()
        self.prepare()

    @property
    def is_open(self) -> bool:
        """Whether there is a segment to append to."""
        return self._map is not None

    def append(self, record: bytes) -> None:
        """Append `record`; where it cannot be kept it is counted, and the journal says when that was."""
        size = len(record)
        end = self._at + _FRAME.size + size
        target = self._map
        if target is None or end > self._size:
            target = self._turn()
            end = self._at + _FRAME.size + size
        if target is None or size > LARGEST:
            self._lose()
            return
        # one copy: where the process's end cuts it off, the sum is wrong
        target[self._at : end] = _FRAME.pack(size, zlib.crc32(record)) + record
        self._at = end

    def prepare(self) -> None:
        """Have the next segment ready; called beside the traffic, so that an append seldom has to make one."""
        with self._changing:
            self._prepare()
            if self._map is None:
                self._begin()

    def sync(self) -> None:
        """Let what was appended survive a power failure. Raises OSError."""
        first, last = self._synced, self._number
        for number in range(first, last):
            with contextlib.suppress(FileNotFoundError):  # it is in the snapshot by now, which was synced
                _sync(self._path(number))
        self._synced = max(first, last - 1)

    def close(self) -> None:
        """Append no more. Raises OSError."""
        with self._changing:
            closing, self._map, self._next = self._map, None, None
            (self._directory / _NEXT).unlink(missing_ok=True)
        self.sync()
        if closing is not None:
            closing[_CLOSED_AT] = 1

    def _turn(self) -> mmap.mmap | None:
        with self._changing:
            self._prepare()
            return self._begin()

    def _prepare(self) -> None:
        if self._next is not None:
            return
        try:
            self._next = _made(self._directory / _NEXT, self._size, (self._lost_at, self._boot))
            self.trouble = ""
        except OSError as error:
            self.trouble = cause_of(error)

    def _begin(self) -> mmap.mmap | None:
        """Go on with the segment that is ready; None where none is."""
        if self._next is None:
            return None
        try:
            (self._directory / _NEXT).rename(self._path(self._number))
        except OSError as error:
            self.trouble, self._next = cause_of(error), None
            return None
        self._map, self._next, self._at = self._next, None, _HEAD.size
        self._number += 1
        return self._map

    def _path(self, number: int) -> Path:
        return segment_path(self._directory, number)

    def _lose(self) -> None:
        self.lost += 1
        self._lost_at = now = time.time()
        for each in (self._map, self._next):
            if each is not None:  # its space was taken when it was made: this is possible on a full disk too
                _LOST.pack_into(each, _LOST_AT, now)


def _made(path: Path, size: int, head: tuple[float, bytes]) -> mmap.mmap:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, size)
        made = mmap.mmap(descriptor, size)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)
    _HEAD.pack_into(made, 0, _MAGIC, *head, False)
    return made


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)


class Segment:
    """One segment as it is read, whoever removes or writes it meanwhile."""

    def __init__(self, path: Path) -> None:
        """Raises OSError, ValueError where it is none."""
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size < _HEAD.size:
                raise ValueError("is cut off")
            self._content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        magic, lost, started, closed = _HEAD.unpack_from(self._content, 0)
        if magic != _MAGIC:
            raise ValueError("is no journal")
        self.lost: float = lost
        """When a record was last lost; 0: never."""
        self.is_whole: bool = closed or started == boot()
        """Whether everything that was appended is there: it was closed, or its machine was not started anew since."""

    def records(self) -> Iterator[bytes]:
        """Its records, in order, until the first that is not whole."""
        content, at = self._content, _HEAD.size
        while at + _FRAME.size <= len(content):
            size, total = _FRAME.unpack_from(content, at)
            at += _FRAME.size
            record = content[at : at + size]
            if not size or zlib.crc32(record) != total:
                return
            yield record
            at += size


def boot() -> bytes:
    """Which start of this machine it is; zeros where it does not say."""
    try:
        return bytes.fromhex(_BOOT.read_text("ascii").strip().replace("-", ""))[:16]
    except (OSError, ValueError):
        return bytes(16)


def segment_path(directory: Path, number: int) -> Path:
    """Where the segment `number` is."""
    return directory / f"{number:012d}{SUFFIX}"


def numbers(directory: Path, suffix: str) -> list[int]:
    """The numbers of the files with this suffix, in order."""
    found = [path.name.removesuffix(suffix) for path in directory.glob(f"[0-9]*{suffix}")]
    return sorted(int(name) for name in found if name.isdigit())


def mark_lost(path: Path, now: float) -> None:
    """Let a segment or snapshot say that a record was lost `now`. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.pwrite(descriptor, _LOST.pack(now), _LOST_AT)
    finally:
        os.close(descriptor)
