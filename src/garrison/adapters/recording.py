"""Recording by the settings: the data directory, and the recorder whose events go there."""

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from garrison.adapters.store.record import Recorder
from garrison.adapters.store.spool import SpoolWriter
from garrison.config.model import Settings
from garrison.core.decision import FailMode
from garrison.core.errors import GatewayError

DEFAULT_DIRECTORY: Final = "garrison-data"
"""Where `garrison guard` keeps its data unless told otherwise, in the directory where it was started."""
SPOOL: Final = "spool"
LOCK: Final = "guard.lock"


def fail_mode(settings: Settings) -> FailMode:
    """What it means that an exchange cannot be recorded: unless told, nothing passes unseen that is enforced."""
    if settings.record.fail is not None:
        return settings.record.fail
    return FailMode.CLOSED if settings.mode == "enforce" else FailMode.OPEN


def with_directory(settings: Settings) -> Settings:
    """`settings` with the guard's own data directory where they name none."""
    return settings if settings.data else replace(settings, data=DEFAULT_DIRECTORY)


class Recording:
    """The recorder into the spool of `settings.data`, and how it changes with the settings."""

    def __init__(self, settings: Settings) -> None:
        """Make the spool where it is missing. Raises OSError."""
        self._writer = SpoolWriter(Path(settings.data) / SPOOL, limit=settings.record.spool_bytes)
        self.recorder = Recorder(self._writer, fail=fail_mode(settings))

    def apply(self, settings: Settings) -> None:
        """Put `settings.record` in force."""
        self._writer.limit = settings.record.spool_bytes
        self.recorder.fail = fail_mode(settings)

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
        descriptor = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise GatewayError(f"cannot keep data in `{path}`: {_why(error)}; choose another with `--data`") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise GatewayError(f"another gateway keeps its data in `{path}`: choose another with `--data`") from error
    try:
        yield directory
    finally:
        os.close(descriptor)


def _why(error: OSError) -> str:
    if error.errno in {errno.EEXIST, errno.ENOTDIR}:
        return "is not a directory"
    return (error.strerror or str(error)).lower()
