"""The file of API keys in the data directory: read by the gateway, changed by `garrison keys`.

`api-keys.json` holds digests only; the secret that they are made with lies beside the data directory, so that who
gets a copy of the data gets nothing to try keys against."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from garrison.adapters.recorded.keys import key_source, make_keys
from garrison.adapters.store.files import make_directory, replace_file, the_only_one_changing
from garrison.config.model import Settings
from garrison.core.errors import ConfigError, Problem, cause_of
from garrison.identity.key_ring import ID_DIGITS, SECRET_DIGITS, ApiKey, KeyRing, digest_of, make_key

FILE: Final = "api-keys.json"


class _Kept(msgspec.Struct, frozen=True):
    version: int
    keys: tuple[ApiKey, ...]


class KeyFile:
    """The keys in a data directory."""

    def __init__(self, data: Path, secret: bytes) -> None:
        """`secret` is what digests are made with."""
        self.path = data / FILE
        self._secret = secret

    def read(self) -> KeyRing:
        """The keys as they are now; none where there is no file. Raises ConfigError where it cannot be read."""
        try:
            return self.parse(self.path.read_bytes())
        except FileNotFoundError:
            return self.parse(None)
        except OSError as error:
            raise _wrong(self.path, f"cannot be read: {cause_of(error)}") from error
        except ValueError as error:
            hint = "restore it; keys cannot be had from anywhere else"
            raise _wrong(self.path, f"is damaged: {error}", hint) from error

    def parse(self, content: bytes | None) -> KeyRing:
        """The keys that stand in a file with this content; None is a file that is not there.

        Raises ValueError where they cannot be read.
        """
        if content is None:
            return KeyRing(self._secret)
        kept = msgspec.json.decode(content, type=_Kept)
        return KeyRing(self._secret, {key.id: key for key in kept.keys})

    def create(self, name: str, now: float, *, scopes: Sequence[str], roles: Sequence[str], expires: float) -> str:
        """Make a key for the principal `name`; the key itself, which is nowhere kept. Raises ConfigError."""
        key_id, secret = secrets.token_hex(ID_DIGITS // 2), secrets.token_hex(SECRET_DIGITS // 2)
        key = make_key(key_id, secret)
        new = ApiKey(
            id=key_id,
            digest=digest_of(key, self._secret),
            name=name,
            scopes=tuple(scopes),
            roles=tuple(roles),
            created=now,
            expires=expires,
        )
        with self._changing() as keys:
            keys[key_id] = new
        return key

    def rotate(self, key_id: str, now: float, overlap: float) -> str:
        """Make a key like `key_id`, which holds for `overlap` more seconds. Raises ConfigError."""
        old = self._known(key_id)
        left = old.expires - old.created if old.expires else 0.0
        key = self.create(old.name, now, scopes=old.scopes, roles=old.roles, expires=now + left if left else 0.0)
        until = min(old.expires or float("inf"), now + overlap)
        new_id = key.split("_")[1]
        self._change(key_id, lambda each: msgspec.structs.replace(each, expires=until, rotated_to=new_id))
        return key

    def expire(self, key_id: str, at: float) -> None:
        """Let the key hold until `at` at the longest. Raises ConfigError."""
        self._change(key_id, lambda each: msgspec.structs.replace(each, expires=min(each.expires or at, at)))

    def revoke(self, key_id: str, now: float) -> None:
        """Let the key hold no more. Raises ConfigError."""
        self._change(key_id, lambda each: msgspec.structs.replace(each, revoked=each.revoked or now))

    def _known(self, key_id: str) -> ApiKey:
        key = self.read().keys.get(key_id)
        if key is None:
            raise _unknown(self.path, key_id)
        return key

    def _change(self, key_id: str, change: Callable[[ApiKey], ApiKey]) -> None:
        with self._changing() as keys:
            if key_id not in keys:
                raise _unknown(self.path, key_id)
            keys[key_id] = change(keys[key_id])

    @contextmanager
    def _changing(self) -> Iterator[dict[str, ApiKey]]:
        """The keys, written back at the end; one process at a time."""
        try:
            make_directory(self.path.parent)
            with the_only_one_changing(self.path):
                keys = dict(self.read().keys)
                yield keys
                replace_file(
                    self.path, msgspec.json.format(msgspec.json.encode(_Kept(1, tuple(keys.values())))) + b"\n"
                )
        except OSError as error:
            raise _wrong(self.path, f"cannot be written: {cause_of(error)}") from error


def key_file(settings: Settings, data: str) -> KeyFile:
    """The key file of a gateway with these settings, which keeps its data in `data`. Raises ConfigError."""
    return KeyFile(Path(data), make_keys(key_source(settings, data)).digests)


def _unknown(path: Path, key_id: str) -> ConfigError:
    return _wrong(path, f"there is no key `{key_id}`", "`garrison keys list` shows all")


def _wrong(path: Path, message: str, hint: str = "") -> ConfigError:
    return ConfigError([Problem(str(path), "$", message, hint)])
