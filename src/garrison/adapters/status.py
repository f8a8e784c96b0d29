"""Status files: what each process says of itself, rewritten about once a second in `status` of the data directory.

Written aside and renamed, so that nobody reads half of one; in place only where the disk is full. They stay when their
process ends: `updated` and `pid` tell whether it lives. Nothing in them is personal.
"""

import errno
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from garrison.adapters.store.files import make_directory, replace_file
from garrison.core.errors import cause_of
from garrison.engine.circuit import Picture

DIRECTORY: Final = "status"
GATEWAY: Final = "gateway.json"
GUARD: Final = "guard.json"
WATCH: Final = "watch.json"
ASSESS: Final = "assess.json"
PERIOD: Final = 1.0
"""Seconds between two writings."""
ROOM: Final = 4096
"""Bytes that a status file's size is a multiple of: what it has of its last disk block it can be told in anew."""
STALE: Final = 10.0
"""Seconds after which a process that has written nothing is taken for stuck: ten times its period."""

T = TypeVar("T", bound=msgspec.Struct)


class Exchanges(msgspec.Struct, frozen=True):
    """How many exchanges of one operation ended in one way."""

    operation: str
    """Operation id; empty for all that the contract does not describe."""
    disposition: str
    count: int


class IssuerState(msgspec.Struct, frozen=True):
    """How it stands with one issuer's keys."""

    issuer: str
    keys: int = 0
    """How many are known."""
    fetched: float = 0.0
    """When they were fetched: seconds since the epoch; 0 where they never were."""
    trouble: str = ""
    """Why they could not be fetched the last time; empty where they could."""


class ServiceState(msgspec.Struct, frozen=True):
    """How it stands with one server."""

    service: str
    asked: int = 0
    """Questions since the settings were read."""
    unanswered: int = 0
    """Those among them that were not answered in time, or at all."""
    trouble: str = ""
    """Why the last one was not; empty where it was."""


class GatewayStatus(msgspec.Struct, frozen=True):
    """The engine inside Envoy. Counters begin with the guard and go on when Envoy is started again; what was counted
    in the second before a crash may be missing."""

    pid: int
    started: float
    """Seconds since the epoch, UTC; so are all times here."""
    updated: float
    mode: str
    policy: str
    """`Policy.digest` of the policy in force."""
    operations: int
    recorded: int = 0
    lost: int = 0
    """Exchanges that passed and could not be recorded (fail mode open)."""
    refused: int = 0
    """Exchanges that could not be recorded and were reported as such (fail mode closed)."""
    trouble: str = ""
    """Why the last one was not."""
    samples_lost: int = 0
    """Exchanges whose messages were to be kept (`record.keep-bodies`) and could not be."""
    state_lost: int = 0
    """How often what was counted could not be kept for the next start."""
    engine_seconds: float = 0.0
    """Time that exchanges spent in the engine, all together."""
    exchanges: tuple[Exchanges, ...] = ()
    issuers: tuple[IssuerState, ...] = ()
    services: tuple[ServiceState, ...] = ()
    third_party: str = ""
    """The address of the API of somebody else that is called through the gateway; empty where it is one's own."""
    circuit: Picture | None = None
    """The circuit to it; None where none is watched."""


class Child(msgspec.Struct, frozen=True):
    """One process that the guard keeps running."""

    pid: int
    since: float
    """When this one was started."""
    restarts: int = 0
    """How often one ended unexpectedly since the guard began."""


class GuardStatus(msgspec.Struct, frozen=True):
    """The guard, and what it supervises."""

    pid: int
    started: float
    updated: float
    url: str = ""
    """Where the gateway listens."""
    metrics: str = ""
    """Where `/metrics` is served; empty: nowhere."""
    envoy: Child | None = None
    watch: Child | None = None
    assess: Child | None = None
    """What assesses the API again and again; None where the settings want none."""
    stopped: bool = False
    """Whether it ended as it was told to."""


