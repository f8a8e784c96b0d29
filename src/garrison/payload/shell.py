"""Shells: whether what follows a separator is a command with its arguments, or a sentence, a table, a line of code."""

import functools
import re
from bisect import bisect_left
from typing import Final

from garrison.payload.quoting import is_said

_SEPARATOR: Final = re.compile(r"[;|&]{1,2}|\$\(|<|%0a", re.IGNORECASE)
_HEAD: Final = re.compile(r"\s*[\"'(\\]{0,2}(?P<folder>/?(?:\w+/)*)(?P<word>[\w.-]+)(?P<rest>[^\n\x00]{0,200})")
_ARGUMENT: Final = re.compile(
    r"\s*(?:$|[;|&`)'\"<>$#%{}\\]"  # nothing, another separator, a quote, an expansion
    r"|[-+/][\w-]"  # an option
    r"|[~./\\]|\d|[A-Za-z]:[\\/]?"  # a path or a number
    r"|\S*[/.:@=\\*$]\S)"  # a file, an address, an assignment
)
_CODE: Final = re.compile(r"(?:import|export|const|let|var|function|return|class|public|private|namespace|use)\b")
_NAME: Final = r"([A-Za-z_]\w{0,11})"
_APART: Final = r"\s{0,2}(?:;|&&|\|\|)()\s{0,9}+())"  # two empty groups: where what may use the variable begins
# What is assigned is only looked at from its name, so that assignments in one another are all found.
_ASSIGNED: Final = (
    re.compile(rf"\b{_NAME}=(?=(?:\$?\\?'[^'\n]{{1,60}}+'|\$?\\?\"[^\"\n]{{1,60}}+\"){_APART}"),
    re.compile(rf"\b{_NAME}=(?=[^;&|\s]{{1,40}}+{_APART}"),
)
_RUN: Final = re.compile(rf"(?:\w|[;&|]\s{{0,9}}+)(?=\$\{{?{_NAME}\b)")
_BLOCK: Final = 2000  # characters of a text that are read at once: each is then read about once
_BETWEEN: Final = 200  # characters of a line between a variable's assignment and its use
_NEAR: Final = 200  # characters of a line before a place in which a variable is assigned


def is_command(text: str, place: int) -> bool:
    """Whether the separator near the beginning of `text` is followed by a command with arguments of a command."""
    if not is_said(text, place) or "\n|" in text or _is_row(text):
        return False  # a table
    found = _SEPARATOR.search(text, 0, 120)
    head = _HEAD.match(text, found.end()) if found else None
    if head is None:
        return True
    if _CODE.match(head["word"]) or (found is not None and found[0] == "<" and ">" in head["rest"]):
        return False  # a line of code, an element
    rest = head["rest"]
    if not rest.strip("|;& "):
        return head["word"].lower() in _ALONE or bool(head["folder"])
    word = head["word"].lower()
    return _ARGUMENT.match(rest) is not None or word in _TOOLS or (len(rest.split()) == 1 and word not in _ADDRESSED)


def _is_row(text: str) -> bool:
    cells = text.count("|")
    bare = text.strip()
    return "||" not in text and (cells > 3 or (cells == 3 and bare[:2] == "| " and bare[-2:] == " |"))


_ALONE: Final = frozenset(
    word
    for line in (
        "id ls dir pwd whoami who ps w env set ipconfig ifconfig netstat hostname uname top df last date sh bash cmd",
        "phpinfo systeminfo tasklist printenv ver vol sysinfo reboot shutdown ping cat",
    )
    for word in line.split()
)
"""Commands that do something without an argument."""
_TOOLS: Final = frozenset({
    "netsh", "sc", "reg", "wmic", "net", "schtasks", "bcdedit", "systemctl", "iptables", "ufw", "useradd", "adduser",
})  # fmt: skip
"""Commands whose first argument is a word, and which are no word of a sentence."""


_ADDRESSED: Final = frozenset({"wget", "curl", "ssh", "ftp", "git"})
"""Commands whose only argument is an address or a part of one, and no word alone."""


def is_separated(text: str, place: int) -> bool:
    """Whether what ends at `place` is said, and stands in no row of a table."""
    start = text.rfind("\n", 0, min(place, len(text))) + 1
    end = text.find("\n", start)
    row = text[start : min(start + _ROW, end if end >= 0 else len(text))].strip()
    return is_said(text, place) and not (row[:1] == "|" and row.count("|") > _CELLS)


_ROW: Final = 400
_CELLS: Final = 2


def runs_variable(text: str, place: int) -> bool:
    """Whether a variable that is assigned in this line is then run or put together: `a=cat;$a /etc/passwd`."""
    first = max(0, place - place % _BLOCK - _NEAR)
    assigned = _assigned(text[first : first + _BLOCK + 4 * _NEAR])
    near = bisect_left(assigned, place - place % _NEAR - _NEAR - first)
    return near < len(assigned) and assigned[near] < place + _NEAR - first and is_said(text, place)


@functools.lru_cache(maxsize=8)
def _assigned(text: str) -> list[int]:
    """Where each variable is assigned that is then run: sought once, however many of its places are."""
    runs: dict[str, list[int]] = {}
    for run in _RUN.finditer(text):
        runs.setdefault(run[1], []).append(run.start())
    if not runs:
        return []
    found = [one for each in _ASSIGNED for one in each.finditer(text) if one[1] in runs]
    return sorted(one.start() for one in found if _is_run(text, runs[one[1]], one.end(2), one.end(3)))


def _is_run(text: str, runs: list[int], separated: int, start: int) -> bool:
    """Whether the first of `runs` behind a separator is near enough: if it is not, none is."""
    at = bisect_left(runs, separated - 1)  # the separator itself may stand before the variable
    return at < len(runs) and runs[at] - start <= _BETWEEN and text.find("\n", start, runs[at]) < 0
