"""The watch process: `python -m garrison.watch DATA`, started and kept running by `garrison guard`.

It reads events as they come, hands them to whoever listens (`Tap`) and to the lookout, which detects abuse and has
something done about it; beside that it makes snapshots of kept state. Turning finished segments of the spools into
the tables of the data set takes processors from the traffic, and nobody waits for it: a process of its own does it,
behind all else. Both may be killed at any moment: what they had not finished is done by those after them, once.
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

import msgspec

from garrison.adapters.status import WATCH, Heartbeat, WatchStatus, now
from garrison.adapters.store.events import EVENTS
from garrison.adapters.store.kept import Compactor
from garrison.adapters.store.segments import Tailer
from garrison.adapters.store.upkeep import Retention
from garrison.adapters.upkeep_behind import Behind
from garrison.core.errors import RecordError
from garrison.core.event import Event
from garrison.detecting import Detecting

if TYPE_CHECKING:
    from garrison.adapters.otel import Telemetry

POLL: Final = 0.05
"""Seconds between two looks at the spool: an event reaches the taps well within a tenth of a second."""
Tap: TypeAlias = Callable[[Event], None]
"""Takes every event once, soon after it was recorded, on the watch process's one thread: it must not block."""


class Listener:
    """Hands events to the taps as they come."""

    def __init__(self, data: Path, taps: Sequence[Tap]) -> None:
        """From what waits in `data` on."""
        self._taps = tuple(taps)
        self._tailer = Tailer(data / EVENTS.spool, EVENTS.line) if taps else None
        if self._tailer is not None:
            self._tailer.open()  # from now on nothing is missed where a segment goes

    def step(self) -> None:
        """Hand on what came."""
        while self._tailer is not None and (events := self._tailer.poll()):
            for event in events:
                for tap in self._taps:
                    tap(event)

    def close(self) -> None:
        """Hand on what is left, and let go."""
        self.step()
        if self._tailer is not None:
            self._tailer.close()


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
        listener = Listener(data, (telemetry,) if telemetry is not None else ())
        behind = Behind(data, retention, _say)
        compactor = Compactor(data)
        stack.callback(compactor.close)
        begun = now()
        detecting = Detecting(data, settings, _say) if settings is not None else None
        if detecting is not None:
            stack.callback(detecting.close)

        def status() -> WatchStatus:
            sent, lost = (telemetry.sent, telemetry.lost) if telemetry is not None else (0, 0)
            trouble = behind.trouble or compactor.trouble
            told = WatchStatus(os.getpid(), begun, now(), trouble, sent, lost)
            return told if detecting is None else _with_detection(told, detecting)

        heartbeat = Heartbeat(data, WATCH, status)
        stack.callback(heartbeat.close)
        while not stopping.wait(POLL):
            listener.step()
            behind.step(now())
        listener.close()
        behind.close(now())


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
