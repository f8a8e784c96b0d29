"""`exposure`: whose data goes to whom is known, and bounded. Monitors unless told to enforce.

Which parameters and fields name data subjects the contract says with `x-garrison-subject`, what fields say of them with
`x-garrison-type`. Every subject in an answer that was let through is one exposure; they stand in the event as digests,
so that the record tells afterwards, exactly, whose data went to whom. Budgets bound how many people anyone may see;
what goes beyond one does not leave.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from garrison.config.controls import ControlsSettings
from garrison.config.exposure import ExposureSettings
from garrison.contract.catalogue import CompiledOperation
from garrison.core.decision import Mode, Outcome, Rewrite
from garrison.core.document import JsonDocument
from garrison.core.exposure import Disclosure
from garrison.core.ids import ControlId
from garrison.core.principal import ANONYMOUS
from garrison.engine.composed import without_items
from garrison.engine.control import Checks, ControlSpec, Reasons, ReasonSpec
from garrison.engine.exposed import Exposed
from garrison.engine.facts import Facts
from garrison.engine.parties import STRANGERS
from garrison.exposure.bills import Bill, Charge
from garrison.exposure.budgeting import Purse, give_back
from garrison.exposure.cutting import surplus
from garrison.exposure.seeking import Seeking
from garrison.exposure.subjects import Extractor, Found, Seen
from garrison.identity.grants import has_claim

_ID = ControlId("exposure")

_reason = Reasons(
    _ID,
    ReasonSpec(
        "budget-exceeded", 403, "more people than a budget allows; of a budget that throttles the status is 429"
    ),
    ReasonSpec("budget-tightened", 403, "more people than is left of a budget while a countermeasure tightens it"),
    ReasonSpec("budget-held", 403, "a principal who went beyond a budget and was not released since"),
    ReasonSpec("subjects-unreadable", 502, "an answer of which it cannot be told whose data it discloses"),
)


def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
    """Where nothing says that an operation is about anybody, only those are kept out who are held."""
    own = settings.exposure
    purse = Purse(operation.operation if operation is not None else None, own, _reason)
    extractor = Extractor(operation, own) if operation is not None else None
    if operation is None or extractor is None:
        return Checks(head=purse.check_held if purse.holds else None)
    end = Seeking(operation, extractor if extractor.finds else None, settings).end
    if not extractor.finds:
        return Checks(head=purse.check_held if purse.holds else None, end=end)
    people = _People(extractor, own, purse)
    return Checks(
        head=people.check_head if purse.counts else None,
        dormant=(people.check_head,) if purse.can_be_calm else (),
        body=people.check_body if purse.counts and extractor.in_body else None,
        response_body=people.plain_check() if people.is_plain else people.check_answer,
        wants_response=_wants,
        end=end,
    )


class _People:
    """The data subjects of one operation's answers."""

    def __init__(self, extractor: Extractor, own: ExposureSettings, purse: Purse) -> None:
        self._extractor = extractor
        self._purse = purse
        self._attribution = extractor.attribution
        self._asks = extractor.in_parameters
        self._again = self._look_again
        self._claims = {kind: each.claim for kind, each in own.kinds.items() if each.claim}
        self._kind_sought = extractor.lone[2] if extractor.lone is not None else ""
        plain = extractor.plain
        self.is_plain = (
            plain is not None
            and plain.kind not in self._claims
            and self._kind_sought in {"", plain.kind}
            and purse.counts_by_party(plain.kind)
        )
        """Whether `plain_check` says the same as `check_answer`."""
        if plain is not None:
            self._plain = plain

    def check_head(self, facts: Facts) -> Outcome:
        """Who is held is refused, and who asks for somebody new while nothing is left."""
        state = facts.state
        if state.budgets.calm is self._purse.calm and not state.measures.tightens:
            return None
        if facts.state.budgets.holds and (held := self._purse.check_held(facts)) is not None:
            return held
        return self._asked(facts, "") if self._asks else None

    def check_body(self, facts: Facts) -> Outcome:
        """The same of those whom the request's body names."""
        return self._asked(facts, "body")

    def plain_check(self) -> Callable[[Facts], Outcome]:
        """`check_answer`, of the one answer that an operation describes, about somebody who is nobody's own; only where
        `is_plain`. What is known at load is at hand in it."""
        schema, take, kind, types = self._plain
        attribution, again, purse, check_answer = self._attribution, self._again, self._purse, self.check_answer

        def check(facts: Facts) -> Outcome:
            state = facts.state
            if facts.announced.body_schema is not schema or state.measures.tightens:
                return check_answer(facts)
            try:
                held = take(facts.response_document.value)  # type: ignore[union-attr]  # to ask beforehand costs more
            except (AttributeError, KeyError, TypeError):
                return check_answer(facts)  # no JSON text, no object, or not all of it is there
            name = held[0]
            if type(name) is not str or not all(held):
                return check_answer(facts)
            pseudonyms, budgets = state.pseudonyms, state.budgets
            digest, told = pseudonyms.pseudonym(kind, name)
            if budgets.form is not purse.form:
                purse.find(budgets)
            party = STRANGERS[facts.request.peer.address] if facts.principal is ANONYMOUS else facts.party
            seen = budgets.take_within(purse.space, party, told, facts.now, purse.most)
            if seen is None and purse.pay_each(facts, kind, told) is None:  # a budget may have no room
                return self._judge(facts, Seen(attribution, [Found(kind, name, "", types)]))
            disclosures = (Disclosure(kind, (digest,), types),)
            facts.exposed = Exposed(attribution, disclosures, pseudonyms.number, told, again, name, party, seen or None)
            return None

        return check

    def check_answer(self, facts: Facts) -> Outcome:
        """Note whose data the answer discloses; more people than a budget allows do not leave."""
        alone, seen = self._extractor.alone(facts), None
        if alone is None:
            if facts.response_body == b"":
                return None
            seen = self._extractor.disclosed(facts)
            if not seen.is_readable or len(seen.found) != 1:
                return self._judge(facts, seen)
            alone = seen.found[0]
        # One subject, as with nearly every answer: what follows says the same as `_judge`.
        kind, name, claim, types = alone
        own = self._is_own(facts, Found(*alone)) if claim or self._claims else None
        pseudonyms = facts.state.pseudonyms
        digest, abridged = pseudonyms.pseudonym(kind, name)
        told, payer = (b"", "") if own is True else (abridged, self._purse.pay(facts, kind, abridged))
        if payer is None:  # a budget may have no room
            return self._judge(facts, seen or Seen(self._attribution, [Found(*alone)]))
        disclosures = (Disclosure(kind, (digest,), types, own),)
        if self._kind_sought and kind != self._kind_sought:
            name = ""
        facts.exposed = Exposed(self._attribution, disclosures, pseudonyms.number, told, self._again, name, payer)
        return None

    def _judge(self, facts: Facts, seen: Seen) -> Outcome:
        """Note everybody whom the answer discloses, and ask every budget."""
        named = self._note(facts, seen)
        unreadable = () if seen.is_readable else (_reason("subjects-unreadable", "response"),)
        if not named:
            return unreadable or None
        bill = self._purse.bill(facts, _charges(named))
        if bill.over and self._purse.cuts and not unreadable:
            cut = self._cut(facts, named, bill)
            if cut is not None:
                return cut
        return (*unreadable, *self._purse.spend(facts, bill)) or None

    def _look_again(self, facts: Facts, value: Any) -> None:
        """What was taken out of the answer is disclosed to nobody, and takes no place in a budget."""
        if facts.exposed.seen is not None:
            facts.taken += ((facts.exposed.seen, facts.exposed.told),)
        seen = self._extractor.left(facts, value)
        named = self._note(facts, seen)
        if seen.is_readable:
            give_back(facts, {each.abridged for each in named})

    def _note(self, facts: Facts, seen: Seen) -> "list[_Named]":
        named = self._named(facts, seen.found) if seen.found else []
        told = b"".join([each.abridged for each in named if each.own is not True])
        key = facts.state.pseudonyms.number if named else 0
        facts.exposed = Exposed(seen.attribution, _disclosures(named), key, told, self._again)
        return named

    def _asked(self, facts: Facts, location: str) -> Outcome:
        if not self._purse.exhausted(facts):
            return None
        charges = _charges(self._named(facts, self._extractor.asked(facts)))
        return self._purse.check_asked(facts, charges, location) or None

    def _cut(self, facts: Facts, named: "Sequence[_Named]", bill: Bill) -> Rewrite | None:
        """The answer without the items that no budget has room for; None where that is not enough, or where it is not
        one JSON value."""
        if not isinstance(facts.response_document, JsonDocument):
            return None
        value = facts.response_document.value
        charges = {(each.found.kind, each.found.name): each.charge for each in named if each.own is not True}
        placed = [
            (way, charges[kind, name])
            for way, kind, name in self._extractor.placed(facts, value)
            if (kind, name) in charges
        ]
        fixed = set(charges.values()).difference([charge for _, charge in placed])
        ways = surplus(placed, tuple(fixed), self._purse.rooms(facts, tuple(charges.values())))
        if not ways:
            return None
        left = self._named(facts, self._extractor.left(facts, without_items(value, ways)).found)
        rest = self._purse.bill(facts, _charges(left))
        if rest.over:
            return None
        reasons = self._purse.spend_cut(facts, bill, rest)
        return Rewrite(reasons[0], msgspec.json.encode(value), cut=tuple(ways))

    def _named(self, facts: Facts, found: Iterable[Found]) -> "list[_Named]":
        pseudonyms = facts.state.pseudonyms
        pseudonym = pseudonyms.pseudonym
        if self._claims:
            return [_Named(each, self._is_own(facts, each), *pseudonym(each.kind, each.name)) for each in found]
        return [  # as nearly everywhere, and there may be thousands
            _Named(each, self._is_own(facts, each) if each.claim else None, *pseudonym(each.kind, each.name))
            for each in found
        ]

    def _is_own(self, facts: Facts, found: Found) -> bool | None:
        claim = found.claim or self._claims.get(found.kind, "")
        if not claim:
            return None
        return facts.principal is not ANONYMOUS and has_claim(facts.principal, claim, found.name)


