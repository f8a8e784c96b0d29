"""Leftovers: what assessments made and did not take away yet, kept over the end of the process that made it.

One JSON line for each thing that was made and one for each that is gone. It may name accounts of the assessment's own
with their passwords, so that they can be deleted later: the file is private.
"""

import os
from pathlib import Path
from typing import Final

import msgspec

from garrison.assess.keeper import Made
from garrison.core.errors import RecordError, cause_of

FILE: Final = "assess-leftovers.jsonl"
_MODE: Final = 0o600


class _Line(msgspec.Struct, frozen=True, omit_defaults=True):
    origin: str
    made: Made
    gone: bool = False


class Leftovers:
    """What was made at one target."""

    def __init__(self, directory: Path, origin: str) -> None:
        """`directory` must exist."""
        self._file = directory / FILE
        self._origin = origin

    def note(self, made: Made) -> None:
        """Something was made. Raises RecordError where that cannot be written down."""
        self._append(_Line(self._origin, made))

    def gone(self, made: Made) -> None:
        """It was taken away."""
        self._append(_Line(self._origin, made, gone=True))

    def standing(self) -> tuple[Made, ...]:
        """What is still there, the oldest first. A line that was not written to its end does not count."""
        found: dict[Made, None] = {}
        for line in self._lines():
            if line.origin != self._origin:
                continue
            if line.gone:
                found.pop(line.made, None)
            else:
                found[line.made] = None
        return tuple(found)

    def _lines(self) -> list[_Line]:
        try:
            data = self._file.read_bytes()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise RecordError(f"`{self._file}` cannot be read: {cause_of(error)}") from error
        found = []
        for text in data.splitlines():
            try:
                found.append(msgspec.json.decode(text, type=_Line))
            except (msgspec.DecodeError, ValueError):
                continue
        return found

    def _append(self, line: _Line) -> None:
        try:
            file = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _MODE)
            try:
                os.write(file, msgspec.json.encode(line) + b"\n")
            finally:
                os.close(file)
        except OSError as error:
            raise RecordError(f"`{self._file}` cannot be written: {cause_of(error)}") from error
