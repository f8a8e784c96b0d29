"""`exposure`: whose data goes to whom is known, and bounded. Monitors unless told to enforce.

Which parameters and fields name data subjects the contract says with `x-garrison-subject`, what fields say of them with
`x-garrison-type`. Every subject in an answer that was let through is one exposure; they stand in the event as digests,
so that the record tells afterwards, exactly, whose data went to whom. Budgets bound how many people anyone may see;
what goes beyond one does not leave.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
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
from garrison.engine.facts import Facts
from garrison.exposure.budgeting import Bill, Charge, Purse, give_back
from garrison.exposure.cutting import surplus
from garrison.exposure.seeking import Seeking
from garrison.exposure.subjects import Alone, Extractor, Found, Seen
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
        body=people.check_body if purse.counts and extractor.in_body else None,
        response_body=people.check_answer,
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

    def check_answer(self, facts: Facts) -> Outcome:
        """Note whose data the answer discloses; more people than a budget allows do not leave."""
        if facts.response_body == b"":
            return None
        alone = self._extractor.alone(facts)
        if alone is not None:
            if self._shows_one(facts, alone):
                return None
            return self._judge(facts, Seen(self._attribution, [Found(*alone)]))
        seen = self._extractor.disclosed(facts)
        if seen.is_readable and len(seen.found) == 1 and self._shows_one(facts, seen.found[0]):
            return None
        return self._judge(facts, seen)

    def _judge(self, facts: Facts, seen: Seen) -> Outcome:
        """Note everybody whom the answer discloses, and ask every budget."""
        named = self._note(facts, seen)
        facts.on_rewrite = self._look_again
        unreadable = () if seen.is_readable else (_reason("subjects-unreadable", "response"),)
        if not named:
            return unreadable or None
        bill = self._purse.bill(facts, _charges(named))
        if bill.over and self._purse.cuts and not unreadable:
            cut = self._cut(facts, named, bill)
            if cut is not None:
                return cut
        return (*unreadable, *self._purse.spend(facts, bill)) or None

    def _shows_one(self, facts: Facts, found: Alone) -> bool:
        """Note the one subject that the answer discloses. False where a budget may have no room for it."""
        kind, name, claim, types = found
        own = self._is_own(facts, Found(*found)) if claim or self._claims else None
        pseudonyms = facts.state.pseudonyms
        digest, abridged = pseudonyms.pseudonym(kind, name)
        facts.key = pseudonyms.number
        facts.attribution = self._attribution
        facts.exposed = (Disclosure(kind, (digest,), types, own),)
        facts.alone = kind, name, digest, abridged
        facts.on_rewrite = self._again
        return own is True or self._purse.pay(facts, kind, abridged)

    def _look_again(self, facts: Facts, value: Any) -> None:
        """What was taken out of the answer is disclosed to nobody, and takes no place in a budget."""
        seen = self._extractor.left(facts, value)
        named = self._note(facts, seen)
        if seen.is_readable:
            give_back(facts, {each.abridged for each in named})

    def _note(self, facts: Facts, seen: Seen) -> "list[_Named]":
        named = self._named(facts, seen.found) if seen.found else []
        facts.attribution = seen.attribution
        facts.exposed = _disclosures(named) if named else ()
        facts.told = b"".join([each.abridged for each in named if each.own is not True])
        facts.alone = None
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
        facts.key, pseudonym = pseudonyms.number, pseudonyms.pseudonym
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
