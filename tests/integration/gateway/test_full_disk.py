"""A gateway whose data lies on a small file system that fills up: refused or counted, never lost in silence."""

import contextlib
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from tests.integration.gateway.clients import Clients, clients
from tests.integration.gateway.conftest import StartGuard
from tests.integration.gateway.running import until
from tests.integration.gateway.test_recording import Recorded, garrison

from garrison.adapters.overview import overview
from garrison.adapters.status import WATCH, WatchStatus, read_status
from garrison.adapters.store.events import EVENTS
from garrison.adapters.store.manifest import read_manifest
from garrison.adapters.store.query import count, events

pytestmark = pytest.mark.integration

LISTEN = {"workers": 2, "trusted-proxies": ["127.0.0.1"]}


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """The data directory of `Recorded`, on a file system of 16 MiB."""
    data = tmp_path / "data"
    data.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=16m,mode=0700", "garrison-test", str(data)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no `mount`")
    if done.returncode:
        pytest.skip(f"a file system cannot be mounted here: {done.stderr.strip()}")
    try:
        yield data
    finally:
        subprocess.run(["umount", "-l", str(data)], check=True)


@contextlib.contextmanager
def filled(data: Path) -> Iterator[None]:
    """Nothing is left on the file system of `data`, nor of what is freed there."""
    done = threading.Event()

    def fill() -> None:
        with ballast.open("wb", buffering=0) as file:
            while not done.wait(0.001):
                with contextlib.suppress(OSError):
                    while file.write(bytes(1 << 16)):
                        pass

    ballast = data / "ballast"
    thread = threading.Thread(target=fill)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        ballast.unlink()


@pytest.mark.parametrize(
    ("fail", "told"),
    [
        ("closed", "exchanges refused because they could not be recorded"),
        ("open", "exchanges that passed without being recorded"),
    ],
)
def test_a_full_disk(fail: str, told: str, start: StartGuard, tmp_path: Path, filter_module: str, small: Path) -> None:
    record = {"fail": fail, "keep-bodies": True}
    gateway = Recorded(start, tmp_path, filter_module, {"listen": LISTEN, "record": record})
    with clients(gateway.port) as load:
        until(lambda: len(load.answered) > 100, "it serves", gateway.guard)
        with filled(small):
            gateway.guard.wait("exchanges that could not be recorded")
            before = len(load.answered)
            until(lambda: len(load.answered) > before + 200, "it answers all the same", gateway.guard)
            until(lambda: watch(small).trouble != "", "the watch process meets it too", gateway.guard)
            # What is freed for a moment may be enough for a conversion: then that problem is told of the next one.
            problems = (told, "messages could not be kept", "the watch process cannot write the data set")
            until(lambda: is_told(small, problems), f"all is told: {problems}", gateway.guard, pause=0.2)
        healed = len(load.answered)
        until(lambda: 200 in list(load.answered.values())[healed + 50 :], "it recovers", gateway.guard)
        recorded = gateway.gateway().recorded
        until(lambda: gateway.gateway().recorded > recorded + 50, "it records again", gateway.guard)
        until(lambda: watch(small).trouble == "" and is_converted(small), "what waited is converted", gateway.guard)
    assert gateway.guard.stop() == 0
    missed = check_record(load, small)
    status = gateway.gateway()
    assert status.samples_lost > 0
    if fail == "closed":
        assert status.lost == 0
        assert {load.answered[address] for address in missed} == {503}, "answered and not on record"
        assert {load.problems[address]["title"] for address in missed} == {"Service Unavailable"}
    else:
        assert status.refused == 0
        assert set(load.answered.values()) == {200, 404}, "the client noticed"
        assert 0 < len(missed) <= status.lost, "lost and not counted"


def check_record(load: Clients, data: Path) -> set[str]:
    """Nothing is on record twice, and no file is there that does not count; who was answered and is not on record."""
    found = {event.peer for event in events(data)}
    assert count(data) == len(found), "an exchange is on record twice"
    manifest = read_manifest(data, EVENTS)
    known = {file.path for file in manifest.files} | {file.path for file in manifest.obsolete}
    assert {str(path.relative_to(data / "events")) for path in (data / "events").rglob("*.parquet")} == known
    return set(load.answered) - found


def is_converted(data: Path) -> bool:
    found = overview(data, time.time())
    return found.spool.lag == 0 and found.dataset.events > 0


def is_told(data: Path, problems: Sequence[str]) -> bool:
    shown = garrison("status", "--data", str(data))
    assert shown.returncode == 1
    return all(problem in shown.stdout for problem in problems)


def watch(data: Path) -> WatchStatus:
    status = read_status(data, WATCH, WatchStatus)
    assert status
    return status
