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


class _Form(msgspec.Struct):
    """One form of a text: as it came, or decoded."""

    owner: int
    text: str
    steps: tuple[str, ...]


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
    scores: dict[str, int] = {}
    names = []
    for index, places in told.items():
        kind, sign = _OWNED[index]
        if sign.confirm is not None:
            plain = form.text.isascii()
            if not any(sign.confirm(form.text, at if plain else len(piece[:at].decode("utf-8", "ignore"))) for at in places):
                continue
        scores[kind] = scores.get(kind, 0) + sign.weight
        names.append(f"{kind}.{sign.name}")
    if sum(scores.values()) < ENOUGH:
        return None
    kind = max(scores, key=scores.__getitem__)
    return Finding(form.owner, kind, sum(scores.values()), tuple(names), form.steps, form.text)
