"""Where in a request's texts signs stand: all in one pass, then the grammars where a pattern does not say it all.

What is looked at is bounded by a text's length, and nothing hides behind the bound: a text that is so crowded with
signs that it would cost too much to ask about each is no value of anybody's, and is said to be `crowded`.
"""

import functools
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence, Set
from typing import Final, TypeAlias

import msgspec

from garrison.payload.classes.catalogue import CLASSES
from garrison.payload.scanner import BORDER, Scanner, scanner_of
from garrison.payload.sign import ENOUGH, Sign

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
    spared: Set[int] = frozenset()
    """Signs that do not count in it."""


class Signs(msgspec.Struct, frozen=True):
    """What stands in one form."""

    places: Sequence[tuple[int, int]] = ()
    """Where each sign ends, in characters, and its index; in order of place, each once."""
    crowded: bool = False
    """Whether there are more signs in it than are looked at: `places` are then of those that were found first."""


NOTHING: Final = Signs()


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
    pieces = [form.text.replace(BORDER, "\ufffd").encode("utf-8", "replace") for form in forms]
    return [
        _signs(form, piece, ends) if ends else NOTHING
        for form, piece, ends in zip(forms, pieces, _ends(pieces), strict=True)
    ]


def _most(length: int) -> int:
    return _FEW + length // _BYTES_EACH


_Ends: TypeAlias = list[tuple[int, int]]
"""Where matches end in a text, and the index of each one's sign."""


def _ends(pieces: Sequence[bytes]) -> list[_Ends]:
    """The matches in each of `pieces`; in none more than are looked at, and one.

    All are read at once. Only where that tells too much each is read alone, which then costs less than was told.
    """
    found: list[_Ends] = [[] for _ in pieces]
    most = _FEW * len(pieces) + sum(map(len, pieces)) // _BYTES_EACH
    matches = _told(pieces, most)
    if len(matches) > most and len(pieces) > 1:
        return [_ends([piece])[0] for piece in pieces]
    if len(matches) <= _FEW and not _promising({sign for sign, _ in matches}):
        return found
    if len(pieces) == 1:
        return [[(end - 1, sign) for sign, end in matches]]
    starts = [0]  # the border before each; the one behind it is its own
    for piece in pieces:
        starts.append(starts[-1] + len(piece) + 1)
    for sign, end in matches:
        at = bisect_right(starts, end - 2, 1, len(pieces)) - 1
        found[at].append((end - starts[at] - 1, sign))
    for index, ends in enumerate(found):
        if len(ends) > _most(len(pieces[index])):
            found[index] = _ends([pieces[index]])[0]  # what is told of a text is the same wherever it stands
    return found


def _told(pieces: Sequence[bytes], most: int) -> list[tuple[int, int]]:
    return _scanner().scan(b"\0" + b"\0".join(pieces) + b"\0", most)


@functools.cache
def _scanner() -> Scanner:
    """Looked up without a look at each sign."""
    return scanner_of(SIGNS)


def _signs(form: Form, piece: bytes, ends: _Ends) -> Signs:
    if len(ends) > _most(len(piece)):
        return Signs(_placed(piece, ends), crowded=True)
    if form.spared:
        ends = [each for each in ends if each[1] not in form.spared]
    kinds = _promising({sign for _, sign in ends})
    if not kinds:
        return NOTHING
    return _holding(form.text, _placed(piece, [each for each in ends if OWNED[each[1]][0] in kinds]))


def _promising(signs: Set[int]) -> frozenset[str]:
    """The classes whose signs could weigh enough together."""
    scores: dict[str, int] = {}
    for sign in signs:
        kind, one = OWNED[sign]
        scores[kind] = scores.get(kind, 0) + one.weight
    return frozenset([kind for kind, score in scores.items() if score >= ENOUGH])


def _placed(piece: bytes, ends: _Ends) -> _Ends:
    """`ends` in order, in characters."""
    ends.sort()
    if piece.isascii():
        return ends
    places, at, count = [], 0, 0
    for end, sign in ends:
        count += len(piece[at:end].translate(None, _CONTINUING))
        at = max(at, end)
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


def _holding(text: str, places: _Ends) -> Signs:
    """Those signs that the grammars confirm. Once one of them is enough alone, nothing more is asked."""
    held: _Ends = []
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
            if asked > most:
                return Signs(places, crowded=True)
            start, part = shown[place // _BEHIND]
            if not one.confirm(part, place - start):
                continue
        held.append((place, sign))
        is_decided = is_decided or one.weight >= ENOUGH
    return Signs(held)
