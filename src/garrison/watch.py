"""The watch process: `python -m garrison.watch DATA`, started and kept running by `garrison guard`.

It reads events as they come, hands them to whoever listens (`Tap`), and turns finished segments of the spools into
the tables of the data set. It may be killed at any moment: what it had not finished is done by the one after it, once.
"""

import argparse
import importlib.metadata
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from garrison.adapters.recorded import days
from garrison.adapters.status import WATCH, Heartbeat, WatchStatus, now
from garrison.adapters.store.catalogue import TABLES
from garrison.adapters.store.dataset import Dataset
from garrison.adapters.store.events import EVENTS
from garrison.adapters.store.segments import Tailer, segment_files
from garrison.core.errors import RecordError
from garrison.core.event import Event

if TYPE_CHECKING:
    from garrison.adapters.otel import Telemetry

POLL: Final = 0.05
"""Seconds between two looks at the spool: an event reaches the taps well within a tenth of a second."""
CONVERT: Final = 1.0
"""Seconds between two conversions of finished segments, and between tries where the disk refuses."""
TIDY: Final = 60.0
"""Seconds between two looks for files to merge, days to let go and leftovers to remove."""

Tap: TypeAlias = Callable[[Event], None]
"""Takes every event once, soon after it was recorded, on the watch process's one thread: it must not block."""


class Watch:
    """Everything that is done beside the traffic, one step at a time."""

    def __init__(self, data: Path, *, retention_days: int, taps: Sequence[Tap] = ()) -> None:
        """Take hold of the data set in `data`. Raises RecordError where another process has it."""
        self.trouble = ""
        """Why the data set could not be written the last time; empty where it could."""
        self._data = data
        self._retention_days = retention_days
        self._taps = tuple(taps)
        with ExitStack() as opened:
            self._tables = [(table, opened.enter_context(Dataset(data, table, sharing=TABLES))) for table in TABLES]
            self._opened = opened.pop_all()
        self._tailer = Tailer(data / EVENTS.spool, EVENTS.line) if taps else None
        self._convert_at = 0.0
        self._tidy_at = 0.0

    def step(self, moment: float) -> None:
        """Do what is due at `moment` (seconds since the epoch)."""
        self._listen()  # before segments go: what was not read by then is lost to the taps
        if moment >= self._convert_at:
            self._convert_at = moment + CONVERT
            self._attempt(self._convert, moment)
        if moment >= self._tidy_at:
            self._tidy_at = moment + TIDY
            self._attempt(self._tidy, moment)

    def close(self, moment: float) -> None:
        """Take in what is finished, and let go."""
        self._listen()
        self._attempt(self._convert, moment)
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
            while dataset.ingest(segment_files(self._data / table.spool), moment):
                self._listen()

    def _tidy(self, moment: float) -> None:
        days.retain(self._data, self._retention_days, moment)  # also what was kept before keeping was switched off
        for _, dataset in self._tables:
            dataset.retain(self._retention_days, moment)
            while dataset.compact(moment):
                self._listen()
            dataset.sweep(moment)


def main(arguments: Sequence[str] | None = None) -> int:
    """Watch until SIGTERM or SIGINT; the exit status: 1 where the data set cannot be used at all."""
    options = _options(arguments)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    try:
        run(options.data, retention_days=options.retention_days, otlp_url=options.otlp_url, stopping=stopping)
    except RecordError as error:
        print(f"garrison: {error}", file=sys.stderr)  # noqa: T201  # the guard passes it on
        return 1
    return 0


def run(data: Path, *, retention_days: int, otlp_url: str, stopping: threading.Event) -> None:
    """Watch `data` until `stopping` is set. Raises RecordError where the data set cannot be used at all."""
    with ExitStack() as stack:
        telemetry = stack.enter_context(_telemetry(otlp_url)) if otlp_url else None
        watch = Watch(data, retention_days=retention_days, taps=(telemetry,) if telemetry is not None else ())
        begun = now()

        def status() -> WatchStatus:
            sent, lost = (telemetry.sent, telemetry.lost) if telemetry is not None else (0, 0)
            return WatchStatus(os.getpid(), begun, now(), watch.trouble, sent, lost)

        heartbeat = Heartbeat(data, WATCH, status)
        stack.callback(heartbeat.close)
        while not stopping.wait(POLL):
            watch.step(now())
        watch.close(now())


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


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="garrison.watch", description="Turn the spool of DATA into its data set.")
    parser.add_argument("data", type=Path)
    parser.add_argument("--retention-days", type=int, default=90)
    parser.add_argument("--otlp-url", default="")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
