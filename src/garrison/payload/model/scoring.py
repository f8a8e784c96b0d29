"""How much a text looks like what the model was taught to be an attack: the score of its most suspicious window."""

import math
from typing import Final

import msgspec

from garrison.payload.model.features import features_of
from garrison.payload.model.weights import Weights, weights
from garrison.payload.model.windows import Window, is_harmless, windows_of

FLOOR: Final = 16
"""Features that a window counts as having, at least: a few signs alone are not much of a text."""


class Likeness(msgspec.Struct, frozen=True):
    """What the model makes of a text that it knows for an attack."""

    score: float
    kind: str
    """Id of the class that the window speaks for."""
    place: int
    """Where in the text that stands which says most."""


def likeness_of(text: str) -> Likeness | None:
    """What the model makes of `text`; None where that is not enough to object."""
    if is_harmless(text):
        return None
    known = weights()
    score, window = score_of(text, known)
    if window is None or score < known.enough:
        return None
    return Likeness(score, _kind(window, known), _place(window, known))


def score_of(text: str, known: Weights) -> tuple[float, Window | None]:
    """The score of the window of `text` that has the highest; takes time in proportion to its length, up to a bound."""
    best, found = float("-inf"), None
    for window in windows_of(text):
        score = _score(window, known)
        if score > best:
            best, found = score, window
    return best, found


def _score(window: Window, known: Weights) -> float:
    features = features_of(window.coarse, window.fine)
    get = known.features.get
    total = sum([get(feature, 0) for feature in features])
    return total * known.unit / math.sqrt(max(FLOOR, len(features))) + known.bias


def _kind(window: Window, known: Weights) -> str:
    features = features_of(window.coarse, window.fine)
    scores = {kind: sum(map(each.get, features, [0] * len(features))) for kind, each in sorted(known.kinds.items())}
    return max(scores, key=scores.__getitem__)


def _place(window: Window, known: Weights) -> int:
    """Behind the three marks whose features weigh most."""

    def weight(at: int) -> int:
        part = slice(at, at + 3)
        return sum(known.features.get(each, 0) for each in features_of(window.coarse[part], window.fine[part]))

    start = max(range(max(1, len(window.coarse) - 2)), key=weight)
    return window.places[min(start + 2, len(window.places) - 1)]
