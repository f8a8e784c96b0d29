"""Budgets at work in one operation: who is held is kept out, what goes beyond a budget does not leave.

Whoever is shown again within a window costs nothing there, nor do one's own data. The places that an answer needs are
taken when it is judged, and given back where it did not leave.
"""

from collections.abc import Container, Iterator, Sequence
from functools import partial

from msgspec.structs import replace

from garrison.config.exposure import ExposureSettings
from garrison.core.decision import Mode, Reason
from garrison.core.operation import Operation
from garrison.core.principal import ANONYMOUS
from garrison.engine.budgets import Budgets
from garrison.engine.control import Reasons
from garrison.engine.facts import Facts
from garrison.engine.limits import LONGEST_KEY
from garrison.engine.looks import Entry, Look, Taken
from garrison.engine.measures import simulated_reason
from garrison.engine.parties import stranger
from garrison.engine.seen import Seen
from garrison.engine.space import Space
from garrison.exposure.bills import (
    LOOSE,
    Bill,
    Charges,
    Over,
    Room,
    Tight,
    counted,
    is_known,
    is_plain,
    over_of,
    over_tightened,
    tightness,
)
from garrison.exposure.spaces import Group, groups_for

HELD = "held until released"
"""What the detail of a reason ends with whose principal is held from then on."""

_NOTHING: tuple[Group, ...] = ()
_ORDER = {"hold": 0, "deny": 1, "throttle": 2}
"""The first reason decides what a client gets: that it may come again only where nothing else forbids it."""


