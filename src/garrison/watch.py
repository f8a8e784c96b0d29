"""The watch process: `python -m garrison.watch DATA`, started and kept running by `garrison guard`.

It reads events as they come, hands them to whoever listens (`Tap`) and to the lookout, which detects abuse and has
something done about it, and turns finished segments of the spools into
the tables of the data set; beside that it makes snapshots of kept state. It may be killed at any moment: what it had
not finished is done by the one after it, once.

Turning segments into tables takes processors from the traffic, and nobody waits for it: it is done behind all else as
long as little waits.
"""

import argparse
import importlib.metadata
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

import msgspec

from garrison.adapters.pace import Pace, own_session
from garrison.adapters.recorded import days
from garrison.adapters.status import WATCH, Heartbeat, WatchStatus, now
from garrison.adapters.store.catalogue import TABLES
from garrison.adapters.store.conversion import Whole
from garrison.adapters.store.dataset import BATCH, Dataset
from garrison.adapters.store.events import EVENTS
from garrison.adapters.store.exposures import EXPOSURES
from garrison.adapters.store.kept import Compactor
from garrison.adapters.store.room import spare
from garrison.adapters.store.segments import Tailer, segment_files
from garrison.adapters.store.spool import waiting_bytes
from garrison.adapters.store.table import AnyTable
from garrison.core.errors import RecordError
from garrison.core.event import Event
from garrison.detecting import Detecting

if TYPE_CHECKING:
    from garrison.adapters.otel import Telemetry

POLL: Final = 0.05
"""Seconds between two looks at the spool: an event reaches the taps well within a tenth of a second."""
CONVERT: Final = 1.0
"""Seconds between two conversions of finished segments, and between tries where the disk refuses."""
TIDY: Final = 60.0
"""Seconds between two looks for files to merge, days to let go and leftovers to remove."""
HURRY: Final = BATCH
"""Bytes in a spool over which it is emptied as fast as may be; as on a disk that is nearly full."""

T = TypeVar("T")
Tap: TypeAlias = Callable[[Event], None]
"""Takes every event once, soon after it was recorded, on the watch process's one thread: it must not block."""


class Retention(msgspec.Struct, frozen=True):
    """How many days, in UTC, what is kept."""

    events: int = 90
    exposures: int = 400
    exposures_of: Mapping[str, int] = {}
    """Of single kinds of data subjects, where that is less."""


