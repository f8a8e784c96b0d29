"""Texts as they may be shown: what somebody sent may hold whatever moves a terminal's cursor, a URL a password."""

import re
from typing import Final

_AUTHORITY: Final = re.compile(r"[^/?#]*")
_HOST: Final = re.compile(r"(?:\[[^\]]*\]|[^:@]*)(?::[0-9]*)?")


def printable(text: str, instead: str = "?") -> str:
    """`text` with `instead` for each character that is not printable, line ends included."""
    return "".join(character if character.isprintable() else instead for character in text)


def without_password(place: str) -> str:
    """`place`, where it is a URL without the name and the password in it; anything else as it is."""
    scheme, slashes, rest = place.partition("://")
    end = len(_AUTHORITY.match(rest)[0])  # type: ignore[index]  # it matches whatever there is
    if _HOST.fullmatch(rest, 0, end):
        return place
    if "@" not in rest[:end]:
        end = len(rest)  # a password with a slash in it, which nobody escaped
    name, sign, host = rest[:end].rpartition("@")
    return f"{scheme}{slashes}***@{host}{rest[end:]}" if name or sign else place


def lacks_password(place: str) -> bool:
    """Whether `place` is a URL that a name and a password were taken out of: nothing can be read there."""
    return "://***@" in place
