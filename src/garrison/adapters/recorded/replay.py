"""Replays traffic: every exchange through one policy, or through two and compared."""

from collections.abc import Iterable

from garrison.adapters.recorded.compare import Differences, Outcomes, is_measured, is_same_decision
from garrison.adapters.recorded.exchange import Entry, RecordedExchange, Unreadable
from garrison.adapters.recorded.play import Played, play
from garrison.adapters.recorded.spots import Spots
from garrison.adapters.recorded.texts import Texts
from garrison.engine.plan import Policy

MAX_UNREADABLE = 20
"""Unreadable entries that are kept to be shown; a file of another kind has nothing else in it."""


class Replayed:
    """What came of it."""

    def __init__(self, *, compares: bool) -> None:
        """Nothing replayed yet; `compares` says that there will be a second policy."""
        self.exchanges = 0
        self.outcomes = Outcomes()
        self.spots = Spots()
        """Where texts leave their place, under the first policy."""
        self.differences = Differences() if compares else None
        self.unreadable: list[Unreadable] = []
        """The first of the entries that are no exchanges."""
        self.missing: dict[str, int] = {}
        """How often a policy wanted to see what the record does not hold."""
        self.as_recorded = 0
        """Exchanges decided as they were when they happened, of those of which that is known."""
        self.unlike_recorded: list[str | int] = []
        """Ids of those that are decided otherwise."""
        self.measured = 0
        """Exchanges in which a countermeasure had a say when they happened: none is played, and so none is compared."""

    @property
    def finds(self) -> bool:
        """Whether there is something to look at."""
        if self.unreadable:
            return True
        if self.differences is not None:
            return any(self.differences.by_change.values())
        return bool(self.outcomes.groups())

    def add(self, recorded: RecordedExchange, first: Played, second: Played | None) -> None:
        """Count one exchange."""
        self.exchanges += 1
        self.outcomes.add(recorded, first.event)
        self.spots.add(recorded, first.event)
        missing = {first.missing, second.missing if second is not None else ""} - {""}
        for part in missing:
            self.missing[part] = self.missing.get(part, 0) + 1
        if recorded.event is not None:
            if is_measured(recorded.event):
                self.measured += 1
            elif is_same_decision(recorded.event, first.event):
                self.as_recorded += 1
            else:
                self.unlike_recorded.append(recorded.id)
        if second is not None and self.differences is not None:
            self.differences.add(recorded, first.event, second.event)


def replay(
    entries: Iterable[Entry], policy: Policy, other: Policy | None = None, texts: Texts | None = None
) -> Replayed:
    """Play every exchange among `entries` through `policy`, and through `other` where there is one; `texts` learns from
    what was served."""
    result = Replayed(compares=other is not None)
    for entry in entries:
        match entry:
            case RecordedExchange():
                first = play(policy, entry)
                result.add(entry, first, play(other, entry) if other is not None else None)
                if texts is not None:
                    texts.add(entry, first.event)
            case Unreadable():
                if len(result.unreadable) < MAX_UNREADABLE:
                    result.unreadable.append(entry)
    return result
