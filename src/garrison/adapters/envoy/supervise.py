"""The guard: keeps one Envoy serving, reloads its policy when a file changes, and ends it gently.

What to load and how to say things is handed in, so that this module knows neither the command line nor how a
policy is built. Signals arrive in the main thread; reading pipes and reloading have threads of their own.
"""

import contextlib
import os
import select
import signal
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Protocol, TypeAlias

from garrison.adapters.envoy.handover import Checked
from garrison.adapters.envoy.log import Teller
from garrison.adapters.envoy.process import Envoy
from garrison.adapters.envoy.run_directory import run_directory
from garrison.adapters.envoy.service import Parts, Service
from garrison.adapters.policy_files import PolicyFiles
from garrison.config.model import Settings
from garrison.core.counted import counted
from garrison.core.errors import GarrisonError, GatewayError, ProblemsError

GRACE = 10.0
"""Seconds that exchanges under way get to finish (Docker's time before it kills)."""
POLL = 0.5
"""Seconds between two looks at the files and at Envoy."""
BACKOFF = (0.2, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before each start in a row that follows an unexpected end; the last one repeats."""
HEALTHY = 60.0
"""Seconds of service after which an unexpected end counts as the first again."""
LOG_RATE = 20
"""Lines of Envoy's log a second that are passed on."""

Load: TypeAlias = Callable[[Callable[[str], None]], Checked]
"""Reads and checks everything anew, policy included, and tells its argument each file that it reads. Raises
ProblemsError."""
Say: TypeAlias = Callable[[str], None]
"""Prints one line for the operator; called from several threads."""


class Beside(Protocol):
    """What runs beside Envoy (`adapters/beside.py`) and is told what becomes of it; must not block."""

    def serving(self, url: str, pid: int) -> None:
        """An Envoy serves at `url`: the first, or one after another that ended."""

    def apply(self, settings: Settings) -> None:
        """The gateway was reloaded with `settings`, which are without what virtual patches change of the policy."""


class Supervisor:
    """Runs the gateway until it is told to stop."""

    def __init__(
        self,
        load: Load,
        parts: Callable[[], Parts],
        *,
        say: Say,
        note: Say,
        grace: float = GRACE,
        beside: Callable[[Settings], contextlib.AbstractContextManager[Beside]],
    ) -> None:
        """`say` is told what becomes of the gateway, `note` what is denied and what is wrong.

        `parts` is asked once the policy was found good: what is wrong with that comes first.
        `beside` is entered before Envoy starts and left after it has ended.
        """
        self._load = load
        self._parts = parts
        self._say = say
        self._note = note
        self._grace = grace
        self._beside = beside
        self._files = PolicyFiles()
        self._stops = 0
        self._hangups = 0
        self._reload: threading.Thread | None = None
        self._log = BoundedLines("envoy", note, LOG_RATE)

    def run(self) -> None:
        """Serve until SIGINT or SIGTERM.

        Raises ProblemsError or GatewayError where the gateway cannot even start; once it serves, what fails
        is said and tried again.
        """
        with run_directory() as run_dir, _event_pipe(self._note) as events, self._signals():
            files: list[str] = []
            checked = self._load(files.append)
            self._files.follow(files)
            with (
                contextlib.closing(Service(run_dir, checked, self._parts(), events=events, log=self._log)) as service,
                self._beside(service.plain) as beside,
            ):
                self._serve(service, beside)

    def _serve(self, service: Service, beside: Beside) -> None:
        envoy = service.start()
        try:
            if not envoy.wait_ready(self._stopping):
                return
            self._say(f"garrison: listening on {service.url} ({service.settings.mode})")
            beside.serving(service.url, envoy.pid)
            since = time.monotonic()
            failures = 0
            while not self._stops:
                if ended := envoy.exit_status():
                    failures = failures + 1 if time.monotonic() - since < HEALTHY else 1
                    envoy = self._start_again(service, envoy, ended, failures)
                    beside.serving(service.url, envoy.pid)
                    since = time.monotonic()
                self._reload_where_due(service, beside)
                self._pause(POLL)
            self._say("garrison: finishing the exchanges under way")
            if not envoy.drain(self._grace, lambda: self._stops > 1):
                self._note("garrison: some exchanges were cut off")
        finally:
            envoy.stop()
        self._say("garrison: stopped")

    def _start_again(self, service: Service, envoy: Envoy, ended: str, failures: int) -> Envoy:
        """Start until one serves, or a stop was asked for; returns the last one started."""
        why = f"envoy ended unexpectedly ({ended})"
        while True:
            wait = BACKOFF[min(failures, len(BACKOFF)) - 1]
            self._note(f"garrison: {why}, starting it again in {wait:g} s")
            self._pause(wait)
            if self._stops:
                return envoy
            envoy.stop()
            try:
                envoy = service.start()
                ready = envoy.wait_ready(self._stopping)
            except GatewayError as error:
                why, failures = str(error), failures + 1
                continue
            if ready:
                self._say(f"garrison: serving again ({service.settings.mode})")
            return envoy

    def _reload_where_due(self, service: Service, beside: Beside) -> None:
        if self._reload is not None and self._reload.is_alive():
            return
        hangups, self._hangups = self._hangups, 0
        if self._files.changed() or hangups:
            # A thread: compiling a large contract takes seconds, in which Envoy may end or a signal come.
            self._reload = threading.Thread(
                target=self._reload_now, args=(service, beside), name="garrison-reload", daemon=True
            )
            self._reload.start()

    def _reload_now(self, service: Service, beside: Beside) -> None:
        files: list[str] = []
        try:
            waiting = service.apply(self._load(files.append))
        except ProblemsError as error:
            for problem in error.problems:
                self._note(str(problem))
            self._note("garrison: the new policy was refused, the old one stays in force")
        except GarrisonError as error:
            self._note(f"garrison: {error}; the old policy stays in force")
        except Exception as error:  # noqa: BLE001  # outermost frame of a thread; serving goes on
            self._note(f"garrison: reloading failed ({type(error).__name__}: {error}), the old policy stays")
        else:
            beside.apply(service.plain)
            self._say(f"garrison: reloaded ({service.settings.mode})")
            if waiting:
                self._note(f"garrison: changes of {', '.join(waiting)} take effect at the next start")
        finally:
            self._files.follow(files)

    def _stopping(self) -> bool:
        return self._stops > 0

    def _pause(self, seconds: float) -> None:
        """Wait, or until a signal arrives."""
        select.select([self._wake], [], [], seconds)
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake, 64)

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """Count signals while inside; the handlers that were there come back."""
        self._wake, wake = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(wake, False)

        def handle(number: int, _frame: FrameType | None) -> None:
            if number == signal.SIGHUP:
                self._hangups += 1
            else:
                self._stops += 1
            with contextlib.suppress(OSError):
                os.write(wake, b".")

        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, handle) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(self._wake)
            os.close(wake)


