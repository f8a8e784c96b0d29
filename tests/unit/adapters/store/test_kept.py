"""State that survives a restart: whatever ends the process, nothing that was kept is missing, or it is said."""

import multiprocessing
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from garrison.adapters.store import snapshot
from garrison.adapters.store.journal import SUFFIX as JOURNAL
from garrison.adapters.store.journal import Journal, Segment, numbers, segment_path
from garrison.adapters.store.kept import Compactor, KeptState, keep_state
from garrison.adapters.store.snapshot import Reading, compact, encode
from garrison.config.model import Settings
from garrison.core.kept import Kept, Value
from garrison.engine.limits import Rate
from garrison.engine.state import State

NOW = time.time()
LATER = NOW + 3600
SMALL = 4096
"""Bytes of a segment in these tests."""


def opened(directory: Path, said: list[str] | None = None) -> tuple[KeptState, dict[tuple[str, bytes], Value]]:
    """A process that begins, and what it finds; the last value of a key counts."""
    kept = KeptState(directory, (said if said is not None else []).append, compacts=False)
    found: dict[tuple[str, bytes], Value] = {}
    for each in kept.records(NOW):
        found[each.shelf, each.key] = each.value
    return kept, {ident: value for ident, value in found.items() if value is not None}


def test_what_was_kept_comes_back(tmp_path: Path) -> None:
    kept, found = opened(tmp_path)
    assert found == {}
    assert kept.lost_at == NOW, "what was before the first start is not known"
    kept.keep("rate each", b"ada", 1.5, LATER)
    kept.keep("quota each", b"ada", (20_000, 0, 7), LATER)
    kept.keep("rate each", b"ada", 2.5, LATER)
    kept.keep("guess", b"peer 192.0.2.1", (3, 1.0, 2.0), LATER)
    kept.keep("guess", b"peer 192.0.2.1", None, 0.0)
    kept.close()
    again, found = opened(tmp_path)
    assert found == {("rate each", b"ada"): 2.5, ("quota each", b"ada"): (20_000, 0, 7)}
    assert (again.lost, again.lost_at) == (0, NOW)
    again.close()


def test_what_was_lost_once_is_known_until_then_only(tmp_path: Path) -> None:
    opened(tmp_path)[0].close()
    kept = KeptState(tmp_path, print, compacts=False)
    assert list(kept.records(NOW + 100)) == []
    assert kept.lost_at == NOW
    kept.close()


KILLED = """
import sys, time
from pathlib import Path
from garrison.adapters.store.kept import KeptState
kept = KeptState(Path(sys.argv[1]), print, compacts=False)
list(kept.records(time.time()))
number = 0
while True:
    number += 1
    kept.keep("quota each", b"ada", (1, 0, number), 1e12)
    print(number, flush=True)
"""


def test_nothing_is_missing_after_a_kill(tmp_path: Path) -> None:
    """Three times in a row: what was said to be kept is kept, and the next one goes on with it."""
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(random.randrange(500, 3000))]
        process.send_signal(signal.SIGKILL)
        with process.stdout as rest:
            said += rest.readlines()
        process.wait()
        last = int([line for line in said if line.endswith("\n")][-1])
        kept, found = opened(tmp_path)
        value = found["quota each", b"ada"]
        assert isinstance(value, tuple)
        assert last <= value[2] <= last + 3
        assert kept.lost_at < NOW + 3600, "the first start alone is what is not known"
        kept.close()


def test_a_record_that_is_cut_off_ends_the_segment(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 0, 0.0, segment_bytes=SMALL)
    for number in range(3):
        journal.append(encode("s", b"k", number, LATER))
    journal.close()
    path = segment_path(tmp_path, 0)
    content = bytearray(path.read_bytes())
    whole = list(Segment(path).records())
    assert len(whole) == 3
    at = content.rindex(whole[2])
    content[at + 2 : at + len(whole[2])] = bytes(len(whole[2]) - 2)
    path.write_bytes(content)
    assert list(Segment(path).records()) == whole[:2]


def test_a_machine_that_was_started_anew_may_have_lost_something(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 0, 0.0, segment_bytes=SMALL)
    journal.append(encode("s", b"k", 1, LATER))
    path = segment_path(tmp_path, 0)
    assert Segment(path).is_whole
    content = bytearray(path.read_bytes())
    content[16:32] = b"of another start"
    path.write_bytes(content)
    reading = Reading(tmp_path, NOW)
    assert len(list(reading.records())) == 1
    assert reading.lost == NOW
    content[32] = 1  # it was closed, and what is closed is on the disk
    path.write_bytes(content)
    assert Reading(tmp_path, NOW).lost == 0


@pytest.mark.parametrize("what", ["segment", "snapshot", "missing"])
def test_what_is_damaged_is_said(tmp_path: Path, what: str) -> None:
    slot = tmp_path / "0"
    slot.mkdir()
    journal = Journal(slot, 0, 0.0, segment_bytes=SMALL)
    for number in range(1000):
        journal.append(encode("s", str(number).encode(), number, LATER))
    journal.close()
    assert compact(slot, NOW)
    (base,) = numbers(slot, snapshot.SUFFIX)
    damaged = {
        "segment": segment_path(slot, base + 1),
        "snapshot": slot / f"{base:012d}.snapshot",
        "missing": segment_path(slot, base + 1),
    }[what]
    if what == "missing":
        damaged.unlink()
    else:
        content = bytearray(damaged.read_bytes())
        content[:8] = b"nonsense"
        damaged.write_bytes(content)
    said: list[str] = []
    kept, found = opened(tmp_path, said)
    assert len(found) < 1000
    assert kept.lost_at == NOW
    assert (what == "missing") == (said == [])
    kept.close()


