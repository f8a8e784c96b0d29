"""Where in a request's texts signs stand: all in one pass, then the grammars where a pattern does not say it all.

What is looked at is bounded by a text's length, and nothing hides behind the bound: a text that is so crowded with
signs that it would cost too much to ask about each is no value of anybody's, and is said to be `crowded`.
"""

import functools
import itertools
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from typing import Final, TypeAlias

import msgspec

from garrison.payload.changed import REACH, between, kept
from garrison.payload.classes.catalogue import CLASSES
from garrison.payload.documents import escaped, escapes_filter
from garrison.payload.expressions import evaluated, is_evaluated
from garrison.payload.joined import Joined
from garrison.payload.markup import attributes, opens_element
from garrison.payload.purse import Purse
from garrison.payload.scanner import BORDER, Scanner, scanner_of
from garrison.payload.shell import block, is_separated, runs_variable
from garrison.payload.sign import ENOUGH, Confirm, Sign
from garrison.payload.sql import (
    around,
    behind_quote,
    breaks_quote,
    compared,
    goes_on,
    goes_on_behind_value,
    same_sides,
    stacks,
)
from garrison.payload.sql_letters import count_words

OWNED: Final = tuple((each.id, sign) for each in CLASSES for sign in each.signs)
"""Every sign behind the id of its class; its index here is what names it."""
SIGNS: Final[tuple[Sign, ...]] = tuple(sign for _, sign in OWNED)

_FEW: Final = 64
_BYTES_EACH: Final = 32
"""A text may show `_FEW` signs, and one more for each so many bytes: documents show at most a third of that."""
_FEW_ASKED: Final = 64
_BYTES_ASKED: Final = 160
"""The same for places at which grammars are asked, all of them together."""
_ENDS_ASKED: Final = 3
"""A sign that begins where the text does is asked about at so many of its ends: all are told of one beginning."""
_BEFORE: Final = 32_768
_BEHIND: Final = 4096
"""Characters around such a place that the grammar is shown, at least: places near one another are shown the same."""


class Form(msgspec.Struct):
    """One form of a text: as it came, or decoded."""

    owner: int
    text: str
    steps: tuple[str, ...]
    purse: Purse
    """Shared by all forms of one text."""
    spared: Set[int] = frozenset()
    """Signs that do not count in it."""
    ends: "Ends | None" = None
    """The matches in it, once they were told."""
    before: "Form | None" = None
    """The form before it, in which nothing was found: what both have in common is not read again."""


class Signs(msgspec.Struct, frozen=True):
    """What stands in one form."""

    places: Sequence[tuple[int, int]] = ()
    """Where each sign ends, in characters, and its index; in order of place, each once."""
    crowded: bool = False
    """Whether there are more signs in it than are looked at: `places` are then of those that were found first."""


NOTHING: Final = Signs()
UNREAD: Final = Signs(crowded=True)
"""Of a form that nothing was left to pay for."""


def name_of(sign: int) -> str:
    """`class.sign` of a sign's index."""
    kind, one = OWNED[sign]
    return f"{kind}.{one.name}"


def signs_of(kind: str, names: Sequence[str] = ()) -> frozenset[int]:
    """The signs of a class, or those of them that are named; a name that no sign has any more names none."""
    return frozenset(
        [index for index, (own, sign) in enumerate(OWNED) if own == kind and (not names or sign.name in names)]
    )


def signs_in(forms: Sequence[Form]) -> list[Signs]:
    """For each form the signs in it that hold; none where those of no class could be enough, wherever they stand."""
    known = list(map(_known, forms))
    new = [form for form, signs in zip(forms, known, strict=True) if signs is None]
    read = iter(_read(new) if new else ())
    return [next(read) if signs is None else signs for signs in known]


def _read(forms: Sequence[Form]) -> list[Signs]:
    """The same, all of them being read."""
    pieces = list(map(_piece, forms))
    unpaid = [
        index
        for index, (form, piece) in enumerate(zip(forms, pieces, strict=True))
        if not form.purse.pay_for_pass(piece)
    ]
    for index in unpaid:
        pieces[index] = b""
    found: list[Signs] = []
    for form, piece, ends in zip(forms, pieces, _ends(pieces, forms), strict=True):
        form.ends = ends
        found.append(_signs(form, piece, ends) if ends else NOTHING if ends is not None else UNREAD)
    for index in unpaid:
        found[index], forms[index].ends = UNREAD, None
    return found


def _piece(form: Form) -> bytes:
    return form.text.replace(BORDER, "\ufffd").encode("utf-8", "replace")


def _known(form: Form) -> Signs | None:
    """The same of a form whose matches are known, or which may have much of the one before it; None of any other."""
    ends, before = form.ends, form.before
    if ends is not None:
        form.purse.pay_for_matches(len(ends))
        return _signs(form, _piece(form), ends) if ends else NOTHING
    if before is None or before.ends is None:
        return None
    return _signs_anew(form, _piece(before), before.ends)


