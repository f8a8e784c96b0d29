"""The file of countermeasures: what was blocked and revoked, and until when. Written by commands, read by gateways.

    {"version": 1, "measures": [{"action": "block", "scope": "network", "value": "203.0.113.0/24", ...}, ...]}

It is replaced whole, so that a reader sees either what was before or what is now.
"""

import contextlib
import csv
import fcntl
import io
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, Literal

import msgspec

from garrison.adapters.files_watched import FilesWatched
from garrison.adapters.store.files import make_directory, replace_file
from garrison.config.model import Settings
from garrison.core.countermeasure import Countermeasure, system_number
from garrison.core.errors import RecordError
from garrison.engine.measures import Measures
from garrison.engine.networks import Networks
from garrison.engine.state import State

FILE: Final = "countermeasures.json"
_LOCK: Final = "countermeasures.lock"
_MAX_BYTES: Final = 256 * 1024 * 1024
"""A million measures: what the gateway keeps of them is about twice that."""


class _Kept(msgspec.Struct, frozen=True):
    version: Literal[1] = 1
    measures: tuple[Countermeasure, ...] = ()


def read_measures(data: Path) -> tuple[Countermeasure, ...]:
    """All that are kept in the data directory, those that have ended included; raises RecordError."""
    path = data / FILE
    try:
        return _decode(path.read_bytes())
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise RecordError(f"`{path}` cannot be read: {_why(error)}; move it away to begin anew") from error


def change_measures(
    data: Path, change: Callable[[tuple[Countermeasure, ...]], Iterable[Countermeasure]], now: float
) -> tuple[Countermeasure, ...]:
    """Put what `change` makes of the measures in their place, in force at once; those that have ended are dropped.

    Returns what is kept now. Of several who change them, each sees what the others did. Raises RecordError.
    """
    try:
        with _locked(make_directory(data)):
            kept = tuple(each for each in change(read_measures(data)) if each.holds(now))
            replace_file(data / FILE, msgspec.json.encode(_Kept(measures=kept)) + b"\n")
            return kept
    except OSError as error:
        raise RecordError(f"countermeasures cannot be kept in `{data}`: {_why(error)}") from error


def merged(before: Iterable[Countermeasure], added: Iterable[Countermeasure]) -> Iterable[Countermeasure]:
    """`before` and `added`; what is taken again replaces the earlier one."""
    found = {each.key: each for each in before}
    found |= {each.key: each for each in added}
    return found.values()


class MeasuresInForce:
    """Keeps a gateway's state up to date with the file, and with the networks of autonomous systems."""

    def __init__(self, state: State, say: Callable[[str], None]) -> None:
        """`say` is told, on a thread beside the traffic, of a file that cannot be used."""
        self._state = state
        self._say = say
        self._measures: tuple[Countermeasure, ...] = ()
        self._systems: Networks[int] = Networks(())
        self._files: FilesWatched | None = None
        self._names = ("", "")

    def apply(self, settings: Settings) -> None:
        """Have the files that the settings name in force, now and whenever they change."""
        names = settings.data, settings.controls.blocking.systems_file
        if names == self._names:
            return
        self.close()
        self._names = names
        data, systems_file = names
        self._files = FilesWatched(self._say)
        if systems_file:
            self._files.add(Path(systems_file), self._take_systems)
        if data:
            self._files.add(Path(data) / FILE, self._take_measures)
        self._files.start()

    def close(self) -> None:
        """Look at no file any more; what is in force stays so."""
        if self._files is not None:
            self._files.close()

    def _take_measures(self, content: bytes | None) -> None:
        measures = _decode(content) if content is not None else ()
        self._state.measures = Measures(measures, self._systems)
        self._measures = measures

    def _take_systems(self, content: bytes | None) -> None:
        if content is None:
            raise ValueError("there is no such file")
        systems = Networks(_systems(content))
        self._state.measures = Measures(self._measures, systems)
        self._systems = systems


def _decode(content: bytes) -> tuple[Countermeasure, ...]:
    """Raises ValueError where it is damaged, or one of its measures is."""
    if len(content) > _MAX_BYTES:
        raise ValueError(f"is larger than {_MAX_BYTES} bytes")
    try:
        return msgspec.json.decode(content, type=_Kept).measures
    except msgspec.MsgspecError as error:
        raise ValueError(f"is damaged: {str(error)[:1].lower()}{str(error)[1:]}") from error


def _systems(content: bytes) -> Iterator[tuple[str, int]]:
    """The rows `network,number` of a CSV file; a heading and what follows the number is passed over."""
    for index, row in enumerate(csv.reader(io.StringIO(content.decode("utf-8", "replace")))):
        if not row or row[0].startswith("#") or (index == 0 and "/" not in row[0]):
            continue
        number = row[1].strip() if len(row) > 1 else ""
        found = system_number(number if number[:2].lower() == "as" else f"as{number}")
        if found is None:
            raise ValueError(f"line {index + 1} names no autonomous system")
        yield row[0].strip(), found


@contextlib.contextmanager
def _locked(data: Path) -> Iterator[None]:
    descriptor = os.open(data / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _why(error: Exception) -> str:
    text = error.strerror or str(error) if isinstance(error, OSError) else str(error)
    return text[:1].lower() + text[1:]
