"""The manifest: which files hold the data set's events, and which segments of the spool are among them already.

It is replaced in one step, so that every event counts exactly once at every moment: before the step its segment
counts, after it the Parquet file.
"""

from pathlib import Path
from typing import Final

import msgspec

from garrison.adapters.store.files import replace_file
from garrison.core.errors import RecordError

VERSION: Final = 1
"""Of this file's form and of the data set's columns."""


class DamagedManifestError(RecordError):
    """The manifest is not what `write_manifest` wrote."""


class DataFile(msgspec.Struct, frozen=True):
    """One Parquet file of one day."""

    path: str
    """Beneath `DATA/events`: `day=2026-07-23/NAME.parquet`."""
    events: int
    bytes: int
    since: int
    """Time of the first event: microseconds since the epoch."""
    until: int
    """Time of the last event: microseconds since the epoch."""
    written: float
    """When this file was written: seconds since the epoch."""

    @property
    def day(self) -> str:
        """UTC day of its events: `2026-07-23`."""
        return self.path.partition("/")[0].removeprefix("day=")


class Obsolete(msgspec.Struct, frozen=True):
    """A file that counts no more, and stays a while for those who are reading it."""

    path: str
    since: float
    """When it ceased to count: seconds since the epoch."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The data set at one moment."""

    version: int = VERSION
    files: tuple[DataFile, ...] = ()
    consumed: tuple[str, ...] = ()
    """Names of segments whose events are in `files`; they wait only for their removal."""
    obsolete: tuple[Obsolete, ...] = ()
    converted: int = 0
    """Events that ever came into the data set, those past retention included."""
    damaged: int = 0
    """Lines of segments that could not be read; they are kept in `DATA/damaged`."""


def manifest_path(data: Path) -> Path:
    """Where the manifest of a data directory is."""
    return data / "events" / "manifest.json"


def read_manifest(data: Path) -> Manifest:
    """The manifest of `data`; an empty one where there is none. Raises RecordError where it cannot be read."""
    path = manifest_path(data)
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except FileNotFoundError:
        return Manifest()
    except OSError as error:
        raise RecordError(f"`{path}` cannot be read: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DamagedManifestError(f"`{path}` is damaged (hint: `garrison guard` makes a new one at start)") from error
    if manifest.version > VERSION:
        raise RecordError(f"`{path}` was written by a newer version (hint: use that version to read it)")
    return manifest


def write_manifest(data: Path, manifest: Manifest) -> None:
    """Put `manifest` in force. Raises OSError; the one before is then still in force."""
    replace_file(manifest_path(data), msgspec.json.format(msgspec.json.encode(manifest), indent=1))
