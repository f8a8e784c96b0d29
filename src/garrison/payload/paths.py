"""Paths and addresses in a text: does one leave the folder that it is put into, or is it a link of a document?"""

import re
from typing import Final

from garrison.payload.quoting import is_said, stands_alone

_TARGET: Final = re.compile(
    r"etc[/\\%]|windows\b|winnt\b|boot\.ini|win\.ini|proc[/\\]|passwd|shadow|web-inf|meta-inf|\.env|\.git\b|\.ssh|\.ht|wp-config"
    r"|system32|inetpub|autoexec|global\.asa|web\.config|root[/\\]|var[/\\]log",
)  # in lower case: to leave the case aside would cost some times as much
_REACH: Final = 160
_ENDS: Final = " \t\r\n\"'()<>;,|`"
_LINK: Final = re.compile(r"\]\(\s*$|(?:src|href|from|import|require|url)\s*[=(:]?\s*[\"'(]*$", re.IGNORECASE)


def leaves_folder(text: str, place: int) -> bool:
    """Whether the steps upward that end near `place` are a value's own, or lead to a file of a system.

    A document links to what stands beside it, and names the folders of its project.
    """
    end = min(place, len(text))
    if _TARGET.search(text[_begin(text, end, 24) : end + 60].lower()):
        return is_said(text, place)
    if not stands_alone(text, place) or not is_said(text, place):
        return False
    start = _begin(text, end, _REACH)
    return _LINK.search(text, max(0, start - 24), start) is None


def _begin(text: str, end: int, reach: int) -> int:
    """Where the word begins that stands before `end`, `reach` characters before it at most."""
    start = max(0, end - reach)
    return start + max(text[start:end].rfind(each) for each in _ENDS) + 1


def is_bare(text: str, place: int) -> bool:
    """Whether a file is named in a value, and not mentioned in a sentence."""
    return len(text) <= _MENTIONED and len(text.split()) <= _FEW and is_said(text, place)


def is_hidden(text: str, place: int) -> bool:
    """Whether the folder of settings that `text` leads to is one that no server shows."""
    del place
    return _SHOWN.search(text) is None


_SHOWN: Final = re.compile(r"/\.(?:well-known|github|gitlab|gitea)/", re.IGNORECASE)
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


def is_one(text: str, place: int) -> bool:
    """Whether the address that `text` begins with is all of it: what goes on in words is a sentence about one."""
    del place
    return " " not in text.strip()


_LONGEST: Final = 400
_INTRODUCES: Final = frozenset({
    "a", "about", "above", "add", "added", "adding", "after", "against", "all", "also", "an", "and", "are",
    "as", "ask", "at", "be", "before", "below", "between", "but", "by", "call", "called", "cat", "cd", "change",
    "changed", "chmod", "chown", "copy", "cp", "create", "created", "creates", "curl", "current", "default",
    "del", "delete", "deleted", "dir", "directory", "edit", "empty", "file", "files", "find", "folder", "for",
    "from", "get", "grep", "had", "has", "have", "head", "if", "in", "inside", "install", "installed", "into",
    "is", "it", "less", "like", "link", "list", "load", "loaded", "log", "logs", "look", "ls", "make", "makes",
    "more", "mount", "mounted", "move", "mv", "named", "nano", "new", "no", "not", "of", "on", "only", "open",
    "or", "our", "out", "over", "path", "paths", "place", "print", "put", "read", "remove", "removed", "rm",
    "run", "running", "save", "saved", "see", "set", "source", "stored", "sudo", "tail", "than", "that", "the",
    "their", "then", "this", "through", "to", "touch", "under", "up", "use", "used", "uses", "using", "vi",
    "via", "view", "vim", "was", "we", "were", "what", "when", "where", "which", "with", "within", "write",
    "written", "you", "your",
})  # fmt: skip
"""Words that commonly stand before a path that a sentence or a command is about."""


def stands_apart(text: str, place: int) -> bool:
    """Whether the path that ends before `place` is all of `text`, or stands in it without anything that speaks of it.

    In a sentence a path follows a word that brings it in, in a listing a sign, in code it is quoted or fenced.
    """
    parts = text[max(0, place - _LONGEST) : place].rsplit(None, 1)
    if len(parts) < 2:
        return text.count("\n") < 2 and not text[place:].strip()
    before, path = parts
    if "/" not in path and "\\" not in path:
        return False  # the last word of a sentence that says a path before
    if "\n" in text[max(0, place - len(path) - 2) : place - len(path)] or not is_said(text, place - 1):
        return False
    words = before.rsplit(None, 1)
    word = words[-1].rstrip(",.;?!)")
    return word.isalpha() and word.lower() not in _INTRODUCES and "$" not in before[-80:]
