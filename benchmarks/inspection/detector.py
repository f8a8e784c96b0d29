"""What a detector is to the benchmark."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import msgspec
from benchmarks.inspection.rows import Row

Looks: TypeAlias = Callable[[Row], bool]
"""Whether a request is one that the detector would refuse. All that is timed."""


class MissingError(Exception):
    """The detector is not installed: the message says what would have to be."""


class Options(msgspec.Struct, frozen=True):
    """What the command line says to detectors."""

    directory: Path
    """For files of theirs."""
    core_rules: Path | None = None
    """A Core Rule Set as its authors publish it, instead of Debian's."""
    paranoia: int = 1
    """The Core Rule Set's own level, 1 to 4."""


class Detector(msgspec.Struct, frozen=True):
    """One that is ready."""

    name: str
    version: str
    looks: Looks


Start: TypeAlias = Callable[[Options], Detector]
"""Raises MissingError."""
