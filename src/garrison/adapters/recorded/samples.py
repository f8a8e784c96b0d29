"""Samples: whole exchanges, kept encrypted under DATA/bodies, and read again.

    DATA/bodies/day=YYYY-MM-DD/NAME.sealed    (UTC day in which the segment was begun)

A segment begins with a line of JSON that holds its data key, wrapped. Frames follow: the length of what is sealed (4
bytes), the event's id (16 bytes), and the exchange as msgpack under AES-256-GCM (NIST SP 800-38D). The nonce is the
frame's number, which is unique because no two segments share a data key; header line and id are authenticated with it,
so that a frame proves where it belongs.
"""

import errno
import itertools
import os
import secrets
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from garrison.adapters.key_file import KEY_BYTES
from garrison.adapters.recorded.days import DAY, bodies_directory, day_of, retain
from garrison.adapters.recorded.exchange import Entry, RecordedExchange, Unreadable
from garrison.adapters.recorded.keys import KeySource, SampleKeys, read_keys
from garrison.adapters.store.room import room
from garrison.core.errors import ConfigError, Problem

SEGMENT_BYTES = 64 << 20
"""Size at which a segment is followed by the next."""
_RESERVES = 2
"""Of the disk, that samples leave: one is the events', so that they go on where samples have stopped."""
MAX_FRAME = 64 << 20
"""Bytes of one sealed exchange: far over what is inspected of two bodies, and a bound for a damaged length."""

_FRAME = struct.Struct(">I16s")
_VERSION = 1


class _Header(msgspec.Struct, frozen=True):
    v: int
    key: bytes


class SampleWriter:
    """Keeps exchanges. Safe to use from several threads; what it keeps is on disk when `keep` returns."""

    def __init__(
        self, data: Path, keys: SampleKeys, *, retention_days: int, segment_bytes: int = SEGMENT_BYTES
    ) -> None:
        """`data` is the data directory; days older than `retention_days` are removed as new segments begin."""
        self._data = data
        self._keys = keys
        self._retention = retention_days
        self._segment_bytes = segment_bytes
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._segment: _Segment | None = None
        self._room = 0
        """Bytes until the next look at the disk."""

    def keep(self, recorded: RecordedExchange, now: float) -> None:
        """Append `recorded` at `now`, seconds since the epoch; raises OSError where it cannot be written whole, or
        would take the space that events need."""
        plain = msgspec.msgpack.encode(recorded)
        with self._lock:
            segment = self._segment
            if segment is None or segment.size >= self._segment_bytes or segment.day != day_of(now):
                self.close()
                segment = self._segment = self._begin(now)
            self._look()
            try:
                self._room -= segment.append(UUID(str(recorded.id)).bytes, plain)
            except OSError:
                self.close()  # its last nonce was used: a new data key for what comes
                raise

    def close(self) -> None:
        """End the segment under way."""
        if self._segment is not None:
            self._segment.close()
            self._segment = None

    def _look(self) -> None:
        if self._room <= 0:
            self._room = room(self._data, reserves=_RESERVES)
        if self._room <= 0:
            raise _full()

    def _begin(self, now: float) -> "_Segment":
        retain(self._data, self._retention, now)
        folder = bodies_directory(self._data) / f"{DAY}{day_of(now)}"
        for each in (folder.parent, folder):  # `parents` would leave those between open to others
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{int(now * 1000):013d}-{os.getpid()}-{next(self._numbers)}.sealed"
        return _Segment(folder / name, day_of(now), self._keys)


class _Segment:
    """One file under one data key."""

    def __init__(self, path: Path, day: str, keys: SampleKeys) -> None:
        key = secrets.token_bytes(KEY_BYTES)
        self._cipher = AESGCM(key)
        self._header = msgspec.json.encode(_Header(_VERSION, aes_key_wrap(keys.wrapping, key))) + b"\n"
        self._frames = 0
        self.day = day
        self.size = 0
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        try:
            self._write(self._header)
        except OSError:  # on a full disk this is tried again for every exchange
            self.close()
            path.unlink()
            raise

    def append(self, name: bytes, plain: bytes) -> int:
        """How many bytes it took."""
        nonce, self._frames = _nonce(self._frames), self._frames + 1
        sealed = self._cipher.encrypt(nonce, plain, self._header + name)
        self._write(_FRAME.pack(len(sealed), name) + sealed)
        return _FRAME.size + len(sealed)

    def close(self) -> None:
        os.close(self._descriptor)

    def _write(self, data: bytes) -> None:
        if os.write(self._descriptor, data) != len(data):
            os.ftruncate(self._descriptor, self.size)
            raise _full()
        self.size += len(data)


