"""What texts usually hold at a place, by the settings: signs that do not count there."""

import re
from collections.abc import Sequence
from typing import Final

from garrison.config.controls import UsualSettings
from garrison.payload.gather import Places
from garrison.payload.judge import NOTHING_SPARED, Spared
from garrison.payload.places import signs_of

_ANY: Final = "*"


class Usual:
    """The settings `usual` of one operation, ready to be asked."""

    def __init__(self, entries: Sequence[UsualSettings]) -> None:
        self._entries = tuple([(_matching(each.place), signs_of(each.class_, each.signs)) for each in entries])

    def spared(self, texts: Places) -> Spared:
        """For each text at a place that is named, the signs that do not count."""
        if not self._entries:
            return NOTHING_SPARED
        found: dict[int, frozenset[int]] = {}
        for index, (place, _) in enumerate(texts):
            signs = [each for matches, each in self._entries if matches.fullmatch(place)]
            if signs:
                found[index] = frozenset().union(*signs)
        return found


def _matching(place: str) -> re.Pattern[str]:
    """`*` stands for one step, and at the end for all below."""
    below = place.endswith(f"/{_ANY}")
    steps = [r"[^/]+" if step == _ANY else re.escape(step) for step in place.removesuffix(f"/{_ANY}").split("/")]
    return re.compile("/".join(steps) + (r"/.+" if below else ""))


def general(place: str) -> str:
    """`place` with `*` for the numbers of items: one entry for all of a list."""
    return "/".join(_ANY if step.isdigit() else step for step in place.split("/"))