class _Named(NamedTuple):
    """A subject, and what stands for it."""

    found: Found
    own: bool | None
    digest: str
    abridged: bytes

    @property
    def charge(self) -> Charge:
        """What it costs."""
        return Charge(self.found.kind, self.abridged)


def _charges(named: Iterable[_Named]) -> list[Charge]:
    """What it costs to show these: of oneself nothing."""
    return [Charge(found.kind, abridged) for found, own, _, abridged in named if own is not True]


def _disclosures(named: Iterable[_Named]) -> tuple[Disclosure, ...]:
    groups: defaultdict[tuple[str, tuple[str, ...], bool | None], list[str]] = defaultdict(list)
    for found, own, digest, _ in named:
        groups[found.kind, found.types, own].append(digest)
    return tuple([Disclosure(kind, tuple(digests), types, own) for (kind, types, own), digests in groups.items()])


def _wants(facts: Facts) -> bool:
    response = facts.response
    return response is not None and response.has_body and 200 <= response.status < 300


CONTROL = ControlSpec(
    id=_ID,
    title="Whose data goes to whom is known and bounded",
    kind="objector",
    reasons=_reason,
    compile=compile_checks,
    default_mode=Mode.MONITOR,
    tags=("API3:2023", "API6:2023", "CWE-200", "CWE-359", "REC-API-7", "REC-API-21", "REC-API-22", "REC-API-24"),
)
