"""All signs at once: one pass of Hyperscan over a request's texts, whatever their number.

The automaton is compiled once in a process and shared by its threads; what a pass needs of its own (a scratch) is
taken from a pool, for the scan gives up the interpreter's lock.
"""

import functools
import re
from collections.abc import Sequence
from pathlib import Path

import hyperscan

from garrison.payload.compiled import folder, keep, key_of, load
from garrison.payload.sign import Sign

BORDER = "\0"
"""Stands between texts, and at both ends: `^` and `$` of a sign. No inspected text holds it."""

_LONG = re.compile(r"(\[(?:[^\]\\]|\\.)+\]|\\[swdS])\{(\d),(?:[4-9]|[1-9]\d{1,3})\}\??")
_ATOM = r"(?:\[(?:[^\]\\]|\\.)+\]|\\x[0-9a-f]{2}|\\[^x]|[^\\\[\](){}|?*+])"
_HEAD = rf"(?:{_ATOM}|[(){{}}?*+|])+(?<![(|])"
_OPTIONAL_TAIL = re.compile(rf"({_HEAD}){_ATOM}(?:[*?]|\{{0,\d*\}})\??")
_REPEATED_TAIL = re.compile(rf"({_HEAD})(?:\+|(?<!\\)\{{1,\d*\}})\??")

_TOGETHER = 80
"""Signs in one automaton."""

_FLAGS = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_DOTALL


def expression(pattern: str) -> bytes:
    """`pattern` as Hyperscan is given it."""
    head, tail = pattern.startswith("^"), pattern.endswith("$")
    bare = pattern[head : len(pattern) - tail]
    bare = _LONG.sub(_unbounded, bare if tail else _shortest(bare))
    return ((r"\x00\s*" if head else "") + bare + (r"\s*\x00" if tail else "")).encode()


def _unbounded(match: "re.Match[str]") -> str:
    """Long repetitions are cheap to scan and dear to compile where they are counted; they then end with the line."""
    members = match[1] if r"\n" in match[1] or not match[1].startswith("[^") else match[1][:-1] + r"\n]"
    return members + {"0": "*", "1": "+"}.get(match[2], f"{{{match[2]},}}")


def _shortest(pattern: str) -> str:
    """`pattern` without what may follow its shortest match: each further end would be one more place that is told."""
    while tail := _OPTIONAL_TAIL.fullmatch(pattern) or _REPEATED_TAIL.fullmatch(pattern):
        pattern = tail[1]
    return pattern


class Scanner:
    """Finds signs. Safe to share between threads.

    The signs are spread over several automata: what they cost to compile grows faster than their number.
    """

    def __init__(self, signs: Sequence[Sign], where: Path | None = None) -> None:
        """`where`: the folder in which compiled automata are kept; None to compile them now."""
        numbered = list(enumerate([expression(sign.pattern) for sign in signs]))
        groups = [numbered[start : start + _TOGETHER] for start in range(0, len(signs), _TOGETHER)]
        key = key_of([[each for _, each in group] for group in groups], _FLAGS) if where is not None else ""
        automata = load(key, where)
        if len(automata) != len(groups):
            automata = [_compiled(group) for group in groups]
            keep(key, automata, where)
        self._parts = tuple(map(_Part, automata))

    def scan(self, data: bytes, most: int) -> list[tuple[int, int]]:
        """Index of a sign and the offset in `data` after its match. The scan ends once there are more than `most`."""
        found: list[tuple[int, int]] = []
        for part in self._parts:
            if not part.scan(data, found, most):
                break
        return found


def _compiled(group: Sequence[tuple[int, bytes]]) -> hyperscan.Database:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[each for _, each in group],
        ids=[index for index, _ in group],
        elements=len(group),
        flags=[_FLAGS] * len(group),
    )
    return database


class _Part:
    """One automaton, and those of its scratches that nobody uses."""

    def __init__(self, database: hyperscan.Database) -> None:
        self._database = database
        self._idle: list[hyperscan.Scratch] = []

    def scan(self, data: bytes, found: list[tuple[int, int]], most: int) -> bool:
        """Add to `found`; whether all of `data` was read."""
        try:
            scratch = self._idle.pop()
        except IndexError:
            scratch = hyperscan.Scratch(self._database)
        add = found.append

        def note(index: int, start: int, end: int, flags: int, context: object) -> bool:
            del start, flags, context
            add((index, end))
            return len(found) > most

        try:
            self._database.scan(data, note, scratch=scratch)
        except hyperscan.ScanTerminated:  # by the answer of `note`
            ended = True
        else:
            ended = False
        self._idle.append(scratch)
        return not ended


@functools.cache
def scanner_of(signs: tuple[Sign, ...]) -> Scanner:
    """The scanner for `signs`: one in a process."""
    return Scanner(signs, folder())