class Watch:
    """Everything that is done beside the traffic, one step at a time."""

    def __init__(self, data: Path, *, retention: Retention, taps: Sequence[Tap] = ()) -> None:
        """Take hold of the data set in `data`. Raises RecordError where another process has it."""
        self.trouble = ""
        """Why the data set could not be written the last time; empty where it could."""
        self._data = data
        self._retention = retention
        self._taps = tuple(taps)
        whole: Whole = {}
        with ExitStack() as opened:
            self._tables = [
                (table, opened.enter_context(Dataset(data, table, sharing=TABLES, whole=whole))) for table in TABLES
            ]
            self._opened = opened.pop_all()
        self._tailer = Tailer(data / EVENTS.spool, EVENTS.line) if taps else None
        self._pace = Pace(own_session())
        self._convert_at = 0.0
        self._tidy_at = 0.0

    def step(self, moment: float) -> None:
        """Do what is due at `moment` (seconds since the epoch)."""
        self._pace.rest()
        self._listen()  # before segments go: what was not read by then is lost to the taps
        if moment >= self._convert_at:
            self._convert_at = moment + CONVERT
            self._attempt(self._convert, moment)
        if moment >= self._tidy_at:
            self._tidy_at = moment + TIDY
            self._attempt(self._tidy, moment)

    def close(self, moment: float) -> None:
        """Take in what is finished, at once, and let go."""
        self._listen()
        self._attempt(self._convert_at_once, moment)
        self._pace.close()
        if self._tailer is not None:
            self._tailer.close()
        self._opened.close()

    def _listen(self) -> None:
        if self._tailer is None:
            return
        while events := self._tailer.poll():
            for event in events:
                for tap in self._taps:
                    tap(event)

    def _attempt(self, work: Callable[[float], None], moment: float) -> None:
        """A disk that is full or broken ends nothing: the spool keeps the events until it is mended."""
        try:
            work(moment)
        except RecordError as error:
            self.trouble = str(error)
        else:
            self.trouble = ""

    def _convert(self, moment: float) -> None:
        for table, dataset in self._tables:
            while self._unhurried(table, partial(self._ingest, table, dataset, moment)):
                self._listen()

    def _convert_at_once(self, moment: float) -> None:
        for table, dataset in self._tables:
            while self._ingest(table, dataset, moment):
                self._listen()

    def _ingest(self, table: AnyTable, dataset: Dataset[Any], moment: float) -> int:
        return dataset.ingest(segment_files(self._data / table.spool), moment)

    def _tidy(self, moment: float) -> None:
        kept = self._retention
        days.retain(self._data, kept.events, moment)  # also what was kept before keeping was switched off
        for table, dataset in self._tables:
            dataset.retain(kept.exposures if table is EXPOSURES else kept.events, moment)
            if table is EXPOSURES and kept.exposures_of:
                dataset.retain_by("kind", kept.exposures_of, moment)
            while self._unhurried(table, partial(dataset.compact, moment)):
                self._listen()
            dataset.sweep(moment)

    def _unhurried(self, table: AnyTable, work: Callable[[], T]) -> T:
        """What `work` gives, done behind the traffic where few segments of the table wait."""
        spool = self._data / table.spool
        # One is being written as a rule: where there is no other, there is no traffic or nothing to do.
        hurry = len(segment_files(spool)) < 2 or waiting_bytes(spool) > HURRY or self._is_narrow()
        return self._pace.run(work, hurry=hurry)

    def _is_narrow(self) -> bool:
        """Whether the disk has so little left that traffic is refused for it, or will be soon."""
        return spare(self._data, reserves=2) <= 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Watch until SIGTERM or SIGINT; the exit status: 1 where the data set cannot be used at all."""
    options = _options(arguments)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    try:
        run(
            options.data,
            retention=_retention(options),
            otlp_url=options.otlp_url,
            stopping=stopping,
            settings=options.settings,
        )
    except RecordError as error:
        _say(f"garrison: {error}")
        return 1
    return 0


def run(
    data: Path,
    *,
    retention: Retention,
    otlp_url: str,
    stopping: threading.Event,
    settings: Path | None = None,
) -> None:
    """Watch `data` until `stopping` is set; `settings` is the file that says what is detected, None: nothing. Raises
    RecordError where the data set cannot be used at all."""
    with ExitStack() as stack:
        telemetry = stack.enter_context(_telemetry(otlp_url)) if otlp_url else None
        watch = Watch(data, retention=retention, taps=(telemetry,) if telemetry is not None else ())
        compactor = Compactor(data)
        stack.callback(compactor.close)
        begun = now()
        detecting = Detecting(data, settings, _say) if settings is not None else None
        if detecting is not None:
            stack.callback(detecting.close)

        def status() -> WatchStatus:
            sent, lost = (telemetry.sent, telemetry.lost) if telemetry is not None else (0, 0)
            trouble = watch.trouble or compactor.trouble
            told = WatchStatus(os.getpid(), begun, now(), trouble, sent, lost)
            return told if detecting is None else _with_detection(told, detecting)

        heartbeat = Heartbeat(data, WATCH, status)
        stack.callback(heartbeat.close)
        while not stopping.wait(POLL):
            watch.step(now())
        watch.close(now())


def _with_detection(told: WatchStatus, detecting: Detecting) -> WatchStatus:
    looking = detecting.lookout
    if looking is None:
        return msgspec.structs.replace(told, detection_trouble=detecting.trouble)
    seen = looking.progress
    return msgspec.structs.replace(
        told,
        looked_at=seen.events,
        detections=seen.detections,
        detection_lag=seen.lag,
        detection_trouble=seen.trouble,
        is_detecting=True,
        groups=seen.groups,
        groups_dropped=seen.dropped,
    )


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201  # the guard passes it on


@contextmanager
def _telemetry(url: str) -> "Iterator[Telemetry]":
    """What sends events to the collector at `url`. Raises RecordError where the extra is not installed."""
    try:
        from garrison.adapters.otel import Telemetry
    except ImportError as error:
        raise RecordError(
            "telemetry needs the extra `garrison[otel]` (hint: install it, or drop `otlp-url`)"
        ) from error
    telemetry = Telemetry(url, version=importlib.metadata.version("garrison"))
    try:
        yield telemetry
    finally:
        telemetry.close()


def _retention(options: argparse.Namespace) -> Retention:
    of = (text.rpartition("=") for text in options.ledger_days_of)
    return Retention(options.retention_days, options.ledger_days, {kind: int(days) for kind, _, days in of})


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="garrison.watch", description="Turn the spool of DATA into its data set.")
    parser.add_argument("data", type=Path)
    parser.add_argument("--retention-days", type=int, default=90)
    parser.add_argument("--ledger-days", type=int, default=400)
    parser.add_argument("--ledger-days-of", metavar="KIND=DAYS", action="append", default=[])
    parser.add_argument("--otlp-url", default="")
    parser.add_argument("--settings", type=Path, help="File with the gateway's settings, as the guard writes it.")
    parser.add_argument("--settings-digest", help="Tells one content of that file from another.")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
