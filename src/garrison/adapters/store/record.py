"""The sink that events go to: encoded, appended to the spool, counted."""

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from garrison.adapters.store.spool import SpoolWriter
from garrison.core.decision import Disposition, FailMode
from garrison.core.errors import RecordError
from garrison.core.event import Event
from garrison.core.ids import OperationId

Counts: TypeAlias = Mapping[tuple[OperationId | None, Disposition], int]
"""Events by operation (None: not described) and disposition."""


class Recorder:
    """Records each event before the exchange's last byte leaves; may be called from every worker thread.

    Counters are plain integers that only a few bytecodes touch without a call between reading and storing, where
    the interpreter never changes threads: they are exact without a lock.
    """

    def __init__(self, writer: SpoolWriter, *, fail: FailMode) -> None:
        self._append = writer.append
        self._encode = msgspec.json.Encoder().encode_lines
        self.fail = fail
        """May be changed at any time."""
        self._counts: dict[OperationId | None, dict[Disposition, int]] = {}
        self.engine_seconds = 0.0
        """Seconds that the recorded exchanges spent in the engine."""
        self.lost = 0
        """Events of exchanges that passed although they could not be recorded (fail mode open)."""
        self.refused = 0
        """Exchanges that could not be recorded and were reported as such (fail mode closed)."""
        self.trouble = ""
        """Why the last event that was not recorded was not."""

    def record(self, event: Event) -> None:
        """Record `event`; raises RecordError in fail mode closed where that is not possible."""
        encode, append = self._encode, self._append  # to call them where they stand takes longer
        try:
            append(encode([event]))  # a line, in a buffer that need not grow
        except OSError as error:
            self._missed(error)
        else:
            counts = self._counts.get(event.operation) or self._begin(event.operation)
            counts[event.disposition] += 1
            self.engine_seconds += event.engine

    @property
    def recorded(self) -> int:
        """Events that are in the spool."""
        return sum(self.counts.values())

    @property
    def counts(self) -> Counts:
        """Recorded events by operation and disposition, as they are now."""
        return {
            (operation, disposition): count
            for operation, counts in self._counts.copy().items()
            for disposition, count in counts.items()
            if count
        }

    def _begin(self, operation: OperationId | None) -> dict[Disposition, int]:
        """The counts of an operation of which there was no event yet: whichever thread comes first begins them."""
        return self._counts.setdefault(operation, dict.fromkeys(Disposition, 0))

    def _missed(self, error: OSError) -> None:
        # The text alone: the error itself would keep the spool's segment open through its traceback.
        self.trouble = error.strerror or type(error).__name__
        if self.fail is FailMode.OPEN:
            self.lost += 1
            return
        self.refused += 1
        raise RecordError(f"the exchange cannot be recorded: {self.trouble}") from None
