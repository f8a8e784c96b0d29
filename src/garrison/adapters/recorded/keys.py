"""The key that keeps samples of messages: from a key file, or from a passphrase.

Each segment of samples has a random data key of its own, which this key wraps (AES key wrap, RFC 3394). The same
key also makes the digests that stand for secrets. All of it is the library `cryptography`'s work.
"""

import os
import secrets
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from garrison.adapters.key_file import KEY_BYTES, derived, read_private, wrong
from garrison.config.model import Settings
from garrison.core.errors import cause_of

SALT_BYTES = 16
# RFC 7914, 2, and OWASP's password storage guidance (2023): 128 MiB and about a third of a second, once a process.
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 1 << 17, 8, 1


class KeySource(msgspec.Struct, frozen=True):
    """Where the key comes from."""

    key_file: str
    """32 random bytes, readable by their owner only; made where it is missing."""
    passphrase_file: str = ""
    """Where it is set, the key is derived from what stands in it, and `key_file` holds the salt alone."""


class SampleKeys(msgspec.Struct, frozen=True):
    """Two keys made of one secret, so that neither use can harm the other (HKDF, RFC 5869)."""

    wrapping: bytes
    digests: bytes


def key_source(settings: Settings, data: str) -> KeySource:
    """What the settings say; by default the key lies beside the data directory `data`, not in it."""
    record = settings.record
    beside = data.rstrip("/") + ".key"
    return KeySource(record.key_file or beside, record.passphrase_file)


def make_keys(source: KeySource) -> SampleKeys:
    """The keys of `source`, whose file is made where it is missing.

    Raises ConfigError where a file cannot be used.
    """
    path = Path(source.key_file)
    if not path.exists():
        _create(path, secrets.token_bytes(SALT_BYTES if source.passphrase_file else KEY_BYTES))
    return read_keys(source)


def read_keys(source: KeySource) -> SampleKeys:
    """The keys of `source`; raises ConfigError where a file cannot be used."""
    content = _read(source.key_file)
    if not source.passphrase_file:
        if len(content) != KEY_BYTES:
            hint = "is there a passphrase? name its file with `record.passphrase-file`"
            raise wrong(Path(source.key_file), f"must hold {KEY_BYTES} bytes, not {len(content)}", hint)
        return _keys(content)
    if len(content) != SALT_BYTES:
        hint = "it was made for use without a passphrase: move it away, or leave `record.passphrase-file` out"
        raise wrong(Path(source.key_file), f"must hold a salt of {SALT_BYTES} bytes, not {len(content)}", hint)
    passphrase = _read(source.passphrase_file).rstrip(b"\r\n")
    if not passphrase:
        raise wrong(Path(source.passphrase_file), "is empty, must hold a passphrase")
    return _keys(Scrypt(salt=content, length=KEY_BYTES, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P).derive(passphrase))


def _keys(secret: bytes) -> SampleKeys:
    return SampleKeys(
        derived(secret, b"garrison: wrapping of data keys"), derived(secret, b"garrison: digests of secrets")
    )


def _create(path: Path, content: bytes) -> None:
    """Write a file that only this user may read; one that another process has just made stands."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    except OSError as error:
        raise wrong(path, f"cannot be written: {cause_of(error)}") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _read(file: str) -> bytes:
    return read_private(Path(file), "`record.key-file` names the file that the gateway used")
