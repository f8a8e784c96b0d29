"""Secrets in heads are replaced by keyed digests before a message is kept.

A digest looks like what it stands for: as long, and a digit for a digit, a hexadecimal letter for one, any other
letter for one, everything else as it was. So what bounds and patterns say of the secret they say of its digest, the
same secret has the same digest, and without the key nobody finds the way back.
"""

import hashlib
import hmac
import re

from garrison.core.http import Headers

_SECRET_NAME = re.compile(
    r"(?:^|[-_])(?:authorization|tokens?|secret|password|passwd|credentials?|session|session[-_]?id|sid|signature|jwt"
    r"|dpop|apikey|(?:api|access|auth|private|secret|subscription|functions)[-_]?key)(?:$|[-_])"
)
"""Names of headers and query parameters that carry secrets: RFC 9110, 11.6; RFC 6750, 2.3; and what vendors use."""
_URLS = frozenset({"referer", "location", "content-location"})
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9-]* +")  # RFC 9110, 11.4: `auth-scheme 1*SP`
_COOKIE = re.compile(r"([^=;]*=)([^;]*)")
_PIECE = re.compile(r"%[0-9A-Fa-f]{2}|.", re.DOTALL)
_CLASSES = ("0123456789", "abcdef", "ghijklmnopqrstuvwxyz", "ABCDEF", "GHIJKLMNOPQRSTUVWXYZ")
_CLASS_OF = {character: kind for kind in _CLASSES for character in kind}


class Redactor:
    """Replaces secrets under one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def headers(self, headers: Headers) -> Headers:
        """`headers` with the secrets among their values replaced."""
        return tuple([(name, self._header(name, value)) for name, value in headers])

    def target(self, target: str) -> str:
        """`target` with the values of query parameters replaced whose names say that they are secret."""
        path, question, query = target.partition("?")
        return path + question + "&".join([self._pair(pair) for pair in query.split("&")])

    def digest(self, value: str) -> str:
        """What stands for `value`."""
        seed = hmac.digest(self._key, value.encode("latin-1", "replace"), "sha256")
        stream = iter(hashlib.shake_256(seed).digest(len(value)))
        return "".join([_replaced(piece, next(stream)) for piece in _PIECE.findall(value)])

    def _header(self, name: str, value: str) -> str:
        if name == "cookie":
            return _COOKIE.sub(lambda found: found[1] + self.digest(found[2]), value)
        if name == "set-cookie":
            return _COOKIE.sub(lambda found: found[1] + self.digest(found[2]), value, count=1)
        if name in _URLS:
            return self.target(value)
        if not _SECRET_NAME.search(name):
            return value
        scheme = _SCHEME.match(value)
        start = scheme.end() if scheme and "authorization" in name else 0
        return value[:start] + self.digest(value[start:])

    def _pair(self, pair: str) -> str:
        name, equals, value = pair.partition("=")
        return name + equals + self.digest(value) if _SECRET_NAME.search(name.lower()) else pair


def _replaced(piece: str, random: int) -> str:
    """A character of the same class; in a percent-encoded one as well."""
    if len(piece) == 1:
        kind = _CLASS_OF.get(piece)
        return kind[random % len(kind)] if kind else piece
    kind = _CLASS_OF.get(chr(int(piece[1:], 16)))
    return f"%{ord(kind[random % len(kind)]):02X}" if kind else piece
