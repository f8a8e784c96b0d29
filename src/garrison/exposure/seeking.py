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
from garrison.engine.pseudonyms import ABRIDGED_BYTES
from garrison.engine.shown import Shown
from garrison.engine.walks import LONGEST_NUMBER, as_id
from garrison.exposure.fields import Who
from garrison.exposure.forms import Forms
from garrison.exposure.inference import variables
from garrison.exposure.subjects import Extractor
from garrison.identity.grants import as_name, has_claim

MOST: Final = 1000
"""Subjects that are looked at of one request."""
PER_PARTY: Final = 65_536
"""Places for subjects whom one party was shown: a third to a half are taken when the oldest begin to be forgotten."""
PLACES: Final = 8_000_000
"""Places for subjects of all parties together: 64 MB. Where they do not suffice, the party is forgotten that was shown
nobody new for longest."""

_NO_ONE: Final = ("", "", "")
_NOBODY: Final[frozenset[str]] = frozenset()
_KNOWN: Final = frozenset({Attribution.ANNOTATED, Attribution.INFERRED})
_FINDS: Final = frozenset({200, 203, 206})
"""Statuses of answers that hold what was asked for."""
_READS: Final = frozenset({"GET", "QUERY"})
_number = int.from_bytes  # to reach it through its class costs as much as itself


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
        "_forms_of",
        "_id",
        "_kinds",
        "_known_claims",
        "_learning",
        "_longest",
        "_names",
        "_operation",
        "_parameter",
        "_place",
        "_sought",
        "end",
    )

    def __init__(self, operation: CompiledOperation, extractor: Extractor | None, settings: ControlsSettings) -> None:
        """Without `extractor` the operation is about nobody."""
        own = settings.exposure
        self._operation = operation.operation.id
        self._extractor = extractor
        self._place, self._parameter, _ = (extractor.lone if extractor is not None else None) or _NO_ONE
        self._names = extractor is not None and (extractor.in_parameters or extractor.in_body)
        self._claims = {kind: each.claim for kind, each in own.kinds.items() if each.claim}
        self._known_claims = settings.issued_ids.known_claims
        self._learning = own.learning
        forms = Forms(operation)
        self._forms_of = forms.of
        self._id = _id_of(operation, extractor)
        is_alone = self._id is not None and self._id[:2] == (self._place, self._parameter)
        # Of the one id that is sought, where it is the one that may be walked through: how long it is as a number.
        self._longest, self._kinds = (LONGEST_NUMBER, self._id.kinds) if self._id is not None and is_alone else (0, ())
        self._sought: End = self._sought_of_one if self._place else self._sought_of_all
        if extractor is not None and not self._names:
            self._sought = self._sought_of_nobody
        self.end: End | None = self._end if forms else self._sought
        """Notes what a request sought; None where there is nothing to tell of the operation."""
        if self._extractor is None and not forms:
            self.end = self._walked if self._id is not None else None

    def _end(self, facts: Facts) -> None:
        forms = self._forms_of(facts)
        if forms:
            facts.forms = forms
        self._sought(facts)

    def _sought_of_all(self, facts: Facts) -> None:
        """Whatever requests name."""
        extractor = self._extractor
        if extractor is None or not self._seek(facts, extractor):
            self._walked(facts)

    def _sought_of_nobody(self, facts: Facts) -> None:
        """The same where requests name nobody, and answers tell of one as a rule."""
        exposed = facts.exposed
        if not exposed.alone or not facts.has_left:
            self._sought_of_all(facts)
            return
        people, told = facts.state.people, exposed.told
        if told and (people.number == exposed.key or self._is_of_key(facts)):
            people.meet(exposed.payer or facts.party, _number(told) or 1, PER_PARTY, PLACES)  # as `as_number`
        if self._id is not None:
            self._walked(facts)

    def _sought_of_one(self, facts: Facts) -> None:
        """The same where requests name one at most: who is told of as a rule, and this then says no more."""
        exposed = facts.exposed
        name = exposed.alone
        if not name or not facts.has_left or facts.values[self._place].get(self._parameter) != name:
            self._sought_of_all(facts)
            return
        state, told = facts.state, exposed.told
        people = state.people
        if not told or (people.number != exposed.key and not self._is_of_key(facts)):
            return
        if people.meet(exposed.payer or facts.party, _number(told) or 1, PER_PARTY, PLACES):  # as `as_number`
            return
        if facts.principal is not ANONYMOUS and _is_self(facts, name) and exposed.disclosures[0].own is None:
            return
        if facts.now >= (people.began or 0.0) + self._learning:
            facts.unissued = 1
        if len(name) > self._longest or not (name.isdigit() and name.isascii()):
            self._walked(facts)
        elif state.walks.near(self._operation, "", int(name)):  # as `_walked`
            facts.near = not self._was_given(facts, name, self._kinds)

    def _seek(self, facts: Facts, extractor: Extractor) -> bool:
        """Note whom the request names. Whether all of them are who asks, or were shown to them before."""
        if not self._is_of_key(facts):
            return False
        named = [*dict.fromkeys(extractor.named(facts))][:MOST]
        is_given = self._note_asked(facts, named)
        if not (named or (facts.has_left and facts.exposed.disclosures)) and extractor.in_answer:
            self._note_selection(facts)
        facts.missed = self._is_missed(facts, is_named=bool(named or facts.asked))
        if facts.has_left and facts.exposed.disclosures:
            self._show(facts)
        return is_given

    @staticmethod
    def _is_of_key(facts: Facts) -> bool:
        """Whether the key in force is the exchange's: it may be renewed meanwhile, and an event has one."""
        people, number = facts.state.people, facts.state.pseudonyms.number
        if people.number != number:
            people.renew(number, facts.now)
        return facts.named_under in {0, number}

    def _note_asked(self, facts: Facts, named: Sequence[tuple[Who, str]]) -> bool:
        if not named:
            return False
        pseudonyms, people = facts.state.pseudonyms, facts.state.people
        party = facts.party
        told = facts.exposed.disclosures if facts.has_left else ()
        disclosed: Collection[str] = {each for one in told for each in one.subjects} if told else _NOBODY
        unissued = 0
        for who, name in named:
            digest, abridged = pseudonyms.pseudonym(who.kind, name)
            if digest not in disclosed:
                facts.asked += (digest,)
            known = people.has(party, as_number(abridged)) or self._is_own(facts, who, name)
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
        if not is_named or not facts.has_left or facts.exposed.disclosures or facts.response is None:
            return False
        method, status = facts.request.method, facts.response.status
        if facts.has_response_body:
            return status in _FINDS and facts.exposed.attribution in _KNOWN and (method in _READS or method == "POST")
        return method in _READS and 200 <= status < 300

    @staticmethod
    def _show(facts: Facts) -> None:
        """Remember whom the answer discloses to whom."""
        people, told = facts.state.people, facts.exposed.told
        if len(told) == ABRIDGED_BYTES:
            people.meet(facts.party, as_number(told), PER_PARTY, PLACES)
        elif told:
            people.add(facts.party, as_numbers(told), PER_PARTY, PLACES)

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
        found = as_id(as_name(value) if type(value) is float else value)
        if found is not None and facts.state.walks.near(self._operation, *found):
            facts.near = not self._was_given(facts, as_name(value), kinds)

    def _was_given(self, facts: Facts, text: str, kinds: tuple[str, ...]) -> bool:
        """Whether who asks for an object has its id from us, or from their own account."""
        principal = facts.principal
        if principal is not ANONYMOUS and (
            _is_self(facts, text) or any(has_claim(principal, each, text) for each in self._known_claims)
        ):
            return True
        return any(facts.state.shown.knows(facts.party, kind, text) for kind in kinds)


def as_number(digest: bytes) -> int:
    """An abridged digest, as `Shown` knows it."""
    return _number(digest) or 1


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