class Purse:
    """The budgets of one operation."""

    def __init__(self, operation: Operation | None, own: ExposureSettings, reasons: Reasons) -> None:
        self._operation = operation.id if operation is not None else ""
        self._groups = groups_for(operation, own)
        self._holding = tuple(
            (group, frozenset(names))
            for group in self._groups
            if (names := [each.name for each in group.budgets if each.then == "hold"])
        )
        self._reasons = reasons
        # Where the one group counts, as it was looked up last:
        self.form: object = self
        """Another object than `Budgets.form` where `find` must look up anew what follows."""
        self.space = Space()
        """Where the budgets count, where that is one space."""
        self.most = 0
        """How many a key may have seen there while no budget needs a closer look."""
        self._kind = self._groups[0].kind if self._groups else ""
        self._by_party = bool(self._groups) and self._groups[0].per == "principal"
        self.calm: object = self
        """As long as this is `Budgets.calm`, nobody needs to be looked at before the answer is known: so it is with
        nearly every request. Itself before anything was looked up."""
        self._enforces = own.mode is Mode.ENFORCE
        self.cuts = own.lists == "cut" and self._enforces
        """Whether items of lists are taken out that go beyond a budget."""

    @property
    def counts(self) -> bool:
        """Whether any budget counts the operation."""
        return bool(self._groups)

    @property
    def can_be_calm(self) -> bool:
        """Whether nobody needs to be looked at beforehand while `Budgets.calm` is not None: not where nobody may be
        shown anybody."""
        return all(group.least for group in self._groups)

    def counts_by_party(self, kind: str) -> bool:
        """Whether one table is all that counts whoever is shown subjects of a kind, and `Facts.party` is its key."""
        return len(self._groups) == 1 and self._by_party and self._kind in {"", kind}

    @property
    def holds(self) -> bool:
        """Whether anybody may be kept out."""
        return bool(self._holding)

    def check_held(self, facts: Facts) -> Reason | None:
        """Who is held is kept out."""
        budgets = facts.state.budgets
        if not budgets.holds:
            return None
        for group, names in self._holding:
            space = budgets.space(group.space, group.horizon, group.keep, group.least)
            seen = budgets.find(space, self._key(group, facts))
            if seen is not None and seen.held and (held := sorted(names.intersection(seen.held))):
                return self._reasons("budget-held", "", ", ".join(f"`{name}`" for name in held))
        return None

    def exhausted(self, facts: Facts) -> tuple[Group, ...]:
        """Those of whose budgets one that refuses may have nothing left: whoever is new to it is refused beforehand.

        Where budgets are only monitored there are none: the answer will tell, and nothing is told twice.
        """
        found = _NOTHING
        if not self._enforces:
            return found
        budgets = facts.state.budgets
        is_loose = not facts.state.measures.tightens or tightness(facts).factor == 1.0
        for group in self._groups:
            space = budgets.space(group.space, group.horizon, group.keep, group.least)
            if is_loose and not space.is_tight and group.least:
                continue
            seen = budgets.find(space, self._key(group, facts))
            least = group.least if is_loose else 0  # whoever is tightened is looked at more closely
            if least == 0 or (seen is not None and len(seen.recent) + seen.lost >= least):
                found += (group,)
        return found

    def check_asked(self, facts: Facts, charges: Charges, location: str) -> tuple[Reason, ...]:
        """A request for these is refused where nothing is left for any of them; where lists are cut, for all."""
        over = [each for each in self.bill(facts, charges).over if each.used >= each.limit]
        if self.cuts:
            over = [each for each in over if each.fresh == counted(each.group, charges)]
        if not over:
            return ()
        reasons = self._reasons_of(facts, over, location)
        if self._enforces:
            facts.on_close += (partial(_hold, facts, over, reasons),)
        return reasons

    def pay(self, facts: Facts, kind: str, digest: bytes) -> str | None:
        """One subject is about to be shown, within all budgets as with nearly every answer. None where one of them
        must be looked at more closely: nothing is taken then. Else under which name of theirs the principal paid, or
        nobody's."""
        state = facts.state
        if state.measures.tightens and tightness(facts) is not LOOSE:
            return None
        budgets = state.budgets
        if budgets.form is not self.form:
            self.find(budgets)
        if len(self._groups) != 1 or (self._kind and self._kind != kind):
            return self.pay_each(facts, kind, digest)
        if self._by_party and facts.principal is ANONYMOUS:
            key = stranger(facts.request.peer.address)
        else:
            key = self._key(self._groups[0], facts)
        seen = budgets.take_within(self.space, key, digest, facts.now, self.most)
        if seen is None:
            return self.pay_each(facts, kind, digest)
        if seen:
            facts.taken += ((seen, digest),)
        return key if self._by_party else ""

    def find(self, budgets: Budgets) -> None:
        """Look up where the budgets count, where that is one space."""
        form = budgets.form  # as it is beforehand: what changes meanwhile is looked up with the next
        for group in self._groups:
            space = budgets.space(group.space, group.horizon, group.keep, group.least)
            if len(self._groups) == 1:
                self.space, self.most = space, min(space.most, group.tightest)
                self.calm = (budgets.calm if group.least else None) or self
        self.form = form

    def pay_each(self, facts: Facts, kind: str, digest: bytes) -> str | None:
        """As `pay`, whatever is in force, of each group of budgets by itself."""
        budgets, now = facts.state.budgets, facts.now
        looks: tuple[Look, ...] = ()
        for group in self._groups:
            if group.kind and group.kind != kind:
                continue
            space = budgets.space(group.space, group.horizon, group.keep, group.least)
            key = self._key(group, facts)
            look = budgets.look_one(space, key, digest)
            if look[4] >= group.tightest and not is_known(budgets, group, look, digest, now):
                return None
            looks += (look,)
        for look in looks:
            facts.taken += tuple(budgets.take_one(look, digest, now))
        return ""

    def bill(self, facts: Facts, charges: Charges) -> Bill:
        """What it costs to show these, each once."""
        bill = Bill([], [], [])
        budgets, now = facts.state.budgets, facts.now
        tight = tightness(facts) if facts.state.measures.tightens else LOOSE
        for group in self._groups:
            digests = [each.digest for each in charges if not group.kind or each.kind == group.kind]
            if not digests:
                continue
            space = budgets.space(group.space, group.horizon, group.keep, group.least)
            entry = budgets.look(space, self._key(group, facts), digests)
            bill.entries.append(entry)
            if tight is not LOOSE or not is_plain(group, entry, now):
                self._weigh(facts, entry, bill, (group, tight))
        if len(bill.over) > 1:
            bill.over.sort(key=lambda each: _ORDER[each.budget.then])
        return bill

    @staticmethod
    def _weigh(facts: Facts, entry: Entry, bill: Bill, by: tuple[Group, Tight]) -> None:
        group, tight = by
        seen, now = entry.seen, facts.now
        for budget in group.budgets:
            begins, known = seen.bounds(budget.name, budget.window, now) if seen is not None else (0, 0)
            fresh = sum([was <= known for was in entry.left])
            if not fresh:
                continue
            asked = budget, begins, fresh
            over = over_of(facts, group, entry, asked)
            if over is None and tight is not LOOSE:
                over = over_tightened(facts, group, entry, asked, tight)
            if over is not None:
                (bill.over if over.budget.refuses else bill.alerts).append(over)

    def rooms(self, facts: Facts, charges: Charges) -> list[Room]:
        """What is left of each budget that refuses, for showing some of these."""
        found = []
        budgets, now = facts.state.budgets, facts.now
        factor = tightness(facts).factor if facts.state.measures.tightens else 1.0
        digests = list({each.digest for each in charges})
        for group in self._groups:
            space = budgets.space(group.space, group.horizon, group.keep, group.least)
            seen = budgets.find(space, self._key(group, facts)) or Seen(0)
            left = []
            for budget in group.budgets:
                if budget.refuses:
                    begins, known = seen.bounds(budget.name, budget.window, now)
                    limit = int(budget.limit_for(facts.principal, seen.first, now) * factor)
                    left.append([known, limit - seen.used(budget.window, begins)])
            before = dict(zip(digests, seen.recent.all_last_seen(digests), strict=True))
            found.append(Room(group.kind, before, left))
        return found

    def spend(self, facts: Facts, bill: Bill) -> tuple[Reason, ...]:
        """An answer that costs `bill` is about to leave: why it must not, if it must not."""
        self.alert(facts, bill)
        reasons = self._reasons_of(facts, bill.over, "response")
        if reasons and self._enforces:
            facts.on_close += (partial(_refused, facts, bill, reasons),)
        elif bill.entries:
            facts.taken += tuple(facts.state.budgets.take(bill.entries, facts.now))
        return reasons

    def spend_cut(self, facts: Facts, whole: Bill, rest: Bill) -> tuple[Reason, ...]:
        """An answer that costs `whole` is cut to what costs `rest`: why it is."""
        self.alert(facts, rest)
        reasons = self._reasons_of(facts, whole.over, "response")
        taken = facts.state.budgets.take(rest.entries, facts.now)
        facts.on_close += (partial(_cut, facts, (whole, taken), reasons),)
        return reasons

    def alert(self, facts: Facts, bill: Bill) -> None:
        """Have on record what goes beyond budgets that only tell."""
        if bill.alerts:
            facts.noted += tuple([self._reason(each, "response") for each in bill.alerts])

    def _reasons_of(self, facts: Facts, over: Sequence[Over], location: str) -> tuple[Reason, ...]:
        waits = [each.wait for each in over if each.budget.then == "throttle"]
        if waits and self._enforces:
            facts.refusal_headers += ((429, "retry-after", str(max(waits))),)
        return tuple([self._reason(each, location) for each in over])

    def _reason(self, over: Over, location: str) -> Reason:
        budget = over.budget
        detail = f"`{budget.name}`: {over.used} of {over.limit} in {budget.span}, {over.fresh} more"
        if over.tightened:
            reason = self._reasons("budget-tightened", location, f"{detail}, tightened by `{over.tightened}`")
            reason = reason if budget.refuses else simulated_reason(reason)
        else:
            held = f", {HELD}" if budget.then == "hold" and self._enforces else ""
            reason = self._reasons("budget-exceeded", location, detail + held)
        return replace(reason, status=429) if budget.then == "throttle" else reason

    def _key(self, group: Group, facts: Facts) -> str:
        principal = facts.principal
        if group.per == "principal":  # as below, at once
            if principal is ANONYMOUS:
                return stranger(facts.request.peer.address)
            if len(principal.id) <= LONGEST_KEY:
                return principal.id
        who = "" if principal is ANONYMOUS else principal.id
        return group.key(who, principal.client, facts.request.peer.address, self._operation)


