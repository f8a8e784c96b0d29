"""What only one process may do at a time, by a lock in the data directory that goes with its process."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from garrison.adapters.store.files import held, make_directory
from garrison.core.errors import RecordError, cause_of


class BusyError(RecordError):
    """Another process does it at the moment."""


@contextlib.contextmanager
def the_only_one(data: Path, name: str, says: str) -> Iterator[None]:
    """Hold the lock `name` while the context lasts. Raises BusyError, which `says` that another has it, and
    RecordError where the directory cannot be used."""
    try:
        lock = held(make_directory(data) / name)
    except OSError as error:
        raise RecordError(f"`{data / name}` cannot be used: {cause_of(error)}") from error
    if lock is None:
        raise BusyError(says)
    try:
        yield
    finally:
        os.close(lock)
