"""Recording by the settings: the data directory, and the recorder whose events go there."""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from garrison.adapters.store.files import held
from garrison.adapters.store.record import Recorder
from garrison.adapters.store.spool import SpoolWriter
from garrison.config.model import Settings
from garrison.core.errors import GatewayError, RecordError, cause_of

DEFAULT_DIRECTORY: Final = "garrison-data"
"""Where `garrison guard` keeps its data unless told otherwise, in the directory where it was started."""
SPOOL: Final = "spool"
LOCK: Final = "guard.lock"


def with_directory(settings: Settings) -> Settings:
    """`settings` with the guard's own data directory where they name none."""
    return settings if settings.data else replace(settings, data=DEFAULT_DIRECTORY)


class Recording:
    """The recorder into the spool of `settings.data`, and how it changes with the settings."""

    def __init__(self, settings: Settings) -> None:
        """Make the spool where it is missing. Raises OSError."""
        self._writer = SpoolWriter(Path(settings.data) / SPOOL, limit=settings.record.spool_bytes)
        self.recorder = Recorder(self._writer, fail=settings.record_fail)

    def apply(self, settings: Settings) -> None:
        """Put `settings.record` in force."""
        self._writer.limit = settings.record.spool_bytes
        self.recorder.fail = settings.record_fail

    def close(self) -> None:
        """Let the segment go, so that what is in it can be turned into the data set."""
        self._writer.close()


@contextlib.contextmanager
def data_directory(path: str) -> Iterator[Path]:
    """The data directory at `path`, made where it is missing, for one guard alone while the context lasts.

    Raises GatewayError where it cannot be used: its recordings would be lost, or mixed with another's.
    """
    directory = Path(path)
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = held(directory / LOCK)
    except OSError as error:
        raise GatewayError(f"cannot keep data in `{path}`: {_why(error)}; choose another with `--data`") from error
    if lock is None:
        raise GatewayError(f"another gateway keeps its data in `{path}`: choose another with `--data`")
    try:
        _check_version(directory)
        yield directory
    finally:
        os.close(lock)


def _check_version(directory: Path) -> None:
    """Raises GatewayError where a newer version keeps its data: budgets would begin anew, as nobody could read who saw
    whom. What is damaged is mended later."""
    from garrison.adapters.store.catalogue import TABLES
    from garrison.adapters.store.manifest import NewerManifestError, read_manifest

    for table in TABLES:
        try:
            read_manifest(directory, table)
        except NewerManifestError as error:
            raise GatewayError(
                f"cannot keep data in `{directory}`: {error}, or choose another with `--data`"
            ) from error
        except RecordError:
            continue


def _why(error: OSError) -> str:
    if error.errno in {errno.EEXIST, errno.ENOTDIR}:
        return "is not a directory"
    return cause_of(error)
