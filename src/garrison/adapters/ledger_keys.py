"""The key ring of the ledger: the keys under which data subjects are named in the record, the newest one in force.

    {"version": 1, "keys": [{"created": 1795824000.0, "secret": "64 hexadecimal digits"}, ...]}

The file lies outside of the data directory, so that a copy of the record tells nobody whose data it is about. An
older key stays: without it the rows that were named under it can no longer be found. A key's number is made of the key
itself, so that a file that was lost, and made anew, is not taken for the one that the record was made with.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, Literal

import msgspec

from garrison.adapters.files_watched import FilesWatched
from garrison.adapters.key_file import KEY_BYTES, derived, read_private, wrong
from garrison.adapters.store.files import replace_file, the_only_one_changing
from garrison.config.model import Settings
from garrison.core.counted import counted
from garrison.core.errors import RecordError, cause_of
from garrison.engine.pseudonyms import Pseudonyms
from garrison.engine.state import State

_DIGESTS: Final = b"garrison: digests of data subjects"
_NUMBER: Final = b"garrison: number of a ledger key"


class LedgerKey(msgspec.Struct, frozen=True):
    """One key."""

    created: float
    """Seconds since the epoch, UTC."""
    secret: str
    """32 random bytes, in hexadecimal digits."""

    @property
    def pseudonyms(self) -> Pseudonyms:
        """The digests under this key, and its number: 31 bits made of the key (HKDF, RFC 5869), never 0."""
        secret = bytes.fromhex(self.secret)
        number = int.from_bytes(derived(secret, _NUMBER)[:4], "big") & 0x7FFFFFFF
        return Pseudonyms(derived(secret, _DIGESTS), number or 1)


class KeyRing:
    """The keys of one file; there is at least one."""

    def __init__(self, keys: Iterable[LedgerKey]) -> None:
        self.keys = tuple(keys)
        """The oldest first."""
        self.pseudonyms = tuple(key.pseudonyms for key in self.keys)
        """As `keys`: whoever looks for a subject looks for its digest under each of them."""

    @property
    def current(self) -> Pseudonyms:
        """What subjects are named with now."""
        return self.pseudonyms[-1]

    @property
    def numbers(self) -> frozenset[int]:
        """The numbers of all keys."""
        return frozenset(each.number for each in self.pseudonyms)


class _Kept(msgspec.Struct, frozen=True):
    version: Literal[1]
    keys: tuple[LedgerKey, ...]


def ledger_key_file(settings: Settings, data: str) -> Path:
    """Where the key ring is: by default beside the data directory `data`, not in it."""
    return Path(settings.record.ledger_key_file or data.rstrip("/") + ".ledger.key")


def make_ring(path: Path, now: float) -> KeyRing:
    """The key ring in `path`, made with one new key where there is no such file. Raises ConfigError."""
    if not path.exists():
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with the_only_one_changing(path):
                if not path.exists():
                    _write(path, (_new_key(now),))
        except OSError as error:
            raise wrong(path, f"cannot be written: {cause_of(error)}") from error
    return read_ring(path)


def read_ring(path: Path) -> KeyRing:
    """The key ring in `path`; raises ConfigError where it cannot be used."""
    hint = "`record.ledger-key-file` names the file that the gateway used; without it nobody in the ledger is known"
    try:
        return parse_ring(read_private(path, hint))
    except ValueError as error:
        raise wrong(path, str(error), "restore it; the keys cannot be had from anywhere else") from error


def parse_ring(content: bytes | None) -> KeyRing:
    """The key ring of a file with this content; None is a file that is not there. Raises ValueError."""
    if content is None:
        raise ValueError("is gone")
    try:
        kept = msgspec.json.decode(content, type=_Kept)
        ring = KeyRing(kept.keys)
    except (msgspec.MsgspecError, ValueError):
        raise ValueError("is no key ring") from None  # nor does a message hold a secret
    if not ring.keys or any(len(key.secret) != 2 * KEY_BYTES for key in ring.keys):
        raise ValueError("is no key ring")
    return ring


def rotate_ring(path: Path, now: float) -> KeyRing:
    """Put a new key in force; older ones stay, so that what was named under them is still found. Raises ConfigError."""
    make_ring(path, now)
    try:
        with the_only_one_changing(path):
            _write(path, (*read_ring(path).keys, _new_key(now)))
    except OSError as error:
        raise wrong(path, f"cannot be written: {cause_of(error)}") from error
    return read_ring(path)


def lost_keys(data: Path, path: Path, ring: KeyRing) -> Iterator[str]:
    """One line for each key that rows of the ledger in `data` are named under and the ring of `path` lacks: such a
    loss must be said loudly, and it stops nothing."""
    if not data.is_dir():
        return
    from garrison.adapters.store.ledger import keys_before  # an application that keeps nothing needs no DuckDB

    try:
        used = keys_before(data)
    except RecordError as error:
        yield f"whether the ledger's keys are complete cannot be told: {error}"
        return
    for number, rows in used.items():
        if number not in ring.numbers:
            yield (
                f"{counted(rows, 'exposure is', 'exposures are')} recorded under the key {number}, which `{path}` does "
                "not hold: whose data they are about cannot be told (hint: put back the file that the gateway had)"
            )


class LedgerKeys:
    """Keeps a gateway's state up to date with the key ring."""

    def __init__(self, state: State, say: Callable[[str], None]) -> None:
        """`say` is told, on a thread beside the traffic, of a file that cannot be used."""
        self._state = state
        self._say = say
        self._path: Path | None = None
        self._data = Path()
        self._files: FilesWatched | None = None

    def apply(self, settings: Settings, now: float) -> None:
        """Name subjects under the key that is in force, now and whenever it is renewed; without a data directory
        there is no record, and so no key. Raises ConfigError where the file cannot be had."""
        path = ledger_key_file(settings, settings.data) if settings.data else None
        if path is None or path == self._path:
            return
        self._state.pseudonyms = make_ring(path, now).current
        self.close()
        self._path, self._data = path, Path(settings.data)
        self._files = FilesWatched(self._say)
        self._files.add(path, self._take)
        self._files.start()

    def lost(self) -> Iterator[str]:
        """As `lost_keys`, for the settings that are applied."""
        if self._path is not None:
            yield from lost_keys(self._data, self._path, read_ring(self._path))

    def close(self) -> None:
        """Look at the file no more; the key in force stays so."""
        if self._files is not None:
            self._files.close()
            self._files = None

    def _take(self, content: bytes | None) -> None:
        self._state.pseudonyms = parse_ring(content).current


def _new_key(now: float) -> LedgerKey:
    return LedgerKey(now, secrets.token_hex(KEY_BYTES))


def _write(path: Path, keys: tuple[LedgerKey, ...]) -> None:
    replace_file(path, msgspec.json.format(msgspec.json.encode(_Kept(1, keys))) + b"\n")
