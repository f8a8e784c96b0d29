"""The file of users of HTTP Basic: read by the gateway, changed by `garrison users`; and the check of a password."""

import hashlib
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from garrison.adapters.store.files import make_directory, replace_file, the_only_one_changing
from garrison.core.errors import ConfigError, Problem, cause_of
from garrison.core.question import UNANSWERED, Answer
from garrison.identity.users import Password, User, Users

FILE: Final = "users.json"
# OWASP's password storage guidance (2023) for Argon2id: 19 MiB, two passes, one lane; 25 ms here.
_MEMORY, _PASSES, _LANES = 19 * 1024, 2, 1
AT_ONCE: Final = 2
"""Passwords that are checked at once: each takes 19 MiB, and guessing must not take the processors from the traffic."""


PATIENCE: Final = 5.0
"""Seconds that a password waits for its turn."""


class _Kept(msgspec.Struct, frozen=True):
    version: int
    users: tuple[User, ...]


class UserFile:
    """The users in a data directory."""

    def __init__(self, data: Path) -> None:
        self.path = data / FILE

    def read(self) -> Users:
        """The users as they are now; none where there is no file. Raises ConfigError where it cannot be read."""
        try:
            return parse_users(self.path.read_bytes())
        except FileNotFoundError:
            return parse_users(None)
        except OSError as error:
            raise _wrong(self.path, f"cannot be read: {cause_of(error)}") from error
        except ValueError as error:
            raise _wrong(self.path, f"is damaged: {error}", "restore it, or add the users again") from error

    def put(self, name: str, password: str, now: float, *, scopes: Sequence[str], roles: Sequence[str]) -> bool:
        """Add a user, or give one another password, scopes and roles; whether it is a new one. Raises ConfigError."""
        user = User(name=name, hash=hashed(password), scopes=tuple(scopes), roles=tuple(roles), created=now)
        with self._changing() as users:
            is_new = name not in users
            users[name] = user
        return is_new

    def remove(self, name: str) -> None:
        """Remove a user. Raises ConfigError where there is none of the name."""
        with self._changing() as users:
            if users.pop(name, None) is None:
                raise _wrong(self.path, f"there is no user `{name}`", "`garrison users list` shows all")

    @contextmanager
    def _changing(self) -> Iterator[dict[str, User]]:
        """The users, written back at the end; one process at a time."""
        try:
            make_directory(self.path.parent)
            with the_only_one_changing(self.path):
                users = dict(self.read().by_name)
                yield users
                kept = msgspec.json.encode(_Kept(1, tuple(users.values())))
                replace_file(self.path, msgspec.json.format(kept) + b"\n")
        except OSError as error:
            raise _wrong(self.path, f"cannot be written: {cause_of(error)}") from error


def parse_users(content: bytes | None) -> Users:
    """The users that stand in a file with this content; None is a file that is not there. Raises ValueError."""
    if content is None:
        return Users()
    kept = msgspec.json.decode(content, type=_Kept)
    return Users({user.name: user for user in kept.users}, hashlib.sha256(content).digest())


def hashed(password: str) -> str:
    """`password` as it is kept."""
    salt = secrets.token_bytes(16)
    kept = Argon2id(salt=salt, length=32, iterations=_PASSES, lanes=_LANES, memory_cost=_MEMORY)
    return kept.derive_phc_encoded(password.encode())


class Passwords:
    """Answers whether passwords are right, at most so many at once; called from threads beside the traffic."""

    def __init__(self, users: Callable[[], Users]) -> None:
        """`users` says who there is at the moment."""
        self._users = users
        self._nobody = hashed(secrets.token_hex(16))
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    def answer(self, question: bytes) -> Answer:
        """Status 200 for a right password, 401 for a wrong one; nothing where no turn came in time."""
        asked = msgspec.json.decode(question, type=Password)
        if not self._turns.acquire(timeout=PATIENCE):
            return UNANSWERED
        try:
            return self._check(asked)
        finally:
            self._turns.release()

    def _check(self, asked: Password) -> Answer:
        user = self._users().by_name.get(asked.name)
        try:
            # for nobody as well, so that an answer's time does not tell who there is
            Argon2id.verify_phc_encoded(asked.password.encode(), user.hash if user is not None else self._nobody)
        except (InvalidKey, ValueError):
            return Answer(401)
        return Answer(200 if user is not None else 401)


def _wrong(path: Path, message: str, hint: str = "") -> ConfigError:
    return ConfigError([Problem(str(path), "$", message, hint)])