class WatchStatus(msgspec.Struct, frozen=True):
    """The watch process."""

    pid: int
    started: float
    updated: float
    trouble: str = ""
    """Why the data set could not be written the last time; empty where it could."""
    telemetry_sent: int = 0
    """Events that the OpenTelemetry collector has taken."""
    telemetry_lost: int = 0
    """Events that it never got."""
    looked_at: int = 0
    """Events that detection has looked at."""
    detections: int = 0
    detection_lag: float = 0.0
    """Seconds that the last of these events had been over by then."""
    detection_trouble: str = ""
    """Why what was found could not be dealt with the last time; empty where it could."""
    is_detecting: bool = False
    groups: int = 0
    """Groups that detection remembers over all rules."""
    groups_dropped: int = 0
    """Those that it forgot because there were too many."""


class AssessStatus(msgspec.Struct, frozen=True):
    """The process that assesses the API again and again, beside a gateway or by itself."""

    pid: int
    started: float
    updated: float
    target: str
    due: float = 0.0
    """When the next run begins."""
    since: float = 0.0
    """When the one under way began; 0 where none is."""
    trouble: str = ""
    """Why the last one could not be made; empty where it could."""


def write_status(data: Path, name: str, status: msgspec.Struct) -> None:
    """Replace the status file `name` in the data directory. Raises OSError where that is not possible."""
    path = make_directory(data / DIRECTORY) / name
    encoded = msgspec.json.encode(status)
    content = encoded + b" " * (-len(encoded) % ROOM)
    try:
        replace_file(path, content, durable=False)
    except OSError:
        _overwrite(path, content)  # on a full disk, where what is lost is counted nowhere else


def read_status(data: Path, name: str, kind: type[T]) -> T | None:
    """The status file `name`; None where there is none, or one that another version wrote."""
    for _ in range(2):  # one that is overwritten just now is whole the next time
        try:
            return msgspec.json.decode((data / DIRECTORY / name).read_bytes(), type=kind)
        except OSError:
            return None
        except msgspec.DecodeError:
            continue
    return None


def _overwrite(path: Path, content: bytes) -> None:
    """Write into the blocks that the file has: that needs no space on the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        if os.fstat(descriptor).st_size < len(content) or os.pwrite(descriptor, content, 0) != len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        os.ftruncate(descriptor, len(content))
    finally:
        os.close(descriptor)


def is_running(pid: int) -> bool:
    """Whether there is a process `pid` that has not ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return not state.rpartition(")")[2].lstrip().startswith("Z")  # a zombie waits for its parent: it has ended


class Heartbeat:
    """Writes a status file once a second, on a daemon thread, until closed; then once more."""

    def __init__(
        self, data: Path, name: str, status: Callable[[], msgspec.Struct], say: Callable[[str], None] = lambda _: None
    ) -> None:
        """`status` is called on that thread, and on those that call; the first file is there when this returns, unless
        the disk is full. `say` is told, once, where it cannot be written."""
        self._data = data
        self._name = name
        self._status = status
        self._say = say
        self._trouble = ""
        self._closing = threading.Event()
        self._writing = threading.Lock()
        self.beat()
        self._thread = threading.Thread(target=self._run, name="garrison-status", daemon=True)
        self._thread.start()

    def beat(self) -> None:
        """Write it now: something changed that nobody is to be told of a second late."""
        # What cannot be written keeps the old file, whose age shows; it must not end the process that it tells of.
        trouble = ""
        with self._writing:
            try:
                write_status(self._data, self._name, self._status())
            except OSError as error:
                trouble = cause_of(error)
            if trouble and trouble != self._trouble:
                self._say(f"garrison: nothing can be written to `{self._data / DIRECTORY}`: {trouble}")
            self._trouble = trouble

    def close(self) -> None:
        """Stop, and write what is true at the end."""
        self._closing.set()
        self._thread.join()
        self.beat()

    def _run(self) -> None:
        while not self._closing.wait(PERIOD):
            self.beat()


def now() -> float:
    """The time, as status files tell it: seconds since the epoch, UTC."""
    return time.time()
