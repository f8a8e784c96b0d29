"""JSON Web Tokens as an attacker sees them: read without a key, and made again with another one. No verification."""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

JWT: Final = re.compile(r"(?<![\w-])(?=[\w-]++\.[\w-]++\.)([\w-]*?)(ey[A-DI-L][\w-]+\.[\w-]+\.[\w-]*)")
"""A token in a text, and what is written right before it. It takes time by the text's length, whatever stands in it:
one is sought where a run of letters begins, and there is none before the two dots are seen."""


def part_of(text: str) -> Any:
    """What one part of a token says; None where it is none (RFC 7515, section 7.1)."""
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, msgspec.DecodeError, ValueError):
        return None


def header_of(token: str) -> Mapping[str, Any]:
    """The header of a JWT; empty where it is none."""
    return _object(token, 0)


def claims_of(token: str) -> Mapping[str, Any]:
    """The claims of a signed JWT; empty where it is none."""
    return _object(token, 1)


def encoded(value: Mapping[str, Any]) -> str:
    """A part of a token."""
    return base64.urlsafe_b64encode(msgspec.json.encode(value)).rstrip(b"=").decode()


def _object(token: str, index: int) -> Mapping[str, Any]:
    parts = token.split(".")
    if len(parts) != 3 or not token.startswith("ey"):
        return {}
    found = part_of(parts[index])
    return found if isinstance(found, dict) else {}
