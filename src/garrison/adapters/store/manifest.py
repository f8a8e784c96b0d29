"""The manifest of a table: which files hold its rows, and which segments of its spool are among them already.

It is replaced in one step, so that every row counts exactly once at every moment: before the step its segment
counts, after it the Parquet file.
"""

from pathlib import Path
from typing import Final

import msgspec

from garrison.adapters.store.files import replace_file
from garrison.adapters.store.table import AnyTable
from garrison.core.errors import RecordError, cause_of

VERSION: Final = 1
"""Of this file's form and of the tables' columns."""


class DamagedManifestError(RecordError):
    """The manifest is not what `write_manifest` wrote."""


class NewerManifestError(RecordError):
    """The manifest was written by a version that knows more."""


class DataFile(msgspec.Struct, frozen=True):
    """One Parquet file of one day."""

    path: str
    """Beneath the table's directory: `day=2026-07-23/NAME.parquet`."""
    rows: int = msgspec.field(name="events")  # the name in files that are older than the second table
    bytes: int
    """With its places."""
    since: int
    """Time of the first row: microseconds since the epoch."""
    until: int
    """Time of the last row: microseconds since the epoch."""
    written: float
    """When this file was written: seconds since the epoch."""

    @property
    def day(self) -> str:
        """UTC day of its rows: `2026-07-23`."""
        return self.path.partition("/")[0].removeprefix("day=")


class Obsolete(msgspec.Struct, frozen=True):
    """A file that counts no more, and stays a while for those who are reading it."""

    path: str
    since: float
    """When it ceased to count: seconds since the epoch."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """A table at one moment."""

    version: int = VERSION
    files: tuple[DataFile, ...] = ()
    consumed: tuple[str, ...] = ()
    """Names of segments whose rows are in `files`; they wait only for their removal."""
    obsolete: tuple[Obsolete, ...] = ()
    converted: int = 0
    """Rows that ever came into the table, those past retention included."""
    damaged: int = 0
    """Lines of segments that could not be read; they are kept in `DATA/damaged`."""


def manifest_path(data: Path, table: AnyTable) -> Path:
    """Where the manifest of a table in the data directory `data` is."""
    return data / table.name / "manifest.json"


def read_manifest(data: Path, table: AnyTable) -> Manifest:
    """The manifest of `table` in `data`; an empty one where there is none. Raises RecordError."""
    path = manifest_path(data, table)
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except FileNotFoundError:
        return Manifest()
    except OSError as error:
        raise RecordError(f"`{path}` cannot be read: {cause_of(error)}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DamagedManifestError(f"`{path}` is damaged (hint: `garrison guard` makes a new one at start)") from error
    if manifest.version > VERSION:
        raise NewerManifestError(f"`{path}` was written by a newer version: use that version")
    return manifest


def write_manifest(data: Path, table: AnyTable, manifest: Manifest) -> None:
    """Put `manifest` in force. Raises OSError; the one before is then still in force."""
    replace_file(manifest_path(data, table), msgspec.json.format(msgspec.json.encode(manifest), indent=1))
