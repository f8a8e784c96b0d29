"""Bills: what it costs to show somebody to somebody, and which budgets do not suffice for it."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Final, NamedTuple, TypeAlias

from garrison.core.countermeasure import Action, shown
from garrison.engine.budgets import Budgets
from garrison.engine.facts import Facts
from garrison.engine.looks import Entry, Look
from garrison.engine.measures import first
from garrison.engine.seen import Seen
from garrison.exposure.spaces import Budget, Group


class Charge(NamedTuple):
    """One subject whose data an answer discloses to somebody else."""

    kind: str
    digest: bytes
    """Abridged."""


Charges: TypeAlias = Sequence[Charge]


class Tight(NamedTuple):
    """What countermeasures leave of an exchange's budgets."""

    factor: float
    """What limits are multiplied with."""
    would: float
    """The same, if measures that are only simulated were in force."""
    by: str
    """The measure, as commands name it."""


LOOSE: Final = Tight(1.0, 1.0, "")
"""Nothing is in force: so it is with nearly every exchange."""


class Over(NamedTuple):
    """A budget that does not suffice."""

    budget: Budget
    entry: Entry
    group: Group
    limit: int
    used: int
    fresh: int
    """Subjects that would be new to it."""
    wait: int
    """Seconds until there would be room."""
    tightened: str = ""
    """The measure without which it would suffice."""


class Bill(NamedTuple):
    """What an answer costs."""

    entries: list[Entry]
    over: list[Over]
    """Budgets that refuse."""
    alerts: list[Over]
    """Budgets that only tell."""


class Room(NamedTuple):
    """What is left of the budgets that look at one table."""

    kind: str
    """Kind of the subjects that they count; empty: all."""
    before: Mapping[bytes, int]
    """When each subject was last seen; 0: never."""
    left: list[list[int]]
    """For each budget the tick after which one was seen who costs nothing, and for how many it has room."""


def tightness(facts: Facts) -> Tight:
    """What is in force of measures that tighten."""
    in_force = facts.state.measures.of_anybody(Action.TIGHTEN, facts)
    found = first(sorted(in_force, key=lambda each: each.factor))
    if found.enforced is not None:
        factor = found.enforced.factor
        return Tight(factor, factor, shown(found.enforced))
    return Tight(1.0, found.simulated.factor, shown(found.simulated)) if found.simulated is not None else LOOSE


def is_plain(group: Group, entry: Entry, now: float) -> bool:
    """Whether no budget can be exceeded, as with nearly every answer: all were seen within the shortest window, or
    there is room under the tightest limit, whatever has left which window."""
    seen = entry.seen
    if seen is None:
        return len(entry.digests) <= group.tightest
    if len(seen.recent) + seen.lost + len(entry.digests) <= group.tightest:
        return True
    return seen.floors is None and min(entry.left) > max(0.0, max(now, seen.latest) - group.shortest)


def is_known(budgets: Budgets, group: Group, look: Look, digest: bytes, now: float) -> bool:
    """Whether the one subject was seen within the shortest window, and so costs nothing."""
    seen, before = look[2], look[3]
    if seen is None or seen.floors is not None or budgets.is_waiting(seen, digest):
        return False
    return before > max(0.0, max(now, seen.latest) - group.shortest)


def over_of(
    facts: Facts, group: Group, entry: Entry, asked: tuple[Budget, int, int], factor: float = 1.0
) -> Over | None:
    """Whether a budget, whose window begins at a tick, suffices for so many who are new to it.

    Those among them whom another answer is about to show are counted already.
    """
    budget, begins, fresh = asked
    seen, now = entry.seen, facts.now
    limit = budget.limit_for(facts.principal, seen.first if seen is not None else 0, now)
    if factor < 1.0:
        limit = int(limit * factor)
    if seen is None:
        return None if fresh <= limit else Over(budget, entry, group, limit, 0, fresh, budget.window)
    more = sum([was <= begins for was in entry.before])
    if len(seen.recent) + seen.lost + more <= limit:
        return None  # whatever of it lies in this window
    used = seen.used(budget.window, begins)
    if used + more <= limit:
        return None
    return Over(budget, entry, group, limit, used, fresh, _wait(seen, budget, begins, used + more - limit, now))


def over_tightened(
    facts: Facts, group: Group, entry: Entry, asked: tuple[Budget, int, int], tight: Tight
) -> Over | None:
    """Whether a budget that suffices would not once it is tightened. Nobody is held for that: a measure ends."""
    budget = asked[0]
    if not budget.refuses:
        return None
    over = over_of(facts, group, entry, asked, tight.would)
    if over is None:
        return None
    is_simulated = tight.factor == 1.0
    then = "alert" if is_simulated else "deny" if budget.then == "hold" else budget.then
    return over._replace(budget=budget._replace(then=then), tightened=tight.by)


def _wait(seen: Seen, budget: Budget, begins: int, surplus: int, now: float) -> int:
    """Seconds until `surplus` of those in the window have left it."""
    if surplus > seen.recent.count(budget.window, begins):
        return budget.window
    return max(1, ceil(seen.recent.moment(begins, surplus - 1) + budget.window - now))


def counted(group: Group, charges: Charges) -> int:
    """How many of those to be shown a group of budgets counts."""
    return sum([not group.kind or each.kind == group.kind for each in charges])
