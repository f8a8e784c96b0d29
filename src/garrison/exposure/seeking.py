"""Whom or what requests seek, found or not: compiled for one operation, told when an exchange is over.

An answer says whom it discloses; what stands here is the rest. Who asks for people at random finds few of them, asks
for those whom nobody showed to them, and walks through ids: each of these is seen where it happens, also where the
request is refused. Nothing of it decides anything; rules of detection read it in the event.
"""

import sys
from array import array
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from garrison.config.controls import ControlsSettings
from garrison.contract.annotations import OBJECT
from garrison.contract.catalogue import CompiledOperation
from garrison.core.exposure import Attribution
from garrison.core.operation import Operation
from garrison.core.principal import ANONYMOUS
from garrison.engine.control import End
from garrison.engine.facts import Facts
from garrison.engine.shown import Shown
from garrison.engine.walks import LONGEST_NUMBER, as_id
from garrison.exposure.fields import Who
from garrison.exposure.forms import Forms
from garrison.exposure.inference import variables
from garrison.exposure.subjects import Extractor
from garrison.identity.grants import as_text, has_claim

MOST: Final = 1000
"""Subjects that are looked at of one request."""
PER_PARTY: Final = 65_536
"""Places for subjects whom one party was shown: a third to a half are taken when the oldest begin to be forgotten."""
PLACES: Final = 8_000_000
"""Places for subjects of all parties together: 64 MB. Where they do not suffice, the party is forgotten that was shown
nobody new for longest."""

_NOBODY: Final[frozenset[str]] = frozenset()
_KNOWN: Final = frozenset({Attribution.ANNOTATED, Attribution.INFERRED})
_FINDS: Final = frozenset({200, 203, 206})
"""Statuses of answers that hold what was asked for."""
_READS: Final = frozenset({"GET", "QUERY"})


class _Id(NamedTuple):
    """The parameter that may be walked through."""

    place: str
    name: str
    kinds: tuple[str, ...]
    """Kinds of the objects that it names, as the contract says."""