@contextlib.contextmanager
def _event_pipe(say: Say) -> Iterator[int]:
    """The writing end of a pipe whose lines are told to the operator until the end."""
    reading, writing = os.pipe()
    thread = threading.Thread(target=_tell, args=(reading, say), name="garrison-events", daemon=True)
    thread.start()
    try:
        yield writing
    finally:
        os.close(writing)
        thread.join(1)


def _tell(descriptor: int, say: Say) -> None:
    teller = Teller()
    with open(descriptor, "rb") as lines:
        for line in lines:
            for text in teller.tell(line, time.monotonic()):
                say(text)
    for text in teller.rest():
        say(text)


class BoundedLines:
    """Passes on at most so many lines a second of what `name` says, and how many it left out."""

    def __init__(self, name: str, say: Say, rate: int) -> None:
        self._name = name
        self._say = say
        self._rate = rate
        self._second = 0
        self._count = 0

    def __call__(self, line: str) -> None:
        """Pass `line` on, or count it."""
        second = int(time.monotonic())
        if second != self._second:
            if self._count > self._rate:
                self._say(f"{self._name}: and {counted(self._count - self._rate, 'more line')}")
            self._second, self._count = second, 0
        self._count += 1
        if self._count <= self._rate:
            self._say(f"{self._name}: {line}")