def _signs_anew(form: Form, old: bytes, known: "Ends") -> Signs:
    """The same of a form that comes after `old`, in which there are the matches `known`: what is new is sought in."""
    piece = _piece(form)
    parts = kept(old, piece)
    gaps = list(between(parts, len(piece)))
    if not form.purse.pay_for_change(old) or not form.purse.pay_for_pass(b"".join([piece[a:b] for a, b in gaps])):
        return UNREAD
    most = _most(len(piece))
    ends = [
        (end - part.old + part.new, sign)
        for part in parts
        for end, sign in known
        if part.old < end <= part.old + part.length + (part.new + part.length == len(piece))
    ]
    told = len(ends)
    most = min(most, told + form.purse.matches_left)
    for start, end in gaps:
        ends += _ends_between(piece, start, end, most - len(ends))
    form.purse.pay_for_matches(len(ends) - told)
    form.ends = ends
    return _signs(form, piece, ends) if ends else NOTHING


def _ends_between(piece: bytes, start: int, end: int, most: int) -> "Ends":
    """The matches that end there; what stands before it is not read again."""
    first = max(0, start - REACH)
    data = piece[first:end]
    if not first:
        data = b"\0" + data
    if end == len(piece):
        data += b"\0"
    shift = first - (not first)
    return [(at + shift, sign) for sign, at in _scanner().scan(data, most) if at + shift > start]


def look(joined: Joined) -> "Mapping[int, Ends | None]":
    """One look at all texts: by the index of each in which something may stand, the matches in it.

    None for the matches where they were too many to tell whose they are; of one text alone those are told up to then.
    """
    texts, data = joined.texts, joined.data
    if not joined.is_parted:
        return dict.fromkeys(range(len(texts)))
    most = _most(len(data) - len(texts) - 1) + len(texts) - 1
    matches = _scanner().scan(data, most, is_plain=not joined.signs)
    if not matches or (len(matches) <= most and _says_nothing(matches, texts)):
        return {}
    if len(texts) == 1:
        return {0: [(end - 1, sign) for sign, end in matches]}
    if len(matches) > most:
        return dict.fromkeys(range(len(texts)))
    starts = list(itertools.accumulate([len(each) + 1 for each in data[1:-1].split(b"\0")], initial=0))
    return {
        index: ends if len(ends) <= _most(starts[index + 1] - starts[index]) else None
        for index, ends in _parted(matches, starts).items()
    }


def is_silent(data: bytes) -> bool:
    """Whether no sign stands in joined texts of plain characters, whatever their digits are."""
    return _scanner().is_silent(data)


def _says_nothing(matches: Sequence[tuple[int, int]], texts: Sequence[str] | Sequence[bytes]) -> bool:
    """Whether the signs of no class could be enough; of long texts all matches are told, for they are read again."""
    return len(matches) <= _FEW and len(max(texts, key=len)) <= _LONG and not _promising({sign for sign, _ in matches})


def _parted(matches: Sequence[tuple[int, int]], starts: Sequence[int]) -> "dict[int, Ends]":
    """`matches` by the texts in which they end; a text begins behind the border that stands at its start."""
    parted: dict[int, Ends] = {}
    for sign, end in matches:
        at = bisect_right(starts, end - 2, 1, len(starts) - 1) - 1
        parted.setdefault(at, []).append((end - starts[at] - 1, sign))
    return parted


def _most(length: int) -> int:
    return _FEW + length // _BYTES_EACH


Ends: TypeAlias = list[tuple[int, int]]
"""Where matches end in a text, and the index of each one's sign."""


def _ends(pieces: Sequence[bytes], forms: Sequence[Form]) -> list[Ends | None]:
    """The matches in each of `pieces`; in none more than are looked at, and one. None: there was nothing left for it.

    All are read at once. Only where that tells too much each is read alone.
    """
    matches = _told(pieces, _most_in(pieces))
    if len(matches) > _most_in(pieces) and len(pieces) > 1:
        return [
            _ends([piece], [form])[0] if form.purse.pay(_ALONE) else None
            for piece, form in zip(pieces, forms, strict=True)
        ]
    if len(pieces) == 1 and matches:
        forms[0].purse.pay_for_matches(len(matches))
    found: list[Ends | None] = [[] for _ in pieces]
    if _says_nothing(matches, pieces):
        return found
    if len(pieces) == 1:
        return [[(end - 1, sign) for sign, end in matches]]
    starts = list(itertools.accumulate([len(piece) + 1 for piece in pieces], initial=0))
    for index, ends in _parted(matches, starts).items():
        if len(ends) > _most(len(pieces[index])):  # what is told of a text is the same wherever it stands
            found[index] = _ends([pieces[index]], [forms[index]])[0]
        else:
            forms[index].purse.pay_for_matches(len(ends))
            found[index] = ends
    return found


