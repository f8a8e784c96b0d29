"""A detector that is simple enough to know what it finds."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from garrison.core.detection import Confidence, Detection, Named, RuleId, Severity
from garrison.core.event import Event
from garrison.core.ids import OperationId


class EveryThird:
    """Each third event of a peer is a detection. What was counted is what it knows."""

    groups = dropped = 0

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.fed: list[str] = []

    def feed(self, event: Event) -> Sequence[Detection]:
        self.fed.append(event.id)
        self.counts[event.peer] += 1
        count = self.counts[event.peer]
        if count % 3:
            return ()
        named = Named(peers=(event.peer,), operations=(OperationId(event.operation or ""),))
        return [
            Detection(
                f"{event.peer} {event.id}",
                event.ended,
                event.ended,
                RuleId("enumeration"),
                "Enumeration",
                Severity.HIGH,
                Confidence.HIGH,
                (("peer", event.peer),),
                count,
                named,
                (event.id,),
            )
        ]

    def advance(self, now: float) -> Sequence[Detection]:
        del now
        return ()

    def snapshot(self) -> bytes:
        return msgspec.json.encode(self.counts)

    def restore(self, snapshot: bytes) -> None:
        self.counts = Counter(msgspec.json.decode(snapshot, type=dict[str, int]))
