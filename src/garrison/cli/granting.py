"""What commands that grant or refuse have in common: scopes and roles that can be, directories that somebody reads."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from garrison.cli.output import note

_SCOPE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,256}\Z")
"""RFC 6749, 3.3: what has a blank in it is two scopes."""


def check_granted(scopes: Sequence[str], roles: Sequence[str]) -> None:
    """Raises ConfigError where a scope or role is none, and so would never count."""
    from garrison.core.errors import ConfigError, Problem

    problems = [
        Problem("<options>", "--scope", f"`{each}` is no scope", "one word; give `--scope` several times for several")
        for each in scopes
        if not _SCOPE.match(each)
    ]
    problems += [
        Problem("<options>", "--role", f"`{each}` is no role", "text of 1 to 256 printable characters")
        for each in roles
        if not each.strip() or not each.isprintable() or len(each) > 256
    ]
    if problems:
        raise ConfigError(problems)


def tell_missing(data: Path) -> None:
    """Say that there is no such directory: that nothing is kept in a mistyped one says nothing."""
    if not data.is_dir():
        what = "is not a directory" if data.exists() else "is not there"
        note(f"`{data}` {what}, so nobody keeps anything in it: give the one that `guard` has")


def tell_new(data: Path) -> None:
    """Say it where no gateway can have kept its data in `data` so far: most likely it is the wrong directory."""
    if not data.exists():
        note(f"`{data}` is new: it counts for the gateway that will keep its data there (`--data`)")