def give_back(facts: Facts, left: Container[bytes]) -> None:
    """What an answer took for others than those `left` in it is given back: another control took them out."""
    gone = [place for place in facts.taken if place[1] not in left]
    if gone:
        facts.state.budgets.give_back(gone)
        facts.taken = tuple([place for place in facts.taken if place[1] in left])


def _hold(facts: Facts, over: Sequence[Over], reasons: Sequence[Reason]) -> None:
    """Whose budget was exceeded that holds, is held: where the event says so, so that a restart finds the same."""
    for each, reason in zip(over, reasons, strict=True):
        if each.budget.then == "hold" and reason in facts.reasons:
            facts.state.budgets.hold(each.entry.space, each.entry.key, each.budget.name, facts.now)


def _refused(facts: Facts, bill: Bill, reasons: Sequence[Reason]) -> None:
    _hold(facts, bill.over, reasons)
    if facts.has_left:  # there was an exception for it
        _note(facts, bill.entries)


def _cut(facts: Facts, cut: tuple[Bill, Taken], reasons: Sequence[Reason]) -> None:
    whole, taken = cut
    _hold(facts, whole.over, reasons)
    facts.state.budgets.settle(taken, has_left=facts.has_left)
    if facts.has_left and not any(
        reason in facts.reasons for reason in reasons
    ):  # there was an exception for it: all of it has left
        _note(facts, whole.entries)


def _note(facts: Facts, entries: Sequence[Entry]) -> None:
    for entry in entries:
        facts.state.budgets.note(entry.space, entry.key, entry.digests, facts.now)


def names_of(reasons: Sequence[Reason]) -> Iterator[str]:
    """Names of the budgets for whose sake these reasons of an event hold somebody."""
    for reason in reasons:
        if reason.id == "budget-exceeded" and reason.detail.endswith(HELD):
            yield reason.detail.split("`")[1]
