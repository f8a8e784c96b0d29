"""One Envoy process: started, waited for, drained, stopped. Supervision over several is `supervise.py`'s."""

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from garrison.adapters.envoy import cores, launch
from garrison.adapters.envoy.admin import Admin
from garrison.adapters.envoy.bootstrap import ADMIN_SOCKET
from garrison.config.address import Listen
from garrison.core.errors import GatewayError, cause_of

START_TIMEOUT = 120.0
"""Seconds until Envoy must serve: the engine compiles the whole contract before."""
STOP_TIMEOUT = 5.0
"""Seconds for Envoy to end after SIGTERM, before SIGKILL."""
POLL = 0.05
"""Seconds between two looks at a process that starts or drains."""
TUNABLES = "glibc.pthread.rseq=0"
"""Leaves restartable sequences to Envoy's allocator, which has a cache of freed memory for each core by them. Where
glibc took them before, it has one for each thread, and what one thread frees of another's is in the wrong place."""
DRAIN_SECONDS = 3600
"""What Envoy takes for the end of a drain; the guard ends it far earlier by itself."""
KEPT_LINES = 100
"""Lines of Envoy's log that an error message can draw on: an error and all that led to it."""


class Launch(msgspec.Struct, frozen=True):
    """What it takes to start Envoy."""

    binary: Path
    run_dir: Path
    bootstrap: Mapping[str, object]
    listen: Listen
    workers: int = 0
    """0 means one for each core this process may use but one: the filter judges in a thread of its own, on a core of
    its own."""
    preload: Path | None = None
    """The shared libpython, where Envoy runs the filter."""
    inherited: tuple[int, ...] = ()
    """File descriptors that Envoy gets."""


class Envoy:
    """A running Envoy. Its log lines go to `log` one by one, from a thread of their own."""

    def __init__(self, plan: Launch, log: Callable[[str], None]) -> None:
        self.admin = Admin(plan.run_dir / ADMIN_SOCKET)
        self._plan = plan
        self._log = log
        self._last: deque[str] = deque(maxlen=KEPT_LINES)
        self._process = _start(plan)
        self._reader = threading.Thread(target=self._read, name="garrison-envoy-log", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def exit_status(self) -> str:
        """How it ended, in words; empty while it runs."""
        code = self._process.poll()
        if code is None:
            return ""
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"

    def wait_ready(self, interrupted: Callable[[], bool], timeout: float = START_TIMEOUT) -> bool:
        """Wait until it serves and accepts connections; False where `interrupted` said so first.

        Raises GatewayError where it ends or does not serve within `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if interrupted():
                return False
            if ended := self.exit_status():
                self._reader.join(1)
                raise GatewayError(f"envoy did not start ({ended}){_because(self._last)}")
            if self.admin.is_ready() and _accepts(self._plan.listen):
                cores.set_apart(self.pid)
                return True
            time.sleep(POLL)
        raise GatewayError(f"envoy does not serve after {timeout:.0f} seconds{_because(self._last)}")

    def drain(self, grace: float, interrupted: Callable[[], bool]) -> bool:
        """Accept nothing new and wait at most `grace` seconds for the exchanges under way.

        True where all of them ended; False where some are left, or `interrupted` said so.
        """
        deadline = time.monotonic() + grace
        try:
            self.admin.drain()
            while self.admin.active_requests():
                if interrupted() or time.monotonic() >= deadline:
                    return False
                time.sleep(POLL)
        except GatewayError:
            return False
        return True

    def stop(self) -> None:
        """End it, and wait until it has ended; what it logs about that is of no interest."""
        self._log = _nothing
        self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(1)

    def _read(self) -> None:
        stream = self._process.stderr
        if stream is None:
            return
        with stream:
            for raw in stream:
                line = raw.decode("utf-8", "replace").rstrip()
                self._last.append(line)
                self._log(line)


def _nothing(_line: str) -> None:
    """Take a line and do nothing with it."""


def reserve(listen: Listen, *, udp: bool = False) -> socket.socket:
    """Take the TCP port of `listen`, or a free one where that is 0, for this process and its children alone.

    The socket that is returned holds it until it is closed, also while no Envoy runs; it never listens. Raises
    GatewayError where the address cannot be had.
    """
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    held = socket.socket(family, socket.SOCK_STREAM)
    try:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind((listen.host, listen.port))
        # Envoy opens its sockets with SO_REUSEPORT, which would let two gateways share a port without a word. Set only
        # now, it lets our Envoy in, and no other gateway past the line above.
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if udp:  # only looked at: datagrams go to whoever holds a port
            with socket.socket(family, socket.SOCK_DGRAM) as datagrams:
                datagrams.bind((listen.host, held.getsockname()[1]))
    except OSError as error:
        held.close()
        raise GatewayError(f"cannot listen on `{listen}`: {_refusal(error)}") from error
    return held


def _refusal(error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return "another program does already"
        case errno.EACCES:
            return "ports below 1024 need the capability `CAP_NET_BIND_SERVICE`"
        case errno.EADDRNOTAVAIL:
            return "this machine has no such address"
        case _:
            return cause_of(error)


def _start(plan: Launch) -> subprocess.Popen[bytes]:
    config = plan.run_dir / "envoy.json"
    command = [
        *launch.before(str(plan.preload or "")),
        *(str(plan.binary), "--config-path", str(config)),
        *("--concurrency", str(plan.workers or cores.workers_of(len(os.sched_getaffinity(0))))),
        "--disable-hot-restart",
        *("--drain-strategy", "immediate", "--drain-time-s", str(DRAIN_SECONDS)),
        *("--log-level", "warning", "--log-format", "%l %v"),
    ]
    try:
        config.write_bytes(msgspec.json.encode(plan.bootstrap))
        return subprocess.Popen(  # noqa: S603  # our own launcher, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=_environment(os.environ),
            pass_fds=plan.inherited,
            process_group=0,  # Ctrl-C is for the guard, which drains; a session would be a rank of its own (`pace.py`)
        )
    except OSError as error:
        raise GatewayError(f"envoy cannot be started: {cause_of(error)}") from error


def _environment(own: Mapping[str, str]) -> dict[str, str]:
    """What Envoy needs of our environment, and the interpreter that the filter must become (`filter/`)."""
    kept = {name: own[name] for name in ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH") if name in own}
    return {**kept, "GARRISON_PYTHON": sys.executable, "GLIBC_TUNABLES": TUNABLES}


def _accepts(listen: Listen) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(listen.host, listen.host)  # noqa: S104  # a name, not a bind
    try:
        with socket.create_connection((host, listen.port), timeout=1):
            return True
    except OSError:
        return False


def _because(lines: Sequence[str]) -> str:
    told = [line for line in lines if line.startswith(("error", "critical"))] or list(lines)
    # What Envoy adds there is its whole configuration.
    return ": " + " | ".join(line.partition(" initializing config")[0] for line in told[-3:]) if told else ""
