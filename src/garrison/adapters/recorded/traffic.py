"""Recorded traffic from wherever it is: an archive, JSON Lines, or a gateway's data directory."""

from collections.abc import Iterator
from pathlib import Path

from garrison.adapters.recorded.exchange import Entry
from garrison.adapters.recorded.har import has_log, read_har
from garrison.adapters.recorded.jsonl import read_lines
from garrison.adapters.recorded.keys import KeySource
from garrison.adapters.recorded.samples import read_samples
from garrison.core.errors import ConfigError, Problem, cause_of

_START = 4096
"""Bytes that tell an archive from JSON Lines: what recorders write in front of its entries is short."""


def read_traffic(place: Path, keys: KeySource) -> Iterator[Entry]:
    """Everything that was recorded at `place`, a file or a data directory, in order.

    Raises ConfigError where it cannot be read at all.
    """
    if place.is_dir():
        return read_samples(place, keys)
    try:
        with place.open("rb") as file:
            is_archive = place.suffix == ".har" or has_log(file.read(_START))
    except OSError as error:
        raise _unreadable(place, error) from error
    return read_har(place.read_bytes(), str(place)) if is_archive else _lines(place)


def _lines(place: Path) -> Iterator[Entry]:
    with place.open("rb") as file:
        yield from read_lines(file)


def _unreadable(place: Path, error: OSError) -> ConfigError:
    return ConfigError([Problem(str(place), "$", f"cannot be read: {cause_of(error)}")])
