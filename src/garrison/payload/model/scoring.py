"""How much a text looks like what the model was taught to be an attack: the score of its most suspicious window."""

from typing import Final

import msgspec

from garrison.payload.model.features import features_of
from garrison.payload.model.weights import Weights, weights
from garrison.payload.model.windows import Window, is_harmless, windows_of

FLOOR: Final = 16
"""Features that a window counts as having, at least: a few signs alone are not much of a text."""
NOTHING: Final = -9.0
"""The score of a text that the model does not look at."""


class Scored(msgspec.Struct, frozen=True):
    """What the model makes of a text."""

    score: float = NOTHING
    window: Window | None = None


def score_of(text: str) -> Scored:
    """The score of the window of `text` that has the highest; takes time in proportion to its length, up to a bound."""
    if is_harmless(text):
        return Scored()
    known = weights()
    best, found = NOTHING, None
    for window in windows_of(text):
        score = _score(window, known)
        if score > best:
            best, found = score, window
    return Scored(best, found)


def _score(window: Window, known: Weights) -> float:
    features = features_of(window.coarse, window.fine)
    get = known.features.get
    total = sum([get(feature, 0) for feature in features])
    return total * known.unit / max(FLOOR, len(features)) ** 0.5 + known.bias
