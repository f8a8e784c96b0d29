"""The bench: one operation laid out for injection, with the places that take values and the answers to harmless ones.

All checks of the family share it, so that what one of them asked the target the others need not ask again.
"""

import zlib
from collections.abc import Callable
from typing import Any, Final, TypeAlias

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.checks.injection.bases import Base, Place, base_of, places_of
from garrison.assess.checks.injection.views import alike, noise_of, view_of
from garrison.assess.compare import succeeded
from garrison.assess.probe import Exchange, Stop
from garrison.assess.request import NOTHING, Request, Slot
from garrison.assess.sampling import MARK
from garrison.assess.target import Target

SHARE: Final = 90
"""Requests that the whole family sends to one operation at most."""
REFUSED: Final = frozenset({400, 403, 406, 415, 422})
"""What validation and filters answer with."""
_SHUT: Final = frozenset({401, 403, 405, 415, 429, 501, 503})
"""Answers of an operation whose inside is not reached."""
_AT_ONCE: Final = 0.5
"""Seconds within which a connection that somebody closed tells so."""
BREAKING: Final = "'\"`\\)]}<%$|;&"
"""Characters that end a text, or begin something, in the languages that values are put into."""

Payload: TypeAlias = Callable[[str], Any]
"""Makes the value to send, given a word that nothing has."""


