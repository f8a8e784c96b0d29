"""All signs at once: one pass of Hyperscan over a request's texts, whatever their number.

The automaton is compiled once in a process and shared by its threads; what a pass needs of its own (a scratch) is
taken from a pool, for the scan gives up the interpreter's lock.
"""

import functools
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeAlias

import hyperscan

from garrison.payload import heads as of_heads
from garrison.payload import plain
from garrison.payload.compiled import Automata, PartKind, folder, keep, key_of, load
from garrison.payload.heads import REACH, alternatives, heads, is_of_heads
from garrison.payload.plain import PLAIN, may_be_plain, with_any_digits
from garrison.payload.sign import Sign

BORDER = "\0"
"""Stands between texts, and at both ends: `^` and `$` of a sign. No inspected text holds it."""
_PLAIN: Final = BORDER.encode() + PLAIN

_LONG = re.compile(r"(?!\\s\{\d,\d\})(\[(?:[^\]\\]|\\.)+\]|\\[swdS])\{(\d),(?:[4-9]|[1-9]\d{1,3})\}\??")
"""But for a few spaces: a beginning that is bounded is only looked for where what follows it was found."""
_ATOM = r"(?:\[(?:[^\]\\]|\\.)+\]|\\x[0-9a-f]{2}|\\[^x]|[^\\\[\](){}|?*+])"
_HEAD = rf"(?:{_ATOM}|[(){{}}?*+|])+(?<![(|])"
_OPTIONAL_TAIL = re.compile(rf"({_HEAD}){_ATOM}(?:[*?]|\{{0,\d*\}})\??")
_REPEATED_TAIL = re.compile(rf"({_HEAD})(?:\+|(?<!\\)\{{1,\d*\}})\??")

_EITHER = re.compile(r"(?<=[(|:])(?:\\\|\\\|\|&&|&&\|\\\|\\\|)(?=[)|])")
"""`||` or `&&`: as two of either, for by a word of its own each sign would be woken wherever one of them stands."""

_TOGETHER = 320
"""Signs in one automaton."""

_AT_THE_END = re.compile(r"(?<!\\)(?:\\\\)*\$\Z")
"""A `$` that is not escaped."""

_FLAGS = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_DOTALL


