"""What does not count, by the settings: classes that nobody looks for, and what texts usually hold at a place.

It is left out before signs are weighed, not after: what is usual must not hide what else stands in a text.
"""

import re
from collections.abc import Sequence
from typing import Final

from garrison.config.inspected import PAYLOAD_CLASSES, PayloadClassName, UsualSettings
from garrison.payload.gather import Places
from garrison.payload.judge import NOTHING_SPARED, Spared
from garrison.payload.places import signs_of

_ANY: Final = "*"


class Usual:
    """The settings `classes` and `usual` of one operation, ready to be asked."""

    def __init__(self, classes: Sequence[PayloadClassName], entries: Sequence[UsualSettings]) -> None:
        unwanted = set(PAYLOAD_CLASSES).difference(classes)
        self._everywhere = frozenset[int]().union(*[signs_of(each) for each in unwanted])
        self._entries = tuple([(_matching(each.place), signs_of(each.class_, each.signs)) for each in entries])

    def spared(self, texts: Places) -> Spared:
        """For each text, the signs that do not count in it."""
        if not self._entries and not self._everywhere:
            return NOTHING_SPARED
        return {
            index: self._everywhere.union(*[each for matches, each in self._entries if matches.fullmatch(place)])
            for index, (place, _) in enumerate(texts)
        }


def _matching(place: str) -> re.Pattern[str]:
    """`*` stands for one step, and at the end for all below."""
    below = place.endswith(f"/{_ANY}")
    steps = [r"[^/]+" if step == _ANY else re.escape(step) for step in place.removesuffix(f"/{_ANY}").split("/")]
    return re.compile("/".join(steps) + (r"/.+" if below else ""))


def general(place: str) -> str:
    """`place` with `*` for the numbers of items: one entry for all of a list."""
    return "/".join(_ANY if step.isdigit() else step for step in place.split("/"))
