"""The history of audits: how the score of a description went, as JSON Lines."""

from pathlib import Path
from typing import Final

import msgspec

from garrison.core.errors import ConfigError, Problem, cause_of

NAME: Final = "audits.jsonl"
"""What the file is called in a data directory."""
_MOST: Final = 16 << 20
"""Bytes that are read, from the end: a hundred thousand audits."""


class Audited(msgspec.Struct, frozen=True):
    """One audit."""

    time: float
    """Seconds since the epoch."""
    contract: str
    score: int
    findings: dict[str, int]
    """How many by severity, accepted ones left out."""


def history_file(place: Path) -> Path:
    """The file that is meant by a file or a data directory."""
    return place / NAME if place.is_dir() else place


def read_history(place: Path, contract: str) -> list[Audited]:
    """The earlier audits of a description, the oldest first; lines that cannot be read are left out."""
    try:
        with history_file(place).open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _MOST))
            lines = file.read().splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise _problem(place, "read", error) from error
    found = []
    for line in lines:
        try:
            one = msgspec.json.decode(line, type=Audited)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        if one.contract == contract:
            found.append(one)
    return found


def keep_audit(place: Path, audited: Audited) -> None:
    """Add one audit. Raises ConfigError where that is impossible."""
    try:
        with history_file(place).open("ab") as file:
            file.write(msgspec.json.encode(audited) + b"\n")
    except OSError as error:
        raise _problem(place, "written", error) from error


def _problem(place: Path, done: str, error: OSError) -> ConfigError:
    return ConfigError([Problem(str(history_file(place)), "$", f"cannot be {done}: {cause_of(error)}")])
