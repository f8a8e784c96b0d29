"""The file of releases: whose holds were lifted, and when. Written by commands, read by gateways.

    {"version": 1, "releases": [{"since": 1795824000.0, "per": "principal", "key": "staff:ada", "note": "..."}, ...]}

A hold is no file: it follows from the event that exceeded the budget, unless a later release is on file. What was seen
before a release does not count any more. Of releases of the same key the last one counts.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, Literal

import msgspec

from garrison.adapters.files_watched import FilesWatched
from garrison.adapters.store.files import make_directory, replace_file, the_only_one_changing
from garrison.config.model import Settings
from garrison.core.errors import RecordError, cause_of
from garrison.engine.spaces import Release
from garrison.engine.state import State

FILE: Final = "releases.json"
_MAX_BYTES: Final = 64 * 1024 * 1024
"""Some hundred thousand of them."""


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """One release."""

    since: float
    """When it was made: seconds since the epoch."""
    per: str
    """Whose key it is, as in the settings of budgets."""
    key: str
    budget: str = ""
    """Only the budget of that name; empty: all."""
    note: str = ""
    """For people."""

    @property
    def release(self) -> Release:
        """As the engine knows it."""
        return Release(self.since, self.per, self.key, self.budget)


class _File(msgspec.Struct, frozen=True):
    version: Literal[1] = 1
    releases: tuple[Kept, ...] = ()


def read_releases(data: Path) -> tuple[Kept, ...]:
    """All that are kept in the data directory; raises RecordError."""
    path = data / FILE
    try:
        return _decode(path.read_bytes())
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise RecordError(f"`{path}` cannot be read: {cause_of(error)}; move it away to begin anew") from error


def add_releases(data: Path, added: Iterable[Kept]) -> None:
    """Put `added` in force, in place of earlier ones of the same key and budget. Raises RecordError."""
    path = data / FILE
    try:
        make_directory(data)
        with the_only_one_changing(path):
            kept = {(each.per, each.key, each.budget): each for each in (*read_releases(data), *added)}
            replace_file(path, msgspec.json.encode(_File(releases=tuple(kept.values()))) + b"\n")
    except OSError as error:
        raise RecordError(f"releases cannot be kept in `{data}`: {cause_of(error)}") from error


class ReleasesInForce:
    """Keeps a gateway's budgets up to date with the file."""

    def __init__(self, state: State, say: Callable[[str], None]) -> None:
        """`say` is told, on a thread beside the traffic, of a file that cannot be used."""
        self._state = state
        self._say = say
        self._data = ""
        self._files: FilesWatched | None = None

    def apply(self, settings: Settings) -> None:
        """Have the file of the settings' data directory in force, now and whenever it changes."""
        if settings.data == self._data:
            return
        self.close()
        self._data = settings.data
        if self._data:
            self._files = FilesWatched(self._say)
            self._files.add(Path(self._data) / FILE, self._take)
            self._files.start()

    def close(self) -> None:
        """Look at the file no more."""
        if self._files is not None:
            self._files.close()
            self._files = None

    def _take(self, content: bytes | None) -> None:
        releases = _decode(content) if content is not None else ()
        self._state.budgets.releases = frozenset(each.release for each in releases)


def _decode(content: bytes) -> tuple[Kept, ...]:
    if len(content) > _MAX_BYTES:
        raise ValueError(f"is larger than {_MAX_BYTES} bytes")
    try:
        return msgspec.json.decode(content, type=_File).releases
    except msgspec.MsgspecError as error:
        raise ValueError(f"is damaged: {cause_of(error)}") from error
