"""One process that is kept running beside the gateway: started again when it ends, and ended with the guard."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from garrison.adapters.envoy import launch
from garrison.adapters.envoy.supervise import BACKOFF, HEALTHY, BoundedLines
from garrison.adapters.status import Child

POLL: Final = 0.1
"""Seconds between two looks at the process."""
STOP_TIMEOUT: Final = 5.0
"""Seconds that it gets to end after SIGTERM, before SIGKILL: it may be killed at any moment without a loss, and the
gateway's own end must not wait for it longer than for Envoy."""
LOG_RATE: Final = 5
"""Lines a second of what it says that are passed on."""


class Companion:
    """Runs `command` until stopped. What becomes of it is told by `note`, from threads."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        note: Callable[[str], None],
        secrets: Mapping[str, str] | None = None,
        *,
        apart: bool = False,
    ) -> None:
        """Start it; `name` is how the operator knows it, `secrets` stand in its environment besides what is there.
        Where it is `apart`, it has a session of its own, whose rank it may lower (`pace.py`)."""
        self._name = name
        self._apart = apart
        self._secrets = dict(secrets or {})
        self._command = tuple(command)
        self._note = note
        self._log = BoundedLines(name, note, LOG_RATE)
        self._wake = threading.Event()
        self._stopping = False
        self._child = Child(pid=0, since=time.time())
        # The kernel ends the process with the *thread* that started it (prctl(2)), so this one thread does.
        self._thread = threading.Thread(target=self._run, name=f"garrison-{name}", daemon=True)
        self._thread.start()

    @property
    def child(self) -> Child:
        """The process as it is now; `pid` is 0 where none runs."""
        return self._child

    def change(self, command: Sequence[str], secrets: Mapping[str, str] | None = None) -> None:
        """Go on with `command`: where it differs, the process is ended gently and started anew, with `secrets`."""
        if self._command != tuple(command):
            self._secrets = dict(secrets or {})  # before the command, which is what is looked at
            self._command = tuple(command)
            self._wake.set()

    def stop(self) -> None:
        """End it, gently at first, and wait until it has ended."""
        self._stopping = True
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        failures = 0
        while not self._stopping:
            command = self._command
            self._wake.clear()
            begun = time.monotonic()
            ended = self._attend(command)
            if not ended:
                failures = 0
                continue
            failures = failures + 1 if time.monotonic() - begun < HEALTHY else 1
            wait = BACKOFF[min(failures, len(BACKOFF)) - 1]
            self._child = Child(0, time.time(), self._child.restarts + 1)
            self._note(
                f"garrison: the {self._name} process ended unexpectedly ({ended}), starting it again in {wait:g} s"
            )
            self._wake.wait(wait)

    def _attend(self, command: Sequence[str]) -> str:
        """Run `command` to its end; how it ended, or empty where it was asked to."""
        try:
            process = _start(command, self._secrets, apart=self._apart)
        except OSError as error:
            return str(error)
        self._child = Child(process.pid, time.time(), self._child.restarts)
        reader = threading.Thread(target=self._read, args=(process,), name=f"garrison-{self._name}-log", daemon=True)
        reader.start()
        while process.poll() is None and not self._changed(command):
            self._wake.wait(POLL)
        asked = process.poll() is None
        if asked:
            _stop(process)
        reader.join(1)
        return "" if asked else _ended(process.returncode)

    def _changed(self, command: Sequence[str]) -> bool:
        return self._stopping or self._command != command

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        if process.stderr is None:
            return
        with process.stderr as lines:
            for line in lines:
                self._log(line.decode("utf-8", "replace").rstrip())


def _start(command: Sequence[str], secrets: Mapping[str, str], *, apart: bool) -> subprocess.Popen[bytes]:
    """Out of reach of Ctrl-C, which is for the guard: it ends this last."""
    return subprocess.Popen(  # noqa: S603  # our own launcher, no shell
        [*launch.before(), *command],
        env={**os.environ, **secrets},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=apart,
        process_group=None if apart else 0,
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _ended(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
