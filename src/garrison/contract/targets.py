"""Targets: what was made of a request's target is remembered, for clients ask for many of them again and again."""

from typing import Final

import msgspec

from garrison.contract.catalogue import Catalogue, Match, Miss
from garrison.contract.parameters import Reading
from garrison.core.canonical import Target, read_target


class Addressed(msgspec.Struct, frozen=True, gc=False):
    """What a request is for."""

    target: Target
    match: Match | Miss
    reading: Reading | None = None
    """Its parameters; None where there are none, or where some stand in other places than the target."""


class TargetMemory:
    """Remembers how targets were read and which operation they are for.

    A pure memory of what `read_target`, `Catalogue.match` and `ParameterReader.read` give, bounded in entries and in
    what one entry may hold. Only what nothing is wrong with is remembered, so that probing fills it with nothing. When
    it is full it begins anew; and where it was of little use until then, because nearly every request is for something
    else, it rests for a while, for to remember has a price.
    """

    MAX_ENTRIES: Final = 4096
    MAX_BYTES: Final = 256
    REST: Final = 16 * MAX_ENTRIES
    """Requests."""

    __slots__ = ("_catalogue", "_known", "_recalled", "_resting")

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._known: dict[tuple[str, str, str], Addressed] = {}
        self._recalled = 0
        """How often it was of use since it began."""
        self._resting = 0
        """Requests that it still rests for."""

    def read(self, method: str, host: str, target: str) -> Addressed:
        """What a request is for; `host` is lower case and without port."""
        if self._resting:
            self._resting -= 1
            return self._read(method, host, target)
        key = (method, host, target)
        known = self._known.get(key)
        if known is not None:
            self._recalled += 1
            return known
        read = self._read(method, host, target)
        if len(target) <= self.MAX_BYTES and _is_sound(read):
            self._keep(key, read)
        return read

    def _keep(self, key: tuple[str, str, str], read: Addressed) -> None:
        if len(self._known) >= self.MAX_ENTRIES:
            self._known.clear()
            if self._recalled < self.MAX_ENTRIES // 2:
                self._resting = self.REST
            self._recalled = 0
        self._known[key] = read

    def _read(self, method: str, host: str, raw: str) -> Addressed:
        target = read_target(raw)
        match = self._catalogue.match(method, host, target.segments)
        if type(match) is Miss:
            return Addressed(target, match)
        parameters = match.operation.parameters
        if parameters is None or not parameters.needs_target_only:
            return Addressed(target, match)
        return Addressed(target, match, parameters.read(match.arguments, target.query, {}))


def _is_sound(addressed: Addressed) -> bool:
    if addressed.target.ambiguities or type(addressed.match) is Miss:
        return False
    reading = addressed.reading
    return reading is None or not (reading.violations or reading.undeclared or reading.repeated)