def expression(pattern: str) -> bytes:
    """`pattern` as Hyperscan is given it."""
    head, tail = pattern.startswith("^"), _AT_THE_END.search(pattern) is not None
    bare = _EITHER.sub("[|&]{2}", pattern[head : len(pattern) - tail])
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

    The signs are spread over several automata: what they cost to compile grows faster than their number. Those that
    texts of plain characters may show come first, and such texts are shown to no other automaton; of the others those
    that begin where a text does have automata of their own, which of long texts are shown the heads.
    """

    def __init__(self, signs: Sequence[Sign], where: Path | None = None) -> None:
        """`where`: the folder in which compiled automata are kept; None to compile them now."""
        sources = __file__, plain.__file__, of_heads.__file__
        key = key_of([sign.pattern for sign in signs], sources) if where is not None else ""
        automata = load(key, where)
        if automata is None:
            automata = _automata(signs)
            keep(key, automata, where)
        parts = [_Part(*each) for each in zip(automata.parts, automata.kinds, strict=True)]
        self._parts = tuple([part for part in parts if part.kind != "digits"])
        self._plain = tuple([part for part in parts if part.kind == "plain"])
        self._of_any_digits = tuple([part for part in parts if part.kind in {"plain", "digits"}])
        self._within = tuple([part for part in self._parts if not part.is_of_heads])

    def scan(self, data: bytes, most: int, *, is_plain: bool | None = None) -> list[tuple[int, int]]:
        """Index of a sign and the offset in `data` after its match. The scan ends once there are more than `most`.

        `is_plain`: whether all of `data` is plain characters, where that is known. Where no text begins at the
        beginning of `data`, that is a part of one.
        """
        found: list[tuple[int, int]] = []
        context = found, most
        if is_plain is None:
            is_plain = not data.translate(None, _PLAIN)
        parts = self._plain if is_plain else self._parts if data.startswith(b"\0") else self._within
        begun = list(heads(data)) if parts is self._parts and len(data) > REACH else ()
        for part in parts:
            if not (_scan_heads(part, begun, found, most) if begun and part.is_of_heads else part.scan(data, context)):
                break
        return found

    def is_silent(self, data: bytes) -> bool:
        """Whether no sign stands in `data`, which is plain characters, nor would, whatever its digits were."""
        found: list[tuple[int, int]] = []
        return all(part.scan(data, (found, 0)) for part in self._of_any_digits)


def _scan_heads(part: "_Part", begun: Sequence[tuple[int, bytes]], found: list[tuple[int, int]], most: int) -> bool:
    for start, head in begun:
        of_head: list[tuple[int, int]] = []
        is_all = part.scan(head, (of_head, most - len(found)))
        found += [(index, start + end) for index, end in of_head]
        if not is_all:
            return False
    return True


_KINDS: Final[tuple[PartKind, ...]] = ("plain", "whole", "heads", "digits")
"""In order of the scan, the last apart."""


def _parted(pattern: str) -> dict[PartKind, bytes]:
    """What of a sign is sought in which automaton."""
    parts: dict[PartKind, list[str]] = {}
    is_short = is_of_heads(pattern)
    whole = expression(pattern).decode()
    for part in alternatives(whole):
        if may_be_plain(part):
            parts.setdefault("plain", []).append(part)
            if (other := with_any_digits(part)) != part:
                parts.setdefault("digits", []).append(other)
        else:
            parts.setdefault("heads" if is_short and part.startswith(r"\x00") else "whole", []).append(part)
    return {kind: "|".join(each).encode() for kind, each in parts.items()}


_Numbered: TypeAlias = tuple[int, bytes]
"""A sign's index, and its expression."""


def _automata(signs: Sequence[Sign]) -> Automata:
    kinds: dict[PartKind, list[_Numbered]] = {kind: [] for kind in _KINDS}
    for index, sign in enumerate(signs):
        for kind, part in _parted(sign.pattern).items():
            kinds[kind].append((index, part))
    groups = [(kind, group) for kind, numbered in kinds.items() for group in _groups(numbered)]
    return Automata([_compiled(group) for _, group in groups], [kind for kind, _ in groups])


def _groups(numbered: Sequence[_Numbered]) -> list[Sequence[_Numbered]]:
    return [numbered[start : start + _TOGETHER] for start in range(0, len(numbered), _TOGETHER)]


def _compiled(group: Sequence[_Numbered]) -> hyperscan.Database:
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

    def __init__(self, database: hyperscan.Database, kind: PartKind) -> None:
        self.kind, self.is_of_heads = kind, kind == "heads"
        self._database = database
        self._scan = database.scan
        self._idle: list[hyperscan.Scratch] = []

    def scan(self, data: bytes, context: "_Context") -> bool:
        """Add to what was found; whether all of `data` was read."""
        try:
            scratch = self._idle.pop()
        except IndexError:
            scratch = hyperscan.Scratch(self._database)
        try:
            # By name they would take a third as long again; a callback that takes any object would have to cast it.
            self._scan(data, _note, 0, context, scratch)  # type: ignore[arg-type]
        except hyperscan.ScanTerminated:  # by the answer of `_note`
            return False
        finally:
            self._idle.append(scratch)
        return True


_Context: TypeAlias = tuple[list[tuple[int, int]], int]
"""What was found, and how much of it is too much."""


def _note(index: int, start: int, end: int, flags: int, context: _Context) -> bool:
    del start, flags
    found, most = context
    found.append((index, end))
    return len(found) > most


@functools.cache
def scanner_of(signs: tuple[Sign, ...]) -> Scanner:
    """The scanner for `signs`: one in a process."""
    return Scanner(signs, folder())
