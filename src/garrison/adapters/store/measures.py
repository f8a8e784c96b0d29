"""The countermeasures: what was blocked and revoked, and until when. Written by commands, read by gateways.

    countermeasures.json      {"version": 1, "generation": 7, "measures": [{"action": "block", "scope": ...}, ...]}
    countermeasures.changes   {"generation": 7}
                              {"take": {"action": "block", "scope": "network", "value": "203.0.113.0/24", ...}}
                              {"lift": ["block", "network", "203.0.113.0/24"]}

The first is replaced whole, so that a reader sees either what was before or what is now. The second, a line a change,
is appended to, so that what a change costs a gateway does not depend on how much there is. It belongs to the first
where both name the same generation; an older one is in the first already, a newer one comes after what both said
before. When it has grown, all is put in the first.
"""

import contextlib
import csv
import errno
import fcntl
import gc
import io
import math
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple

import msgspec

from garrison.adapters.files_watched import FilesWatched
from garrison.adapters.store.files import make_directory, replace_file
from garrison.config.model import Settings
from garrison.core.countermeasure import Countermeasure, Key, Scope, system_number
from garrison.core.errors import ConfigError, Problem, RecordError, cause_of
from garrison.core.networks import Networks, span
from garrison.engine.measures import NO_MEASURES, Measures
from garrison.engine.state import State

FILE: Final = "countermeasures.json"
CHANGES: Final = "countermeasures.changes"
MOST_CHANGES: Final = 1000
"""Changes that are appended before all are put in one file: a gateway reads them in a few milliseconds."""
_LOCK: Final = "countermeasures.lock"
_MAX_BYTES: Final = 256 * 1024 * 1024
"""A million measures: what the gateway keeps of them is about twice that."""


class _Kept(msgspec.Struct, frozen=True):
    version: Literal[1] = 1
    generation: int = 0
    measures: tuple[Countermeasure, ...] = ()


class _Raw(msgspec.Struct, frozen=True):
    """The same, its measures still to be read: one at a time, so that no reader keeps others waiting."""

    version: Literal[1] = 1
    generation: int = 0
    measures: tuple[msgspec.Raw, ...] = ()


class _Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the changes."""

    generation: int | None = None
    take: Countermeasure | None = None
    lift: Key | None = None


class _Changes(NamedTuple):
    """What the changes amount to."""

    generation: int = 0
    taken: Mapping[Key, Countermeasure] = {}
    lifted: frozenset[Key] = frozenset()
    lines: int = 0
    is_cut: bool = False
    """Whether the last line is not whole: its writer's machine failed."""


class _Whole(NamedTuple):
    """What the whole file says."""

    made: Measures = NO_MEASURES
    generation: float = math.inf
    """Infinity where there is no such file: then no changes belong to it."""
    measures: tuple[Countermeasure, ...] = ()


_one = msgspec.json.Decoder(Countermeasure)
_change = msgspec.json.Decoder(_Change)


def read_measures(data: Path) -> tuple[Countermeasure, ...]:
    """All that are kept in the data directory, those that have ended included; raises RecordError."""
    return _read(data)[0]


def _read(data: Path) -> tuple[tuple[Countermeasure, ...], int, _Changes]:
    """The measures, the generation of their file, and the changes that are among them. Raises RecordError."""
    path = data / FILE
    try:
        generation, measures = _decode(path.read_bytes()) if path.exists() else (0, ())
        path = data / CHANGES
        changes = _decode_changes(path.read_bytes()) if path.exists() else _Changes()
    except (OSError, ValueError) as error:
        raise RecordError(f"`{path}` cannot be read: {cause_of(error)}; move it away to begin anew") from error
    if changes.generation != generation:
        return measures, generation, _Changes(generation)
    left = [each for each in measures if each.key not in changes.lifted and each.key not in changes.taken]
    return (*left, *changes.taken.values()), generation, changes


