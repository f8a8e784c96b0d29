"""Header fields that were found harmless before: clients send the same ones again and again."""

from collections.abc import Sequence
from typing import Final

from garrison.payload.gather import Places
from garrison.payload.judge import Finding

_MOST: Final = 1024
_LONGEST: Final = 512
"""Characters of a text that is remembered."""
_FIELD: Final = "header."


class Familiar:
    """Remembers texts of header fields in which nothing was found.

    A pure memory of what `judge` says, bounded; when it is full it begins anew, so that a flood of different heads
    costs what it would cost without it. Where signs are spared it is not asked: what was found then was not all.
    """

    def __init__(self) -> None:
        self._known: set[str] = set()

    def without(self, places: Places) -> Places:
        """`places` but for those that are known."""
        return [each for each in places if each[1] not in self._known or not each[0].startswith(_FIELD)]

    def note(self, places: Places, found: Sequence[Finding]) -> None:
        """Remember what was judged, and objected to by none of `found`."""
        objected = {each.index for each in found}
        new = [
            text
            for index, (place, text) in enumerate(places)
            if index not in objected and place.startswith(_FIELD) and len(text) <= _LONGEST
        ]
        if not new:
            return
        if len(self._known) + len(new) > _MOST:
            self._known.clear()
        self._known.update(new[:_MOST])