class Bench:
    """One operation, and what is known of how it answers."""

    def __init__(self, assessment: Assessment, target: Target, base: Base, places: tuple[Place, ...]) -> None:
        self.target = target
        self.base = base
        self.places = places
        self._proven: set[tuple[Slot, str]] = set()
        self.kept: dict[str, Any] = {}
        """What the checks keep for one another."""
        self.usual = 0.0
        """Seconds that the slowest harmless request took."""
        self._assessment = assessment
        self._spent = 0
        self._noisy: frozenset[str] = frozenset()
        self._steady: Exchange | None = None
        self._harmless: dict[tuple[Slot, str], Exchange] = {}
        self._words: dict[Slot, str] = {}

    @property
    def is_lookup(self) -> bool:
        """Whether it only reads: then a query that matches everything does no harm."""
        return self.target.is_safe or self.base.is_log_in or self.base.reads

    @property
    def is_reached(self) -> bool:
        """Whether the base request gets to where values are used."""
        shut = _SHUT - {401, 403} if self.base.is_log_in else _SHUT
        return self.steady.answer.status not in shut and not self.steady.answer.fault

    # harmless requests

    @property
    def steady(self) -> Exchange:
        """The answer to the base request, sent anew; what differs between two of them is noise from then on."""
        if self._steady is None:
            one, other = (self.ask(self.base.request, says="the request as it should be") for _ in range(2))
            self._noisy = noise_of(view_of(one, ()), view_of(other, ()))
            self._steady = one
            self.usual = max(self.usual, one.answer.seconds, other.answer.seconds)
        return self._steady

    def plain(self, place: Place) -> Exchange:
        """The answer to the place's own harmless value."""
        if place.request is self.base.request:
            return self.steady
        return self._once(place, "plain", lambda: self.ask(place.request, says="a harmless value"))

    def control(self, place: Place) -> Exchange:
        """The answer to a harmless value that nothing has."""
        return self._once(place, "control", lambda: self.send(place, str, "a value that nothing has"))

    def broken(self, place: Place) -> Exchange:
        """The answer to a value with characters that break things."""
        return self._once(place, "broken", lambda: self._breaking(place))

    def _breaking(self, place: Place) -> Exchange:
        """What is in front of an API may refuse some of the characters, and let through the one that matters most."""
        says = "the same with characters that end a text in a query"
        all_of_them = self.behind(place, BREAKING, says)
        if all_of_them.answer.status not in REFUSED or self.control(place).answer.status in REFUSED:
            return all_of_them
        quote = self.behind(place, "'", "the same with a quote that ends a text in a query")
        return all_of_them if quote.answer.status in REFUSED else quote

    def is_open(self, place: Place) -> bool:
        """Whether any text gets to where the place's value is used: validation lets it pass."""
        status = self.steady.answer.status
        if self.base.is_log_in:
            return True
        if status in REFUSED or status >= 500:
            # what is refused as it should be is open only where something else happens
            return not self.same(self.broken(place), self.steady, place)
        if status == 404 and place.slot.where == "body":
            return False
        if place.is_text:
            return self.control(place).answer.status not in REFUSED
        return self.broken(place).answer.status not in REFUSED

    def open_places(self, *others: str) -> tuple[Place, ...]:
        """The places where any text gets through, and where none of the checks in `others` proved something: what they
        prove has the same cause, and needs no second name."""
        if not self.places or not self.is_reached:
            return ()
        return tuple(place for place in self.places if not self.is_proven(place, *others) and self.is_open(place))

    def prove(self, place: Place, check: str) -> None:
        """Note that a check proved something there."""
        self._proven.add((place.slot, check))

    def is_proven(self, place: Place, *checks: str) -> bool:
        """Whether one of `checks` proved something there."""
        return any((place.slot, check) in self._proven for check in checks)

    def is_touchy(self, place: Place) -> bool:
        """Whether breaking characters change what is answered."""
        return not self.same(self.broken(place), self.control(place), place)

    def is_explained(self, place: Place) -> bool:
        """Whether it is known why breaking characters change what is answered: the place is a part of a query."""
        return self.is_proven(place, "sql-injection", "xpath-injection", "ldap-injection", "graphql-injection")

    def is_upset(self, place: Place) -> bool:
        """Whether breaking characters break something inside: they are not just refused."""
        status = self.broken(place).answer.status
        return self.is_touchy(place) and (status >= 500 or self.is_success(self.broken(place)))

    def matters(self, place: Place) -> bool:
        """Whether it makes a difference to the answer which harmless value stands there."""
        return not self.same(self.plain(place), self.control(place), place)

    # sending

    def word(self, place: Place) -> str:
        """A value that nothing has: the same for a place each time, but always a new one where things are made."""
        if self.base.makes:
            return self._assessment.api.sampler.word()
        if place.slot not in self._words:
            fresh = self._assessment.api.sampler.word()
            number = str(900_000_000 + zlib.crc32(fresh.encode()) % 99_999_999)
            self._words[place.slot] = number if place.is_number else fresh
        return self._words[place.slot]

    def send(self, place: Place, payload: Payload, says: str = "") -> Exchange:
        """Send the operation's request with a payload in one place."""
        return self.ask(place.request.put(place.slot, payload(self.word(place))), place.slot, says)

    def behind(self, place: Place, text: str, says: str = "") -> Exchange:
        """Send a word that nothing has, and `text` behind it."""
        return self.send(place, lambda word: word + text, says)

    def ask(self, request: Request, slot: Slot | None = None, says: str = "") -> Exchange:
        """Send a request made from the base; values beside `slot` are made fresh where that is needed."""
        if self._spent >= SHARE:
            raise Stop(f"the {SHARE} requests that injection may send to one operation were spent")
        self._spent += 1
        fresh = self._freshened(request, slot) if self.base.makes else request
        exchange = self._assessment.probe.send(fresh, self.base.identity, says=says)
        if exchange.answer.fault and exchange.answer.seconds < _AT_ONCE:
            # many servers close the connection behind an error, and the next request meets that
            exchange = self._assessment.probe.send(fresh, self.base.identity, says=says)
        return exchange

    def _freshened(self, request: Request, spared: Slot | None) -> Request:
        for slot in request.slots("body", "query"):
            value = request.value(slot)
            if slot != spared and isinstance(value, str) and value.startswith(MARK):
                fresh = self._assessment.api.sampler.word()
                request = request.put(slot, f"{fresh}@{value.partition('@')[2]}" if "@" in value else fresh)
        return request

    def _once(self, place: Place, kind: str, ask: Callable[[], Exchange]) -> Exchange:
        if (place.slot, kind) not in self._harmless:
            exchange = ask()
            self._harmless[place.slot, kind] = exchange
            if kind != "broken":
                self.usual = max(self.usual, exchange.answer.seconds)
        return self._harmless[place.slot, kind]

    # comparing

    def same(self, one: Exchange, other: Exchange, place: Place) -> bool:
        """Whether two answers say the same, but for what was put into the place and what differs each time."""
        sent = (*_texts(one, place.slot), *_texts(other, place.slot))
        return alike(view_of(one, sent, self._noisy), view_of(other, sent, self._noisy))

    def is_success(self, exchange: Exchange) -> bool:
        """Whether an answer is a success as that to the base request is."""
        steady = self.steady.answer
        return succeeded(exchange.answer, steady if succeeded(steady) else None)


def _texts(exchange: Exchange, slot: Slot) -> tuple[str, ...]:
    """What a request put into a place, as it may stand in an answer."""
    value = exchange.request.value(slot)
    if value is NOTHING:
        return ()
    return (value if isinstance(value, str) else msgspec.json.encode(value).decode(),)


def bench_of(assessment: Assessment, target: Target) -> Bench | None:
    """The operation's bench, the same for every check; None where nothing may be put into it."""
    shared = assessment.shared.setdefault("injection", {})
    if target.id not in shared:
        base = base_of(assessment, target)
        bench = Bench(assessment, target, base, places_of(assessment, target, base)) if base is not None else None
        shared[target.id] = bench
    found: Bench | None = shared[target.id]
    return found
