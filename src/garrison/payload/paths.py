"""Paths and addresses in a text: does one leave the folder that it is put into, or is it a link of a document?"""

import re
from typing import Final

from garrison.payload.quoting import is_not_fenced, is_said, stands_alone

_TARGET: Final = re.compile(
    r"etc[/\\%]|windows\b|winnt\b|boot\.ini|win\.ini|proc[/\\]|passwd|shadow|web-inf|meta-inf|\.env|\.git\b|\.ssh|\.ht|wp-config"
    r"|system32|inetpub|autoexec|global\.asa|web\.config|root[/\\]|var[/\\]log",
)  # in lower case: to leave the case aside would cost some times as much
_REACH: Final = 160
_ENDS: Final = " \t\r\n\"'()<>;,|`"
_LINK: Final = re.compile(
    r"\]\(\s*$|(?:src|href|from|import|require|url|system|\$ref[\"']?)\s*[=(:]?\s*[\"'(]*$", re.IGNORECASE
)


def leaves_folder(text: str, place: int) -> bool:
    """Whether the steps upward that end near `place` are a value's own, or lead to a file of a system.

    A document links to what stands beside it, and names the folders of its project.
    """
    end = min(place, len(text))
    if not climbs_out(text, place):
        return False
    if _TARGET.search(text[_begin(text, end, 24) : end + 60].lower()):
        return is_said(text, place)
    if not stands_alone(text, place) or not is_said(text, place):
        return False
    start = _begin(text, end, _REACH)
    return _LINK.search(text, max(0, start - 24), start) is None


def climbs_out(text: str, place: int) -> bool:
    """Whether the steps upward before `place` are not those of a link to what stands beside a document."""
    start = text.rfind("](", max(0, place - _REACH), place)
    return start < 0 or _BESIDE.match(text, start) is None or any(each in text[start:place] for each in " )\n")


_BESIDE: Final = re.compile(
    r"\]\((?:\.{1,2}/)+(?!(?:etc|proc|var|windows|winnt|root|boot|dev|sys|usr|home)[/\\]|\w{2,5}\.ini\b|\.env|\.ssh|\.aws)[\w.@-]",
    re.IGNORECASE,
)


def _begin(text: str, end: int, reach: int) -> int:
    """Where the word begins that stands before `end`, `reach` characters before it at most."""
    start = max(0, end - reach)
    return start + max(text[start:end].rfind(each) for each in _ENDS) + 1


def is_bare(text: str, place: int) -> bool:
    """Whether a file is named in a value, and not mentioned in a sentence."""
    return _is_few(text) and is_said(text, place)


def _is_few(text: str) -> bool:
    return len(text) <= _MENTIONED and len(text.split()) <= _FEW


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


def is_read(text: str, place: int) -> bool:
    """Whether the scheme before `place` begins what is read, and no word of a sentence or a line of a program.

    `file:` is an address of its own where the text is one, or where a sign or a word before it says that it is read.
    """
    if not is_said(text, place):
        return False
    start = text.rfind("file:", max(0, place - _SCHEME), place)
    if start < 0:
        return True
    if _OPTION.search(text, max(0, start - _LINE), start) is not None and _RELATIVE.match(text, start) is not None:
        return False
    if _is_few(text):
        return True
    before = text[max(0, start - _LINE) : start].rpartition("\n")[2]
    return _MENTIONS.search(before) is None or _READS.search(before) is not None


_OPTION: Final = re.compile(r"(?:^|\s)--[a-z][\w-]{1,40}[ =]['\"]?$")
_RELATIVE: Final = re.compile(r"file://(?![/.~%\\]|\w{1,60}:|localhost)")
"""A file that lies beside who calls a program with an option: none of the server's."""
_SCHEME: Final = 12
_LINE: Final = 80
_MENTIONS: Final = re.compile(r"[A-Za-z,.]\s{1,8}[\"'`<(]?$|\bdat=$")
_READS: Final = re.compile(
    r"\b(?:system|public|entity|curl|wget|fetch|get|open|include|import|require|load\w*|from|src|href|source|cat|read)\b\W*$"
    r"|[;|&$<{}]|\b(?:curl|wget|fetch|system|entity|xmlns|php)\b",
    re.IGNORECASE,
)


def is_asked_of(text: str, place: int) -> bool:
    """Whether a service of a cloud is named before `place`, or its path is asked of a host: a line of a log that shows
    the path alone asks nobody."""
    start = max(text.rfind(each, max(0, place - _REACH), place) for each in _ENDS) + 1
    is_bare_path = text[start : start + 1] == "/" and not text.startswith("//", start)
    is_line = not _is_few(text) and "\n" not in text
    return is_not_fenced(text, place) and not (is_bare_path and is_line)


def is_one(text: str, place: int) -> bool:
    """Whether the address that `text` begins with is all of it: what goes on in words is a sentence about one."""
    del place
    return " " not in text.strip()


_DIRECTIVE: Final = re.compile(
    r"\n[ \t]*(?:[A-Za-z_]{2,30}|(?:COPY|ADD|VOLUME|WORKDIR|RUN)\s[^\n]{0,200})[ \t]+/[^\s;]{1,200}[;\s]{0,3}$"
)
"""A line of settings that has a path for its value; nothing opens one behind other lines."""
_LINE_ENDS: Final = frozenset("\n\r;")
_PROSE: Final = 400
_MENTION: Final = 4  # spaces before a path that make it a part of a sentence, where the text is all of it
_LONGEST: Final = 400
_INTRODUCES: Final = frozenset({
    "a", "about", "above", "add", "added", "adding", "after", "against", "all", "also", "an", "and", "are",
    "as", "ask", "at", "be", "before", "below", "between", "but", "by", "call", "called", "cat", "cd", "change",
    "changed", "chmod", "chown", "copy", "cp", "create", "created", "creates", "curl", "current", "default",
    "del", "delete", "deleted", "dir", "directory", "edit", "empty", "file", "files", "find", "folder", "for",
    "from", "get", "grep", "had", "has", "have", "head", "if", "in", "inside", "install", "installed", "into",
    "is", "it", "less", "like", "link", "list", "load", "loaded", "log", "logs", "look", "ls", "make", "makes", "mkdir",
    "more", "mount", "mounted", "move", "mv", "named", "nano", "new", "no", "not", "of", "on", "only", "open",
    "or", "our", "out", "over", "path", "paths", "place", "print", "put", "read", "remove", "removed", "rm",
    "run", "running", "save", "saved", "see", "set", "source", "stored", "sudo", "tail", "than", "that", "the",
    "their", "then", "this", "through", "to", "touch", "under", "unlink", "up", "use", "used", "uses", "using", "vi",
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
    if len(text) < _PROSE and before.count(" ") >= _MENTION:
        return False  # a sentence or a line of a log, which nothing opens
    if "/" not in path and "\\" not in path:
        return False  # the last word of a sentence that says a path before
    if "\n" in text[max(0, place - len(path) - 2) : place - len(path)] or not is_said(text, place - 1):
        return False
    ends = place >= len(text) or not _LINE_ENDS.isdisjoint(text[max(0, place - 1) : place + 1])
    if ends and _DIRECTIVE.search(text, max(0, place - _LONGEST), place) is not None:
        return False
    words = before.rsplit(None, 1)
    word = words[-1].rstrip(",.;?!)")
    return word.isalpha() and word.lower() not in _INTRODUCES and "$" not in before[-80:]
