"""Paths and addresses in a text: does one leave the folder that it is put into, or is it a link of a document?"""

import re
from typing import Final

from garrison.payload.quoting import is_said, stands_alone

_TARGET: Final = re.compile(
    r"etc[/\\%]|windows\b|winnt\b|boot\.ini|win\.ini|proc[/\\]|passwd|shadow|web-inf|meta-inf|\.env|\.git\b|\.ssh|\.ht|wp-config"
    r"|system32|inetpub|autoexec|global\.asa|web\.config|root[/\\]|var[/\\]log",
    re.IGNORECASE,
)
_REACH: Final = 160
_ENDS: Final = " \t\r\n\"'()<>;,|`"
_LINK: Final = re.compile(r"\]\(\s*$|(?:src|href|from|import|require|url)\s*[=(:]?\s*[\"'(]*$", re.IGNORECASE)


def leaves_folder(text: str, place: int) -> bool:
    """Whether the steps upward that end near `place` are a value's own, or lead to a file of a system.

    A document links to what stands beside it, and names the folders of its project.
    """
    if not is_said(text, place):
        return False
    end = min(place, len(text))
    start = max(text.rfind(each, max(0, end - _REACH), end) for each in _ENDS) + 1
    if _TARGET.search(text, max(start, end - 24), end + 60):
        return True
    return stands_alone(text, place) and _LINK.search(text, max(0, start - 24), start) is None


def is_bare(text: str, place: int) -> bool:
    """Whether a file is named in a value, and not mentioned in a sentence."""
    return len(text) <= _MENTIONED and len(text.split()) <= _FEW and is_said(text, place)


_MENTIONED: Final = 400
_FEW: Final = 5  # words of a value
_DEVELOPED: Final = re.compile(
    r"\s*https?://localhost:[3-9]\d{3}/(?!admin|console|manager|actuator|server-|phpmyadmin|solr|_|\.|\?|internal|private|debug|etc)\w"
    r"|\s*(?:ssh|git)://git@",
    re.IGNORECASE,
)


def points_inward(text: str, place: int) -> bool:
    """Whether an address inside is one that nobody writes down who builds on it: not a developer's own machine."""
    del place
    return _DEVELOPED.match(text) is None
