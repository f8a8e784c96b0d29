"""What is found in a request's texts: all signs in one pass, then the grammars, then what was hidden in wrappings."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import msgspec

from garrison.payload.classes.catalogue import CLASSES
from garrison.payload.decoding import HINT, decode
from garrison.payload.scanner import BORDER, scanner_of
from garrison.payload.sign import ENOUGH, Sign

_OWNED: Final = tuple((each.id, sign) for each in CLASSES for sign in each.signs)
SIGNS: Final[tuple[Sign, ...]] = tuple(sign for _, sign in _OWNED)
WINDOW: Final = 200
"""Bytes within which signs add up: what stands further apart is no one thing."""
_ASKED: Final = 24  # places at which one sign is confirmed in one text: a text full of them is no sentence


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


class Form(msgspec.Struct):
    """One form of a text: as it came, or decoded."""

    owner: int
    text: str
    steps: tuple[str, ...]


def prepare() -> None:
    """Compile what is compiled once in a process, so that no request waits for it."""
    scanner_of(SIGNS)


Spared: TypeAlias = Mapping[int, frozenset[int]]
"""By a text's index, the signs that do not count in it."""
NOTHING_SPARED: Final[Spared] = {}


def judge(texts: Sequence[str], spared: Spared = NOTHING_SPARED) -> tuple[Finding, ...]:
    """What is found in `texts`, each at most once. Never raises, and takes time in proportion to their length."""
    best = _judge([Form(index, text, ()) for index, text in enumerate(texts)], {}, spared)
    hidden = [form for index, text in enumerate(texts) if index not in best for form in hidden_forms(index, text)]
    if hidden:
        best = _judge(hidden, best, spared)
    return tuple(best[index] for index in sorted(best))


def hidden_forms(index: int, text: str) -> list["Form"]:
    """What `text` is behind its wrappings; mostly nothing."""
    if text.isascii() and not HINT.search(text):
        return []
    return [Form(index, form.text, form.steps) for form in decode(text)]


def _judge(forms: Sequence["Form"], best: dict[int, Finding], spared: Spared) -> dict[int, Finding]:
    for form, places in zip(forms, signs_in(forms), strict=True):
        if form.owner in spared:
            places = [place for place in places if place[1] not in spared[form.owner]]  # noqa: PLW2901 - those that count
        if places and form.owner not in best:
            finding = _weigh(form, places)
            if finding is not None:
                best[form.owner] = finding
    return best


def signs_in(forms: Sequence["Form"]) -> list[list[tuple[int, int]]]:
    """For each form the signs in it that hold: where each ends, in characters, and its index. In order of place."""
    pieces = [form.text.replace(BORDER, "\ufffd").encode("utf-8", "replace") for form in forms]
    data = b"\0" + b"\0".join(pieces) + b"\0"
    found: list[list[tuple[int, int]]] = [[] for _ in forms]
    matches = scanner_of(SIGNS).scan(data)
    if not matches:
        return found
    starts = [1]
    for piece in pieces:
        starts.append(starts[-1] + len(piece) + 1)
    told: dict[tuple[int, int], int] = {}
    for sign, end in matches:
        at = bisect_right(starts, max(end - 1, 1)) - 1
        count = told.get((at, sign), 0)
        if at >= len(forms) or count >= _ASKED:
            continue
        told[at, sign] = count + 1
        text, piece = forms[at].text, pieces[at]
        offset = end - starts[at]
        place = offset if len(piece) == len(text) else len(piece[:offset].decode("utf-8", "ignore"))
        confirm = _OWNED[sign][1].confirm
        if confirm is None or confirm(text, place):
            found[at].append((place, sign))
    return found


def _weigh(form: "Form", places: list[tuple[int, int]]) -> Finding | None:
    """What the signs of one class amount to where they stand closest; classes do not add up."""
    places.sort()
    best, counted, place = 0, {0: 0}, 0
    first = 0
    for last, (end, _) in enumerate(places):
        while places[first][0] < end - WINDOW:
            first += 1
        signs = {index: _OWNED[index][1].weight for _, index in places[first : last + 1]}
        score = max(_by_class(signs).values())
        if score > best:
            best, counted, place = score, signs, end
    if best < ENOUGH:
        return None
    scores = _by_class(counted)
    kind = max(scores, key=scores.__getitem__)
    return Finding(form.owner, kind, best, tuple(name_of(index) for index in counted), form.steps, form.text, place)


def _by_class(signs: Mapping[int, int]) -> dict[str, int]:
    scores: dict[str, int] = {}
    for index, weight in signs.items():
        kind = _OWNED[index][0]
        scores[kind] = scores.get(kind, 0) + weight
    return scores


def name_of(sign: int) -> str:
    """`class.sign` of a sign's index."""
    kind, one = _OWNED[sign]
    return f"{kind}.{one.name}"


def signs_of(kind: str, names: Sequence[str] = ()) -> frozenset[int]:
    """The signs of a class, or those of them that are named; a name that no sign has any more names none."""
    return frozenset([
        index for index, (own, sign) in enumerate(_OWNED) if own == kind and (not names or sign.name in names)
    ])  # fmt: skip