class Seeking:
    """What requests of one operation seek."""

    __slots__ = (
        "_claims",
        "_extractor",
        "_forms",
        "_id",
        "_known_claims",
        "_learning",
        "_lone",
        "_names",
        "_operation",
        "_walks_alone",
        "end",
    )

    def __init__(self, operation: CompiledOperation, extractor: Extractor | None, settings: ControlsSettings) -> None:
        """Without `extractor` the operation is about nobody."""
        own = settings.exposure
        self._operation = operation.operation.id
        self._extractor = extractor
        self._lone = extractor.lone if extractor is not None else None
        self._names = extractor is not None and (extractor.in_parameters or extractor.in_body)
        self._claims = {kind: each.claim for kind, each in own.kinds.items() if each.claim}
        self._known_claims = settings.issued_ids.known_claims
        self._learning = own.learning
        self._forms = Forms(operation) or None
        self._id = _id_of(operation, extractor)
        is_alone = self._id is not None and self._lone is not None and self._id[:2] == self._lone[:2]
        self._walks_alone = self._id.kinds if self._id is not None and is_alone else None
        self.end: End | None = self._end
        """Notes what a request sought; None where there is nothing to tell of the operation."""
        if self._extractor is None and self._forms is None:
            self.end = self._walked if self._id is not None else None

    def _end(self, facts: Facts) -> None:
        if self._forms is not None:
            facts.forms = self._forms.of(facts)
        alone, lone = facts.alone, self._lone
        if alone is not None and facts.has_left and not self._names:
            if self._is_of_key(facts):
                self._show(facts)
            self._walked(facts)
            return
        if alone is not None and lone is not None and facts.has_left:
            place, parameter, kind = lone
            told, name, _, abridged = alone
            if kind == told and facts.values[place].get(parameter) == name:
                # who is asked for is told of, as with nearly every request
                self._meet(facts, name, abridged)
                return
        is_given = self._extractor is not None and self._seek(facts, self._extractor)
        if not is_given:
            self._walked(facts)

    def _seek(self, facts: Facts, extractor: Extractor) -> bool:
        """Note whom the request names. Whether all of them are who asks, or were shown to them before."""
        if not self._is_of_key(facts):
            return False
        named = [*dict.fromkeys(extractor.named(facts))][:MOST]
        is_given = self._note_asked(facts, named)
        if not (named or (facts.has_left and facts.exposed)) and extractor.in_answer:
            self._note_selection(facts)
        facts.missed = self._is_missed(facts, is_named=bool(named or facts.asked))
        if facts.has_left and facts.exposed:
            self._show(facts)
        return is_given

    @staticmethod
    def _is_of_key(facts: Facts) -> bool:
        """Whether the key in force is the exchange's: it may be renewed meanwhile, and an event has one."""
        people, number = facts.state.people, facts.state.pseudonyms.number
        if people.number != number:
            people.renew(number, facts.now)
        return facts.key in {0, number}

    def _meet(self, facts: Facts, name: str, abridged: bytes) -> None:
        """As `_note_asked`, `_show` and `_walked`, of one who was asked for and told of."""
        people, principal = facts.state.people, facts.principal
        if facts.exposed[0].own is True or (people.number != facts.key and not self._is_of_key(facts)):
            return
        if people.meet(facts.payer or facts.party, int.from_bytes(abridged, "big") or 1, PER_PARTY, PLACES):
            return
        if principal is not ANONYMOUS and principal.subject == name:
            return
        if facts.now >= (people.began or 0.0) + self._learning:
            facts.unissued = 1
        kinds = self._walks_alone
        if kinds is None or len(name) > LONGEST_NUMBER or not (name.isdigit() and name.isascii()):
            self._walked(facts)
        elif facts.state.walks.near(self._operation, "", int(name)):  # as `_walked`, of a number
            facts.near = not self._was_given(facts, name, kinds)

    def _note_asked(self, facts: Facts, named: Sequence[tuple[Who, str]]) -> bool:
        if not named:
            return False
        pseudonyms, people = facts.state.pseudonyms, facts.state.people
        party = facts.party
        told = facts.exposed if facts.has_left else ()
        disclosed: Collection[str] = {each for one in told for each in one.subjects} if told else _NOBODY
        unissued = 0
        for who, name in named:
            digest, abridged = pseudonyms.pseudonym(who.kind, name)
            if digest not in disclosed:
                facts.asked += (digest,)
            known = people.has(party, int.from_bytes(abridged, "big") or 1) or self._is_own(facts, who, name)
            unissued += not known
        if facts.asked:
            facts.key = pseudonyms.number
        if self._has_learned(people, facts.now):
            facts.unissued = unissued
        return not unissued

    def _note_selection(self, facts: Facts) -> None:
        """Everything that chooses what is answered, where the request names nobody and was told of nobody."""
        values = facts.values
        path, query = (values["path"], values["query"]) if values else ({}, {})
        body = facts.received or b""
        if not (path or query or body) or (facts.has_body and facts.received is None):
            return  # nothing chooses, or what does was not read
        chosen = f"{sorted(path.items())}{sorted(query.items())}{body[:4096].decode('latin-1')}"
        pseudonyms = facts.state.pseudonyms
        facts.asked = (pseudonyms.digest(f"selection {self._operation}", chosen),)
        facts.key = pseudonyms.number

    @staticmethod
    def _is_missed(facts: Facts, *, is_named: bool) -> bool:
        """Whether an answer was given that is about nobody, though somebody was asked for."""
        if not is_named or not facts.has_left or facts.exposed or facts.response is None:
            return False
        method, status = facts.request.method, facts.response.status
        if facts.has_response_body:
            return status in _FINDS and facts.attribution in _KNOWN and (method in _READS or method == "POST")
        return method in _READS and 200 <= status < 300

    @staticmethod
    def _show(facts: Facts) -> None:
        """Remember whom the answer discloses to whom."""
        people, alone = facts.state.people, facts.alone
        if alone is None:
            if facts.told:
                people.add(facts.party, as_numbers(facts.told), PER_PARTY, PLACES)
        elif facts.exposed[0].own is not True:
            people.meet(facts.party, int.from_bytes(alone[3], "big") or 1, PER_PARTY, PLACES)

    def _is_own(self, facts: Facts, who: Who, name: str) -> bool:
        if facts.principal is ANONYMOUS:
            return False
        claim = who.claim or self._claims.get(who.kind, "")
        return has_claim(facts.principal, claim, name) if claim else _is_self(facts, name)

    def _has_learned(self, people: Shown, now: float) -> bool:
        """Whether it is known long enough whom anybody was shown."""
        return now >= (people.began or 0.0) + self._learning

    def _walked(self, facts: Facts) -> None:
        """Note whether the request is a step of a walk."""
        walked, values = self._id, facts.values
        if walked is None or not values:
            return
        place, name, kinds = walked
        value = values[place].get(name)
        found = as_id(value)
        if found is not None and facts.state.walks.near(self._operation, *found):
            facts.near = not self._was_given(facts, as_text(value) or "", kinds)

    def _was_given(self, facts: Facts, text: str, kinds: tuple[str, ...]) -> bool:
        """Whether who asks for an object has its id from us, or from their own account."""
        principal = facts.principal
        if principal is not ANONYMOUS and (
            _is_self(facts, text) or any(has_claim(principal, each, text) for each in self._known_claims)
        ):
            return True
        return any(facts.state.shown.knows(facts.party, kind, text) for kind in kinds)


def as_numbers(digests: bytes) -> Collection[int]:
    """Abridged digests, one after another, as `Shown` knows them."""
    numbers = array("Q", digests)
    if sys.byteorder == "little":
        numbers.byteswap()
    return [each or 1 for each in numbers]


def _is_self(facts: Facts, name: str) -> bool:
    """Whether a principal's own name is asked for: nobody need say that it is theirs."""
    return facts.principal is not ANONYMOUS and facts.principal.subject == name


def _id_of(operation: CompiledOperation, extractor: Extractor | None) -> _Id | None:
    """The parameter that says what is asked for: that names a subject, or an object, else the path's last one."""
    reader = operation.parameters
    if reader is None:
        return None
    objects = {key: view.here for key, each in reader.marks.items() if (view := each.view(OBJECT)) is not None}
    named = [*(extractor.parameters if extractor is not None else ()), *objects, *_last(operation.operation)]
    for place, name in named:
        if (place, name) in reader.ids:
            return _Id(place, name, objects.get((place, name), ()))
    return None


def _last(operation: Operation) -> list[tuple[str, str]]:
    return [("path", name) for name in variables(operation.path)[-1:]]