def change_measures(
    data: Path, change: Callable[[tuple[Countermeasure, ...]], Iterable[Countermeasure]], now: float
) -> tuple[Countermeasure, ...]:
    """Put what `change` makes of the measures in their place, in force at once; those that have ended are dropped.

    Returns what is kept now. Of several who change them, each sees what the others did. Raises RecordError.
    """
    try:
        with _locked(make_directory(data)):
            before, generation, changes = _read(data)
            kept = tuple(each for each in change(before) if each.holds(now))
            known, wanted = {each.key: each for each in before}, {each.key: each for each in kept}
            lines = [_Change(take=each) for key, each in wanted.items() if known.get(key) != each]
            lines += [_Change(lift=key) for key, each in known.items() if key not in wanted and each.holds(now)]
            is_begun = (data / FILE).exists()
            if is_begun and not changes.is_cut and 0 < len(lines) <= MOST_CHANGES:
                _append(data / CHANGES, lines, generation, begun=changes.lines > 0)
            if (
                not is_begun or changes.is_cut or changes.lines + len(lines) > MOST_CHANGES
            ):  # what was appended is in force by now
                _replace(data, kept, max(generation + 1, int(now * 1000)))
            return kept
    except OSError as error:
        raise RecordError(f"countermeasures cannot be kept in `{data}`: {cause_of(error)}") from error


def _replace(data: Path, kept: Iterable[Countermeasure], generation: int) -> None:
    """Networks in the order of their addresses: to put them in order is what would keep a gateway's workers waiting."""
    ordered = tuple(sorted(kept, key=_order))
    replace_file(data / FILE, msgspec.json.encode(_Kept(generation=generation, measures=ordered)) + b"\n")
    replace_file(data / CHANGES, msgspec.json.encode(_Change(generation=generation)) + b"\n")


def _order(measure: Countermeasure) -> tuple[int, int]:
    try:
        low, high = span(measure.value) if measure.scope is Scope.NETWORK else (1 << 128, 0)
    except ValueError:
        return 1 << 128, 0
    return low, -high


