"""What is found in a request's texts: all signs in one pass, then the grammars, then what was hidden in wrappings."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

import msgspec

from garrison.payload.classes.catalogue import CLASSES
from garrison.payload.decoding import HINT, decode
from garrison.payload.scanner import BORDER, scanner_of
from garrison.payload.sign import ENOUGH, Sign

_OWNED: Final = tuple((each.id, sign) for each in CLASSES for sign in each.signs)
SIGNS: Final[tuple[Sign, ...]] = tuple(sign for _, sign in _OWNED)
WINDOW: Final = 200
"""Bytes within which signs add up: what stands further apart is no one thing."""
_ASKED: Final = 8  # places at which one sign is confirmed in one text: a text full of them is no sentence


class Finding(msgspec.Struct, frozen=True):
    """One text that says more than a value says."""

    index: int
    """Which of the texts."""
    kind: str
    """Id of the class that weighs most."""
    score: int
    signs: tuple[str, ...]
    """Names of the signs that count, `class.sign`."""
    steps: tuple[str, ...]
    """What had to be undone before they were seen."""
    text: str
    """The text as it was judged."""
    place: int = 0
    """Where in it the signs end, in characters."""


class _Form(msgspec.Struct):
    """One form of a text: as it came, or decoded."""

    owner: int
    text: str
    steps: tuple[str, ...]


def prepare() -> None:
    """Compile what is compiled once in a process, so that no request waits for it."""
    scanner_of(SIGNS)


def judge(texts: Sequence[str]) -> tuple[Finding, ...]:
    """What is found in `texts`, each at most once. Never raises, and takes time in proportion to their length."""
    best = _judge([_Form(index, text, ()) for index, text in enumerate(texts)], {})
    hidden = [
        _Form(index, form.text, form.steps)
        for index, text in enumerate(texts)
        if index not in best and (not text.isascii() or HINT.search(text))
        for form in decode(text)
    ]
    if hidden:
        best = _judge(hidden, best)
    return tuple(best[index] for index in sorted(best))


def _judge(forms: Sequence[_Form], best: dict[int, Finding]) -> dict[int, Finding]:
    pieces = [form.text.replace(BORDER, "\ufffd").encode("utf-8", "replace") for form in forms]
    data = b"\0" + b"\0".join(pieces) + b"\0"
    matches = scanner_of(SIGNS).scan(data)
    if not matches:
        return best
    starts = [1]
    for piece in pieces:
        starts.append(starts[-1] + len(piece) + 1)
    told: dict[int, dict[int, list[int]]] = {}
    for sign, end in matches:
        at = bisect_right(starts, max(end - 1, 1)) - 1
        if at >= len(forms) or end - 1 < starts[at]:
            at = max(0, at - 1)
        places = told.setdefault(at, {}).setdefault(sign, [])
        if len(places) < _ASKED:
            places.append(end - starts[at])
    for at, signs in told.items():
        form = forms[at]
        if form.owner not in best:
            finding = _weigh(form, pieces[at], signs)
            if finding is not None:
                best[form.owner] = finding
    return best


def _weigh(form: _Form, piece: bytes, told: dict[int, list[int]]) -> Finding | None:
    """What the signs in one text amount to, where they stand closest."""
    places: list[tuple[int, int]] = []
    plain = len(piece) == len(form.text)
    for index, ends in told.items():
        confirm = _OWNED[index][1].confirm
        for end in ends:
            if confirm is None or confirm(form.text, end if plain else len(piece[:end].decode("utf-8", "ignore"))):
                places.append((end, index))
    places.sort()
    best: tuple[int, dict[int, int], int] = (0, {}, 0)
    first = 0
    for last, (end, _) in enumerate(places):
        while places[first][0] < end - WINDOW:
            first += 1
        signs = {index: _OWNED[index][1].weight for _, index in places[first : last + 1]}
        if (score := sum(signs.values())) > best[0]:
            best = score, signs, end
    if best[0] < ENOUGH:
        return None
    scores: dict[str, int] = {}
    for index in best[1]:
        scores[_OWNED[index][0]] = scores.get(_OWNED[index][0], 0) + _OWNED[index][1].weight
    kind = max(scores, key=scores.__getitem__)
    names = tuple(f"{_OWNED[index][0]}.{_OWNED[index][1].name}" for index in best[1])
    place = len(piece[: best[2]].decode("utf-8", "ignore"))
    return Finding(form.owner, kind, best[0], names, form.steps, form.text, place)
