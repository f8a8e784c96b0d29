"""Processes that write and convert the record are killed at any moment: no event is lost, none counts twice, and each
is in the ledger with everybody whose data it disclosed."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from tests.integration.gateway.running import until

from garrison.adapters.status import WATCH, WatchStatus, read_status
from garrison.adapters.store import ledger
from garrison.adapters.store.query import count, events
from garrison.adapters.store.segments import segment_files
from garrison.engine.pseudonyms import Pseudonyms

ROUNDS = int(os.environ.get("GARRISON_ROUNDS", "6"))
"""Kills, of each kind twice; 1000 for the long form."""
VICTIMS = ("writer", "watch", "both")

digest = Pseudonyms(b"k" * 32).digest

WRITER = """
import sys, time
from pathlib import Path
from garrison.adapters.event_ids import event_ids
from garrison.adapters.store.record import Recorder
from garrison.adapters.store.spool import SpoolWriter
from garrison.core.decision import Disposition, FailMode, Mode
from garrison.core.event import Event
from garrison.core.exposure import Disclosure
from garrison.engine.pseudonyms import Pseudonyms

digest = Pseudonyms(b"k" * 32).digest
recorder = Recorder(SpoolWriter(Path(sys.argv[1]) / "spool", segment_bytes=20_000), fail=FailMode.CLOSED)
new_id = event_ids()
while True:
    now = time.time()
    name = new_id(now)
    people = (Disclosure("customer", (digest("customer", name), digest("customer", "the other"))),)
    recorder.record(Event(
        name, now, "GET", None, "", "192.0.2.1", True, Mode.ENFORCE, Disposition.ALLOWED, 200, exposed=people
    ))
    sys.stdout.write(name + "\\n")
    sys.stdout.flush()
    time.sleep(0.0002)
"""


def start_writer(data: Path, told: Path) -> subprocess.Popen[bytes]:
    with told.open("ab") as file:
        return subprocess.Popen([sys.executable, "-c", WRITER, str(data)], stdout=file)


def start_watch(data: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "garrison.watch", str(data)])


def watches(data: Path, pid: int) -> bool:
    status = read_status(data, WATCH, WatchStatus)
    return status is not None and status.pid == pid


@pytest.mark.integration
def test_no_event_is_lost_and_none_counts_twice(tmp_path: Path) -> None:
    data, told = tmp_path / "data", tmp_path / "told"
    chance = random.Random(ROUNDS)
    writer, watch = start_writer(data, told), start_watch(data)
    try:
        for victim in chance.sample(VICTIMS * (-(-ROUNDS // len(VICTIMS))), ROUNDS):
            time.sleep(chance.uniform(0.1, 1.0))
            if victim != "watch":
                writer.kill()
                writer.wait()
                writer = start_writer(data, told)
            if victim != "writer":
                watch.kill()
                watch.wait()
                watch = start_watch(data)
        time.sleep(1)
        writer.kill()
        until(lambda: watches(data, watch.pid), "it watches")
        until(lambda: not segment_files(data / "spool"), "it takes in what the writer left", seconds=60)
        watch.send_signal(signal.SIGTERM)
        assert watch.wait(60) == 0
    finally:
        for process in (writer, watch):
            process.kill()
            process.wait()
    reported = told.read_text().split()
    if len(reported[-1]) != 36:
        reported.pop()  # killed while it told
    found = [event.id for event in events(data, newest_first=False)]
    assert len(found) == len(set(found)) == count(data)
    assert set(reported) <= set(found)
    assert len(set(found) - set(reported)) <= 2 * ROUNDS + 1, "an event was recorded that nobody wrote"
    rows = Counter((row.event, row.subject) for row in ledger.exposures(data))
    expected = {(event, digest("customer", name)) for event in found for name in (event, "the other")}
    assert set(rows) == expected, "somebody is missing in the ledger, or nobody's"
    assert set(rows.values()) == {1}, "an exposure counts twice"
    assert not list((data / "spool").iterdir()), "the watch process left something in the spool"
