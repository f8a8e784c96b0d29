"""Targets: what was made of a request's target is remembered, for clients ask for many of them again and again."""

from collections.abc import Collection
from typing import Final

import msgspec

from garrison.contract.catalogue import Catalogue, CompiledOperation, Match, Miss
from garrison.contract.parameters import Reading
from garrison.core.canonical import PLAIN_SEGMENT, Target, host_of, read_target
from garrison.core.remember import remember

_NO_HEADERS: Final[dict[str, str]] = {}


class Addressed(msgspec.Struct, frozen=True, gc=False):
    """What a request is for."""

    target: Target
    match: Match | Miss
    operation: CompiledOperation | None = None
    """The operation that was matched."""
    reading: Reading | None = None
    """Its parameters; None where there are none, or where some stand in other places than the target."""
    is_sound: bool = False
    """Whether nothing in the target is ambiguous, and all parameters stand in it and are as they should be."""


class _Lane(msgspec.Struct, frozen=True, gc=False):
    """What targets have in common that differ in nothing but the last segment of a plain path: an id, as a rule."""

    segments: tuple[str, ...]
    operation: CompiledOperation
    """For which they are."""
    others: Collection[str]
    """Last segments that are declared by themselves, for which this does not hold."""


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

    MAX_LANES: Final = 1024

    __slots__ = ("_catalogue", "_known", "_lanes", "_recalled", "_resting")

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._known: dict[tuple[str, str, str], Addressed] = {}
        self._lanes: dict[tuple[str, str, str], _Lane] = {}
        """By method, authority and what comes before the last slash; of help for an id that nobody asked for before."""
        self._recalled = 0
        """How often it was of use since it began."""
        self._resting = 0
        """Requests that it still rests for."""

    def read(self, method: str, authority: str, target: str) -> Addressed:
        """What a request is for that is addressed to `authority`."""
        if self._resting:
            self._resting -= 1
            return self._read(method, authority, target)
        key = (method, authority, target)
        known = self._known.get(key)
        if known is not None:
            self._recalled += 1
            return known
        read = self._read(method, authority, target)
        if len(target) <= self.MAX_BYTES and _is_faultless(read):
            self._keep(key, read)
        return read

    def _keep(self, key: tuple[str, str, str], read: Addressed) -> None:
        if len(self._known) >= self.MAX_ENTRIES:
            self._known.clear()
            if self._recalled < self.MAX_ENTRIES // 2:
                self._resting = self.REST
            self._recalled = 0
        self._known[key] = read

    def _read(self, method: str, authority: str, raw: str) -> Addressed:
        beginning, _, last = raw.rpartition("/")
        lane = self._lanes.get((method, authority, beginning))
        match: Match | Miss
        if (
            lane is not None
            # a number or a word is plain, which is told in half of the time
            and ((last.isascii() and last.isalnum()) or PLAIN_SEGMENT.fullmatch(last))
            and last not in lane.others
        ):
            segments = lane.segments
            segments += (last,)
            target = Target(raw, segments, (), raw, ())
            match = Match(lane.operation, (last,))
        else:
            target = read_target(raw)
            match = self._catalogue.match(method, host_of(authority), target.segments)
            if type(match) is Miss:
                return Addressed(target, match)
            # all of it is plain, and an id ends it; what begins nowhere may lack the slash
            if beginning and target.path is raw and match.arguments == target.segments[-1:]:
                self._learn(method, authority, beginning, target)
        operation = match.operation
        parameters = operation.parameters
        if parameters is None:
            return Addressed(target, match, operation, None, not target.ambiguities and not target.query)
        if not parameters.needs_target_only:
            return Addressed(target, match, operation)
        reading = parameters.read(match.arguments, target.query, _NO_HEADERS)
        is_odd = target.ambiguities or reading.violations or reading.undeclared or reading.repeated
        return Addressed(target, match, operation, reading, not is_odd)

    def _learn(self, method: str, authority: str, beginning: str, target: Target) -> None:
        segments = target.segments[:-1]
        found = self._catalogue.whatever_follows(method, host_of(authority), segments)
        if found is not None and len(target.target) <= self.MAX_BYTES:
            remember(self._lanes, (method, authority, beginning), _Lane(segments, *found), self.MAX_LANES)


def _is_faultless(addressed: Addressed) -> bool:
    """Whether nothing is wrong with it, as far as the target tells."""
    if addressed.is_sound:
        return True
    return addressed.reading is None and addressed.operation is not None and not addressed.target.ambiguities