def _most_in(pieces: Sequence[bytes]) -> int:
    """How many matches are told of all together before each is read alone."""
    return _most(sum(map(len, pieces))) + _A_FEW * (len(pieces) - 1)


_LONG: Final = 2048
"""Bytes of a form from which on it is remembered for the next what was told of it."""
_A_FEW: Final = 3
_ALONE: Final = 14_000
"""What it costs to read a text alone, beside its length."""


def _told(pieces: Sequence[bytes], most: int) -> list[tuple[int, int]]:
    return _scanner().scan(b"\0" + b"\0".join(pieces) + b"\0", most)


@functools.cache
def _scanner() -> Scanner:
    """Looked up without a look at each sign."""
    return scanner_of(SIGNS)


def _signs(form: Form, piece: bytes, ends: Ends) -> Signs:
    if form.purse.is_spent_by_others:
        return UNREAD
    if len(ends) > _most(len(piece)):
        return Signs(_placed(piece, ends), crowded=True)
    if form.spared:
        ends = [each for each in ends if each[1] not in form.spared]
    kinds = _promising({sign for _, sign in ends})
    if not kinds:
        return NOTHING
    return _holding(form, _placed(piece, [each for each in ends if OWNED[each[1]][0] in kinds]))


def _promising(signs: Set[int]) -> frozenset[str]:
    """The classes whose signs could weigh enough together."""
    scores: dict[str, int] = {}
    for sign in signs:
        kind, one = OWNED[sign]
        scores[kind] = scores.get(kind, 0) + one.weight
    return frozenset([kind for kind, score in scores.items() if score >= ENOUGH])


def _placed(piece: bytes, ends: Ends) -> Ends:
    """`ends` in order, in characters."""
    ends.sort()
    if piece.isascii():
        return ends
    places, at, count = [], 0, 0
    for end, sign in ends:
        if end > at:
            count += len(piece[at:end].translate(None, _CONTINUING))
            at = end
        places.append((count, sign))
    return places


_CONTINUING: Final = bytes(range(0x80, 0xC0))


class _Shown(dict[int, tuple[int, str]]):
    """By the number of a part of `_BEHIND` characters: where what is shown of its places begins, and that itself."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def __missing__(self, number: int) -> tuple[int, str]:
        start = max(0, number * _BEHIND - _BEFORE)
        self[number] = start, self._text[start : (number + 2) * _BEHIND]
        return self[number]


def _holding(form: Form, places: Ends) -> Signs:
    """Those signs that the grammars confirm. Once one of them is enough alone, nothing more is asked."""
    text = form.text
    held: Ends = []
    most = _FEW_ASKED + len(text) // _BYTES_ASKED
    asked, begun = 0, Counter[int]()
    shown = _Shown(text)
    is_decided = False
    for place, sign in places:
        one = OWNED[sign][1]
        if one.confirm is not None:
            begun[sign] += one.pattern.startswith("^")
            if is_decided or begun[sign] > _ENDS_ASKED:
                continue
            asked += 1
            if asked > most or not _is_affordable(form, one.confirm, place):
                return Signs(places, crowded=True)
            start, part = shown[place // _BEHIND]
            if not one.confirm(part, place - start):
                continue
        held.append((place, sign))
        is_decided = is_decided or one.weight >= ENOUGH
    return Signs(held)


def _is_affordable(form: Form, confirm: Confirm, place: int) -> bool:
    reading = _READ.get(confirm)
    if reading is None or form.purse.is_spent_by_others:
        return form.purse.pay(_DEARER.get(confirm, _QUESTION))
    part = reading.part(form.text, place)
    return form.purse.pay_for_reading(part, reading.each, reading.count(part))


class _Reading(msgspec.Struct, frozen=True):
    """What is read to answer a question."""

    part: Callable[[str, int], str]
    each: int
    """What each of the things costs that are counted in it."""
    count: Callable[[str], int] = len


def _escapes(part: str) -> int:
    """Characters that are looked at where something is hidden; without a bracket nothing is."""
    return len(part) if "\\2" in part or "(" in part or ")" in part else len(part) // 8


_READ: Final[Mapping[Confirm, _Reading]] = {
    goes_on: _Reading(around, 750, count_words),
    goes_on_behind_value: _Reading(around, 750, count_words),
    breaks_quote: _Reading(behind_quote, 750, count_words),
    same_sides: _Reading(compared, 320),
    opens_element: _Reading(attributes, 190),
    runs_variable: _Reading(block, 100),
    escapes_filter: _Reading(escaped, 100, _escapes),
    is_evaluated: _Reading(evaluated, 75, lambda part: len(part) if len(part) < _BEHIND else len(part) // 2),
}
"""Of the questions that take long."""
_QUESTION: Final = 6_500
"""What any other costs."""
_DEARER: Final[Mapping[Confirm, int]] = {stacks: 15_000, is_separated: 13_000}
