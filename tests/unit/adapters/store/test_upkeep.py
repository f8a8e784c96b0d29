"""The process that keeps up the data set keeps the rank of others for as long as it was told to hurry."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from garrison.adapters.event_ids import event_ids
from garrison.adapters.store.events import EVENTS
from garrison.adapters.store.query import count
from garrison.adapters.store.spool import SpoolWriter
from garrison.adapters.store.upkeep import Retention, Upkeep
from garrison.core.decision import Disposition, Mode
from garrison.core.event import Event

HURRYING = """
import sys
from garrison.adapters.store import upkeep

upkeep.HURRIES, upkeep.CONVERT = 1.0, 0.1
upkeep.main([sys.argv[1], "--hurry"])
"""


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_hurries_steps_back_in_time(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HURRYING, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert os.sched_getscheduler(process.pid) == os.SCHED_OTHER
            assert process.stdout.readline() == b"\n", "nothing is wrong"
            _until(lambda: os.sched_getscheduler(process.pid) == os.SCHED_IDLE)
            assert process.stdout.readline() == b"\n", "and it goes on"
        finally:
            process.kill()


SUCCEEDING = """
import sys
from garrison.adapters.store import upkeep

upkeep.CONVERT, upkeep.DIES = 0.05, float(sys.argv[2])
sys.exit(upkeep.main([sys.argv[1]]))
"""


def test_it_waits_until_the_one_before_it_has_died(tmp_path: Path) -> None:
    """Which was killed, and may take long where the processors are never idle."""
    before = Upkeep(tmp_path, retention=Retention())
    command = [sys.executable, "-c", SUCCEEDING, str(tmp_path), "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert select.select([process.stdout], [], [], 2)[0] == [], "nothing is said, and it goes on"
            assert os.sched_getscheduler(process.pid) == os.SCHED_OTHER
            before.close(time.time())
            assert process.stdout.readline() == b"\n", "nothing is wrong"
        finally:
            process.kill()


def test_one_that_does_not_let_go_is_told(tmp_path: Path) -> None:
    before = Upkeep(tmp_path, retention=Retention())
    command = [sys.executable, "-c", SUCCEEDING, str(tmp_path), "0.1"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    before.close(time.time())
    assert (ended.returncode, ended.stderr) == (1, "")
    assert ended.stdout == f"another process is at work on `{tmp_path / EVENTS.name}`\n"


def test_a_conversion_that_fails_is_told_whatever_else_succeeds(tmp_path: Path) -> None:
    spool = SpoolWriter(tmp_path / EVENTS.spool)
    spool.append(msgspec.json.encode(_event()) + b"\n")
    spool.close()
    upkeep = Upkeep(tmp_path, retention=Retention())
    in_the_way = tmp_path / EVENTS.name / ".aside"
    in_the_way.touch()  # where files are made
    upkeep.step(time.time())  # converts and tidies
    assert "the data set cannot be written" in upkeep.trouble
    in_the_way.unlink()
    upkeep.step(time.time())
    assert upkeep.trouble == ""
    upkeep.close(time.time())
    assert count(tmp_path) == 1


def _event() -> Event:
    now = time.time()
    return Event(event_ids()(now), now, "GET", None, "", "192.0.2.1", True, Mode.ENFORCE, Disposition.ALLOWED, 200)
