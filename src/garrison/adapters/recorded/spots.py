"""Where `payload` objects to recorded requests, and what stands there: by operation, place and reason."""

from typing import Final

import msgspec

from garrison.adapters.recorded.compare import MAX_EXAMPLES, Effect, client_of
from garrison.adapters.recorded.exchange import RecordedExchange
from garrison.core.event import Event
from garrison.core.ids import ControlId
from garrison.core.operation import UNDESCRIBED
from garrison.payload.usual import general

_PAYLOAD: Final = ControlId("payload")
_MAX_SPOTS: Final = 10_000
"""Spots that are told apart: names that clients make up must not fill the memory."""


class Spot(msgspec.Struct, frozen=True):
    """Texts at one place that were objected to for one reason."""

    effect: Effect
    operation: str
    place: str
    """`*` stands for the numbers of items."""
    reason: str
    count: int
    clients: int
    evidence: tuple[str, ...]
    """Signs, what had to be decoded, and the text itself with every word masked that may be somebody's; each once."""
    examples: tuple[str | int, ...]
    """Ids of the first exchanges."""


class _Counted:
    def __init__(self) -> None:
        self.count = 0
        self.clients: set[str] = set()
        self.evidence: list[str] = []
        self.examples: list[str | int] = []


class Spots:
    """All spots of some traffic."""

    def __init__(self) -> None:
        self._found: dict[tuple[Effect, str, str, str], _Counted] = {}

    def add(self, recorded: RecordedExchange, event: Event) -> None:
        """Count what `payload` objected to in one exchange."""
        enforced = Effect.REWRITTEN if event.allowed else Effect.DENIED
        for effect, reasons in ((enforced, event.reasons), (Effect.OBSERVED, event.observed)):
            for reason in reasons:
                if reason.control == _PAYLOAD:
                    key = (effect, event.operation or UNDESCRIBED, general(reason.location), str(reason.id))
                    self._count(key, recorded, client_of(recorded, event), reason.detail)

    def spots(self) -> list[Spot]:
        """What is denied first, and the most frequent first."""
        found = [
            Spot(*key, own.count, len(own.clients), tuple(own.evidence), tuple(own.examples))
            for key, own in self._found.items()
        ]
        return sorted(
            found, key=lambda each: (each.effect is not Effect.DENIED, -each.count, each.operation, each.place)
        )

    def _count(self, key: tuple[Effect, str, str, str], recorded: RecordedExchange, client: str, evidence: str) -> None:
        if key not in self._found and len(self._found) >= _MAX_SPOTS:
            return
        own = self._found.setdefault(key, _Counted())
        own.count += 1
        own.clients.add(client)
        if len(own.evidence) < MAX_EXAMPLES and evidence not in own.evidence:
            own.evidence.append(evidence)
        if len(own.examples) < MAX_EXAMPLES:
            own.examples.append(recorded.id)
