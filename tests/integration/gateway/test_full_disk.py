"""A gateway whose data lies on a small file system that fills up: refused or counted, never lost in silence."""

import contextlib
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.gateway.clients import clients
from tests.integration.gateway.conftest import StartGuard
from tests.integration.gateway.running import until
from tests.integration.gateway.test_recording import Recorded, garrison

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


@pytest.mark.parametrize("fail", ["closed", "open"])
def test_a_full_disk(fail: str, start: StartGuard, tmp_path: Path, filter_module: str, small: Path) -> None:
    gateway = Recorded(start, tmp_path, filter_module, {"listen": LISTEN, "record": {"fail": fail}})
    with clients(gateway.port) as load:
        until(lambda: len(load.answered) > 100, "it serves", gateway.guard)
        with filled(small):
            gateway.guard.wait("exchanges that could not be recorded")
            before = len(load.answered)
            until(lambda: len(load.answered) > before + 200, "it answers all the same", gateway.guard)
            shown = garrison("status", "--data", str(small))
            assert shown.returncode == 1
            assert "could not be recorded" in shown.stdout or "lost" in shown.stdout, shown.stdout
        healed = len(load.answered)
        until(lambda: 200 in list(load.answered.values())[healed + 50 :], "it recovers", gateway.guard)
        recorded = gateway.gateway().recorded
        until(lambda: gateway.gateway().recorded > recorded + 50, "it records again", gateway.guard)
    status = gateway.gateway()
    assert gateway.guard.stop() == 0
    found = {event.peer for event in events(small)}
    assert count(small) == len(found), "an exchange is on record twice"
    unrecorded = [address for address in load.answered if address not in found]
    if fail == "closed":
        assert {load.answered[address] for address in unrecorded} <= {503}, "answered and not on record"
        assert 503 in load.answered.values()
    else:
        assert set(load.answered.values()) == {200, 404}, "the client noticed"
        assert 0 < len(unrecorded) <= status.lost, "lost and not counted"
