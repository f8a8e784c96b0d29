"""Users of HTTP Basic, of whose passwords only slow hashes are kept (Argon2id, RFC 9106)."""

from collections.abc import Mapping
from typing import Final

import msgspec

SERVICE: Final = "password"
"""The name of the service that is asked whether a password is right: checking one takes far longer than a worker may be
kept waiting, so it is done beside the traffic (`core/question.py`)."""


class User(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One user, as it is kept."""

    name: str
    hash: str
    """Argon2id in the PHC string format."""
    scopes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    created: float


class Users(msgspec.Struct, frozen=True):
    """All users, as last read. Replaced whole when the file changes."""

    by_name: Mapping[str, User] = {}
    stamp: bytes = b""
    """Another one after each change: what was verified before must be verified again."""


NOBODY: Final = Users()


class Password(msgspec.Struct, frozen=True):
    """What the service `password` is asked; as JSON, in memory only."""

    name: str
    password: str
