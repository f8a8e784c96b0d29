"""What the engine inside Envoy says of itself: its status file, rewritten once a second beside the traffic."""

import os
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from garrison.adapters.envoy.session import EngineExchanges
from garrison.adapters.lookups.lookups import Lookups
from garrison.adapters.status import GATEWAY, Exchanges, GatewayStatus, Heartbeat, now, read_status
from garrison.adapters.store.kept import KeptState
from garrison.adapters.store.record import Recorder

CIRCUIT_BREAKER: Final = "circuit-breaker"
"""The control that watches a third party."""


class Vitals:
    """Counts on where the Envoy before this one stopped, so that the guard's counters outlive a crash."""

    def __init__(
        self,
        data: Path,
        exchanges: EngineExchanges,
        recorder: Recorder,
        lookups: Lookups,
        samples_lost: Callable[[], int],
        kept: KeptState | None,
    ) -> None:
        """Begin to write the status file in the data directory `data`."""
        self._lookups = lookups
        self._samples_lost = samples_lost
        self._kept = kept
        self._exchanges = exchanges
        self._recorder = recorder
        self._before = read_status(data, GATEWAY, GatewayStatus)
        self._started = now()
        self._heartbeat = Heartbeat(data, GATEWAY, self.status)

    def status(self) -> GatewayStatus:
        """As it is now."""
        policy, recorder = self._exchanges.policy, self._recorder
        watches = any(entry.control == CIRCUIT_BREAKER and entry.phases for entry in policy.undescribed.entries)
        mine = GatewayStatus(
            pid=os.getpid(),
            started=self._started,
            updated=now(),
            mode=policy.mode,
            policy=policy.digest,
            operations=len(policy.plans),
            recorded=recorder.recorded,
            lost=recorder.lost,
            refused=recorder.refused,
            trouble=recorder.trouble,
            samples_lost=self._samples_lost(),
            state_lost=self._kept.lost if self._kept is not None else 0,
            engine_seconds=recorder.engine_seconds,
            exchanges=_counted({(one or "", two): count for (one, two), count in recorder.counts.items()}),
            issuers=self._lookups.issuers,
            services=self._lookups.services,
            third_party=policy.state.upstream if watches else "",
            circuit=policy.state.circuit.picture() if watches else None,
        )
        return mine if self._before is None else _after(self._before, mine)

    def close(self) -> None:
        """Write it for the last time."""
        self._heartbeat.close()


def _after(before: GatewayStatus, mine: GatewayStatus) -> GatewayStatus:
    counts: Counter[tuple[str, str]] = Counter()
    for status in (before, mine):
        for one in status.exchanges:
            counts[one.operation, one.disposition] += one.count
    return msgspec.structs.replace(
        mine,
        recorded=before.recorded + mine.recorded,
        lost=before.lost + mine.lost,
        refused=before.refused + mine.refused,
        trouble=mine.trouble or before.trouble,
        samples_lost=before.samples_lost + mine.samples_lost,
        state_lost=before.state_lost + mine.state_lost,
        engine_seconds=before.engine_seconds + mine.engine_seconds,
        exchanges=_counted(counts),
    )


def _counted(counts: Mapping[tuple[str, str], int]) -> tuple[Exchanges, ...]:
    return tuple(Exchanges(operation, disposition, count) for (operation, disposition), count in counts.items())