def _full() -> OSError:
    return OSError(errno.ENOSPC, "no space left for samples")


def read_samples(data: Path, source: KeySource) -> Iterator[Entry]:
    """Every exchange kept under `data`, oldest segment first; what is damaged is an `Unreadable`.

    Raises ConfigError where there are no samples, or the key is not the one they were kept with.
    """
    files = _segments(data)
    if not files:
        hint = "samples are kept with `record.keep-bodies`, or `garrison guard --keep-bodies`"
        raise ConfigError([Problem(str(bodies_directory(data)), "$", "holds no samples of messages", hint)])
    keys = read_keys(source)
    return itertools.chain.from_iterable(_read(file, keys, source) for file in files)


def new_samples(data: Path, source: KeySource, seen: dict[Path, int]) -> Iterator[Entry]:
    """What was kept since the last time: `seen` counts the frames of each segment that are known.

    A frame at a segment's end that cannot be read yet is left for the next time.
    """
    for file in _segments(data):
        known = seen.get(file, 0)
        for entry in itertools.islice(_read(file, read_keys(source), source), known, None):
            if isinstance(entry, Unreadable):
                break
            seen[file] = seen.get(file, 0) + 1
            yield entry


def find_sample(data: Path, source: KeySource, event_id: str) -> RecordedExchange | None:
    """The exchange of an event, where it was kept; raises ConfigError where it was and the key is another one."""
    try:
        name = UUID(event_id)
    except ValueError:
        return None
    # an id begins with its time (RFC 9562, 5.7), and an exchange is kept when it ends: that day or later
    first = day_of((name.int >> 80) / 1000 - 1)
    for file in _segments(data):
        if file.parent.name.removeprefix(DAY) >= first and _holds(file, name.bytes):
            for entry in _read(file, read_keys(source), source, name.bytes):
                return entry if isinstance(entry, RecordedExchange) else None
    return None


def _segments(data: Path) -> list[Path]:
    return sorted(bodies_directory(data).glob(f"{DAY}*/*.sealed"))


def _holds(file: Path, name: bytes) -> bool:
    with file.open("rb") as stream:
        stream.readline()
        return any(found == name for found, _ in _frames(stream, wanted=b""))


def _read(file: Path, keys: SampleKeys, source: KeySource, wanted: bytes | None = None) -> Iterator[Entry]:
    with file.open("rb") as stream:
        header = stream.readline()
        cipher = _cipher(header, keys, file, source)
        if cipher is None:
            yield Unreadable(None, str(file), "the segment's head is damaged")
            return
        for number, (name, sealed) in enumerate(_frames(stream, wanted)):
            if wanted is None or name == wanted:
                place = f"{file.name}, frame {number}"
                yield _opened(cipher, _nonce(number), sealed, header + name, place)


def _cipher(header: bytes, keys: SampleKeys, file: Path, source: KeySource) -> AESGCM | None:
    try:
        return AESGCM(aes_key_unwrap(keys.wrapping, msgspec.json.decode(header, type=_Header).key))
    except msgspec.MsgspecError:
        return None
    except (InvalidUnwrap, ValueError) as error:
        hint = "name the key file that the gateway used with `record.key-file`"
        message = f"was kept with another key than that of `{source.key_file}`"
        raise ConfigError([Problem(str(file), "$", message, hint)]) from error


def _frames(stream: BinaryIO, wanted: bytes | None) -> Iterator[tuple[bytes, bytes]]:
    """Id and content of each frame; the content is only read for `wanted`, or for all where that is None."""
    while head := stream.read(_FRAME.size):
        if len(head) < _FRAME.size:
            yield b"", b""
            return
        length, name = _FRAME.unpack(head)
        if length > MAX_FRAME:
            yield name, b""
            return
        if wanted is None or wanted == name:
            yield name, stream.read(length)
        else:
            stream.seek(length, os.SEEK_CUR)
            yield name, b""


def _opened(cipher: AESGCM, nonce: bytes, sealed: bytes, bound: bytes, place: str) -> Entry:
    name = str(UUID(bytes=bound[-16:])) if len(bound) >= 16 else None
    try:
        return msgspec.msgpack.decode(cipher.decrypt(nonce, sealed, bound), type=RecordedExchange)
    except (InvalidTag, ValueError, msgspec.MsgspecError):
        return Unreadable(name, place, "is damaged or cut off")


def _nonce(number: int) -> bytes:
    return number.to_bytes(12)
