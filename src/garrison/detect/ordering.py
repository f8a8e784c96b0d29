"""The order in which a detector takes events: that in which they ended, then by id."""

import heapq
from collections.abc import Iterable, Iterator

from garrison.core.event import Event


def as_ended(events: Iterable[Event]) -> Iterator[Event]:
    """`events`, which come in the order in which they began, as they ended. Only those are held that overlap."""
    waiting: list[tuple[float, str, Event]] = []
    for event in events:
        while waiting and waiting[0][0] < event.time:
            yield heapq.heappop(waiting)[2]
        heapq.heappush(waiting, (event.ended, event.id, event))
    while waiting:
        yield heapq.heappop(waiting)[2]
