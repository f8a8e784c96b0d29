"""The engine's door for evaluation: one answer for each request of a file, nothing else looked at."""

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from garrison.adapters.recorded.exchange import Entry, RecordedExchange, Unreadable
from garrison.adapters.recorded.play import decide_request
from garrison.core.event import Event
from garrison.core.ids import ReasonId
from garrison.engine.plan import Policy

UNREADABLE = ReasonId("unreadable-input")
"""The reason of an entry that is no request: what cannot be read is not let pass."""


class Inspected(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is decided on one request, as `garrison inspect` prints it."""

    id: str | int | None
    """As the request's own entry has it; `line 7` where it has none; null where it cannot even be read."""
    decision: Literal["allow", "deny"]
    reasons: tuple[ReasonId, ...]
    """Ids of the enforced objections, each once, in the order of the plan."""
    observed: tuple[ReasonId, ...] = ()
    """Objections in monitor mode."""
    detail: str = ""
    """Why an entry could not be read, and where it stands."""


def inspect(policy: Policy, entries: Iterable[Entry]) -> Iterator[Inspected]:
    """An answer for each entry, in order."""
    for entry in entries:
        match entry:
            case RecordedExchange():
                yield _answer(entry.id, decide_request(policy, entry))
            case Unreadable():
                yield Inspected(entry.id, "deny", (UNREADABLE,), detail=f"{entry.place}: {entry.why}")


def _answer(name: str | int, event: Event) -> Inspected:
    reasons = tuple(dict.fromkeys([reason.id for reason in event.reasons]))
    observed = tuple(dict.fromkeys([reason.id for reason in event.observed]))
    return Inspected(name, "allow" if event.allowed else "deny", reasons, observed)