def _append(path: Path, lines: Sequence[_Change], generation: int, *, begun: bool) -> None:
    """One write: a reader sees all of it, or passes over what is not whole yet."""
    content = b"".join(msgspec.json.encode(each) + b"\n" for each in lines)
    if not begun:
        replace_file(path, msgspec.json.encode(_Change(generation=generation)) + b"\n" + content)
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
    try:
        size = os.fstat(descriptor).st_size
        try:
            written = os.write(descriptor, content)
        except OSError:
            written = -1
        if written != len(content):
            os.ftruncate(descriptor, size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def merged(before: Iterable[Countermeasure], added: Iterable[Countermeasure]) -> Iterable[Countermeasure]:
    """`before` and `added`; what is taken again replaces the earlier one."""
    found = {each.key: each for each in before}
    found |= {each.key: each for each in added}
    return found.values()


class _Followed(NamedTuple):
    """What is followed."""

    data: str = ""
    systems_file: str = ""
    is_needed: bool = False
    """Whether it must be usable from the beginning."""


class MeasuresInForce:
    """Keeps a gateway's state up to date with the file, and with the networks of autonomous systems."""

    def __init__(self, state: State, say: Callable[[str], None]) -> None:
        """`say` is told, on a thread beside the traffic, of a file that cannot be used."""
        self._state = state
        self._say = say
        self._whole = _Whole()
        self._read = _Changes()
        """The changes as last read."""
        self._own = _Changes()
        """The last that belonged to the whole file as last read."""
        self._systems: Networks[int] = Networks(())
        self._files: tuple[FilesWatched, ...] = ()
        self._followed = _Followed()
        self._putting = threading.Lock()

    def apply(self, settings: Settings) -> None:
        """Have the files that the settings name in force, now and whenever they change.

        A gateway that refuses must not begin to serve as if nobody were blocked: raises RecordError where it could not
        use them, ConfigError of the autonomous systems, and follows what it did before.
        """
        wanted = _Followed(settings.data, settings.controls.blocking.systems_file, settings.mode == "enforce")
        if wanted == self._followed:
            return
        self.close()
        try:
            self._follow(wanted)
        except (RecordError, ConfigError):
            self._follow(self._followed._replace(is_needed=False))
            raise
        self._followed = wanted

    def _follow(self, wanted: "_Followed") -> None:
        if not (wanted.data or wanted.systems_file):
            return
        # Two threads: while many measures are made ready by one, the other has a few in force at once.
        many, few = FilesWatched(self._say), FilesWatched(self._say)
        if wanted.systems_file:
            place = "$.controls.blocking.systems-file"
            with _told_as(wanted.systems_file, lambda told: ConfigError([Problem("garrison.yaml", place, told)])):
                many.add(Path(wanted.systems_file), self._take_systems, is_needed=wanted.is_needed)
        else:
            self._systems = Networks(())  # those of a file that the settings named before
        if wanted.data:
            for files, name, take in ((many, FILE, self._take_measures), (few, CHANGES, self._take_changes)):
                path = Path(wanted.data) / name
                with _told_as(path, lambda told: RecordError(f"{told}; move it away to begin anew, nobody blocked")):
                    files.add(path, take, is_needed=wanted.is_needed)
        self._files = many, few
        for files in self._files:
            files.start()

    def close(self) -> None:
        """Look at no file any more; what is in force stays so."""
        for each in self._files:
            each.close()
        self._files = ()

    def _take_measures(self, content: bytes | None) -> None:
        whole = _Whole(Measures((), self._systems) if self._systems else NO_MEASURES)
        if content is not None:
            with _uncollected():
                generation, measures = _decode(content)
                whole = _Whole(Measures(measures, self._systems), generation, measures)
        with self._putting:
            self._put(whole, self._read)

    def _take_systems(self, content: bytes | None) -> None:
        if content is None:
            raise ValueError("there is no such file")
        self._systems = Networks(_systems(content))
        made = Measures(self._whole.measures, self._systems)
        with self._putting:
            self._put(self._whole._replace(made=made), self._read)

    def _take_changes(self, content: bytes | None) -> None:
        changes = _decode_changes(content) if content is not None else _Changes()
        with self._putting:
            self._put(self._whole, changes)

    def _put(self, whole: "_Whole", read: _Changes) -> None:
        """Put in force what both files say. Raises ValueError where a change names no network."""
        if read.generation > whole.generation and whole is self._whole:
            changes, own = _after(self._own, read), self._own  # what they belong to is being made ready
        else:
            changes = own = read if read.generation == whole.generation else _Changes()
        if changes.taken or changes.lifted:
            self._state.measures = whole.made.changed(changes.taken.values(), changes.lifted)
        else:
            self._state.measures = whole.made
        self._whole, self._read, self._own = whole, read, own


def _after(before: _Changes, changes: _Changes) -> _Changes:
    """`changes`, and those before them that they do not undo."""
    taken = {key: each for key, each in before.taken.items() if key not in changes.lifted} | dict(changes.taken)
    return _Changes(changes.generation, taken, (before.lifted | changes.lifted) - taken.keys(), changes.lines)


def _decode(content: bytes) -> tuple[int, tuple[Countermeasure, ...]]:
    """Generation and measures. Raises ValueError where it is damaged, or one of its measures is."""
    if len(content) > _MAX_BYTES:
        raise ValueError(f"is larger than {_MAX_BYTES} bytes")
    try:
        found = msgspec.json.decode(content, type=_Raw)
        # a loop in Python, not in C: others get their turn between any two
        return found.generation, tuple([_one.decode(each) for each in found.measures])
    except msgspec.MsgspecError as error:
        raise ValueError(f"is damaged: {cause_of(error)}") from error


def _decode_changes(content: bytes) -> _Changes:
    """Raises ValueError where it is damaged; a last line that is not whole yet is passed over."""
    if len(content) > _MAX_BYTES:
        raise ValueError(f"is larger than {_MAX_BYTES} bytes")
    taken: dict[Key, Countermeasure] = {}
    lifted: set[Key] = set()
    *whole, rest = content.split(b"\n")
    head, *lines = whole or [b"{}"]
    try:
        generation = _change.decode(head).generation
        for line in lines:
            change = _change.decode(line)
            if change.take is not None:
                taken[change.take.key] = change.take
            elif change.lift is not None:
                taken.pop(change.lift, None)
                lifted.add(change.lift)
    except msgspec.MsgspecError as error:
        raise ValueError(f"is damaged: {cause_of(error)}") from error
    if generation is None:
        raise ValueError("is damaged: its first line names no generation")
    return _Changes(generation, taken, frozenset(lifted - taken.keys()), len(lines), bool(rest))


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
def _told_as(path: Path | str, error: Callable[[str], Exception]) -> Iterator[None]:
    """What makes `path` unusable is raised as that error."""
    try:
        yield
    except (OSError, ValueError) as fault:
        raise error(f"`{path}` cannot be used: {cause_of(fault)}") from fault


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Without the garbage collector, which would walk what is being made again and again, and keep everyone waiting."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextlib.contextmanager
def _locked(data: Path) -> Iterator[None]:
    descriptor = os.open(data / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
