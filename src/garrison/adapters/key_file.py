"""Files that hold a secret key: readable by their owner alone, and never used as they are."""

from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from garrison.core.errors import ConfigError, Problem, cause_of

KEY_BYTES: Final = 32


def read_private(path: Path, hint: str) -> bytes:
    """What stands in `path`; `hint` is for whoever has no such file. Raises ConfigError where it cannot be read, or may
    be read by others."""
    try:
        mode = path.stat().st_mode
        content = path.read_bytes()
    except OSError as error:
        raise wrong(path, f"cannot be read: {cause_of(error)}", hint) from error
    if mode & 0o077:
        raise wrong(path, "may be read by others", f"chmod 600 {path}")
    return content


def derived(secret: bytes, purpose: bytes) -> bytes:
    """A key made of `secret` for one use, so that no use can harm another (HKDF, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(secret)


def wrong(path: Path, message: str, hint: str = "") -> ConfigError:
    """What is the matter with a file."""
    return ConfigError([Problem(str(path), "$", message, hint)])
