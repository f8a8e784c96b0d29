"""A `Content-Type` value, taken apart strictly: what two servers could read differently is marked."""

import re
from functools import lru_cache

import msgspec

MAX_MEDIA_TYPE = 256
"""Characters. Both names have at most 127 (RFC 6838, 4.2) and a boundary has 70 (RFC 2046, 5.1.1)."""

_NAME = r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}"  # RFC 6838, 4.2: restricted-name
_ESSENCE = re.compile(rf"{_NAME}/{_NAME}")
# RFC 9110, 5.6.6. Bare values may hold what senders of boundaries leave unquoted; a comma, at which PHP cuts a
# boundary off, and a backslash, which only some servers take for an escape, may not stand in either.
_PARAMETER = re.compile(
    r"[ \t]*;[ \t]*"
    r"(?:([A-Za-z0-9!#$&^_.+-]+)=(?:([A-Za-z0-9!#$%&'*+.^_`|~=:/?()-]+)|\"([^\"\\\x00-\x1f\x7f-\xff]*)\"))?"
)


class MediaType(msgspec.Struct, frozen=True):
    """A media type (RFC 9110, 8.3.1)."""

    essence: str
    """`type/subtype`, lower case; empty where the header is malformed."""
    charset: str = ""
    """Lower case; empty where none is given."""
    boundary: str = ""
    is_ambiguous: bool = False
    """A parameter is malformed or given twice, so servers may read another charset or boundary."""


@lru_cache(maxsize=512)
def parse_media_type(value: str) -> MediaType:
    """Take a `Content-Type` value apart. Never raises."""
    if len(value) > MAX_MEDIA_TYPE:
        return MediaType("")
    bare, semicolon, _ = value.partition(";")
    essence = bare.strip(" \t").lower()
    if not _ESSENCE.fullmatch(essence):
        return MediaType("")
    if not semicolon:
        return MediaType(essence)
    parameters: dict[str, str] = {}
    is_ambiguous = False
    at = len(bare)
    while at < len(value):
        found = _PARAMETER.match(value, at)
        if found is None:
            is_ambiguous = bool(value[at:].strip(" \t"))
            break
        at = found.end()
        name, token, quoted = found.groups()
        if name is not None:
            # `boundary*` and `boundary*0` (RFC 2231) are out with `*`, which is no character of a name here
            is_ambiguous = is_ambiguous or name.lower() in parameters
            parameters.setdefault(name.lower(), quoted if token is None else token)
    return MediaType(essence, parameters.get("charset", "").lower(), parameters.get("boundary", ""), is_ambiguous)