def test_a_damaged_block_is_passed_over(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 0, 0.0, segment_bytes=1 << 17)
    for number in range(12_000):
        journal.append(encode("s", str(number).encode(), number, LATER))
    assert compact(tmp_path, NOW, due=1)
    (path,) = tmp_path.glob(f"*{snapshot.SUFFIX}")
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    reading = Reading(tmp_path, NOW)
    assert len(list(reading.records())) == 11_000
    assert (reading.lost, len(reading.damaged)) == (NOW, 1)


@pytest.mark.parametrize("seed", range(5))
def test_snapshots_change_nothing_but_what_is_over(tmp_path: Path, seed: int) -> None:
    """Values that come, change and go, snapshots now and then: always the last value of what still matters."""
    chance = random.Random(seed)
    journal = Journal(tmp_path, 0, 0.0, segment_bytes=SMALL)
    expected: dict[bytes, tuple[Value, float]] = {}
    now = NOW
    for _ in range(6000):
        now += 0.01
        key = str(chance.randrange(300)).encode()
        value: Value = chance.choice([None, chance.randrange(9), 0.5, (1, 2.5, 3)])
        until = now + chance.choice([1.0, 1e6])
        journal.append(encode("s", key, value, until))
        expected[key] = value, until
        if chance.random() < 0.01:
            compact(tmp_path, now, due=1)
    while compact(tmp_path, now, due=1):
        pass
    assert len(numbers(tmp_path, snapshot.SUFFIX)) == 1
    assert len(numbers(tmp_path, JOURNAL)) == 1
    found: dict[bytes, tuple[Value, float]] = {}
    for each in Reading(tmp_path, now).records():
        found[each.key] = each.value, each.until
    assert {key: each for key, each in found.items() if each[0] is not None and each[1] > now} == {
        key: each for key, each in expected.items() if each[0] is not None and each[1] > now
    }
    assert list(tmp_path.glob(".*.new")) == []


def test_a_snapshot_is_made_beside_a_writer(tmp_path: Path) -> None:
    slot = tmp_path / "state" / "0"
    slot.mkdir(parents=True)
    journal = Journal(slot, 0, 0.0, segment_bytes=SMALL)
    compactor = Compactor(tmp_path)
    deadline, number = time.monotonic() + 60, 0
    while not numbers(slot, snapshot.SUFFIX):
        assert time.monotonic() < deadline
        for _ in range(1000):
            number += 1
            journal.append(encode("s", b"k", number, LATER))
        time.sleep(0.01)
    compactor.close()
    assert compactor.trouble == ""
    *_, last = Reading(slot, NOW).records()
    assert last == Kept("s", b"k", number, LATER)


def _in_small_files(directory: Path, said: "multiprocessing.Queue[object]") -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))  # a segment has no room: as on a full disk
    lines: list[str] = []
    kept = KeptState(directory, lines.append, compacts=False)
    found = list(kept.records(NOW))
    kept.keep("s", b"k", 2, LATER)
    said.put((len(found), kept.lost, lines))
    kept.close()


def test_where_the_disk_refuses_it_is_said_and_remembered(tmp_path: Path) -> None:
    kept, _ = opened(tmp_path)
    kept.keep("s", b"k", 1, LATER)
    kept.close()
    context = multiprocessing.get_context("spawn")
    said: multiprocessing.Queue[object] = context.Queue()
    process = context.Process(target=_in_small_files, args=(tmp_path, said))
    process.start()
    before = time.time()
    trouble = f"state cannot be kept in `{tmp_path / '0'}`: file too large"
    assert said.get(timeout=30) == (1, 1, [f"{trouble}; a restart forgets what is counted meanwhile"])
    process.join()
    again, found = opened(tmp_path)
    assert found == {("s", b"k"): 1}
    assert again.lost_at > before - 30
    again.close()


def test_each_process_has_its_own(tmp_path: Path) -> None:
    first, _ = opened(tmp_path)
    second, _ = opened(tmp_path)
    first.keep("s", b"k", 1, LATER)
    second.keep("s", b"k", 2, LATER)
    first.close()
    second.close()
    again, found = opened(tmp_path)
    assert found == {("s", b"k"): 1}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0", "1"]
    again.close()


def test_without_a_directory_nothing_from_before_is_known() -> None:
    state, before = State(), time.time()
    assert keep_state(state, Settings(), print, compacts=True) is None
    assert before <= state.identity.proofs.since <= time.time()


def test_a_gateway_goes_on_with_what_the_one_before_it_kept(tmp_path: Path) -> None:
    settings, first, second = Settings(data=str(tmp_path)), State(), State()
    now = time.time()  # not when this file was read: what is over by now is not restored
    kept = keep_state(first, settings, print, compacts=True)
    assert kept is not None
    assert first.identity.proofs.use(b"a proof", now, now + 3600)
    rate = Rate("each rate", 60.0, 2)
    assert [bool(rate.take(first.counters, "ada", 1, now).wait) for _ in range(2)] == [False, False]
    kept.close()
    again = keep_state(second, settings, print, compacts=True)
    assert again is not None
    assert not second.identity.proofs.use(b"a proof", now, now + 3600)
    assert rate.take(second.counters, "ada", 1, now).wait > 0
    assert second.identity.proofs.since == first.identity.proofs.since, "since then everything is known"
    again.close()
