"""The data set is kept up behind all else, and by somebody with the rank of others where that falls behind."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from garrison.adapters import upkeep_behind
from garrison.adapters.event_ids import event_ids
from garrison.adapters.store.events import EVENTS
from garrison.adapters.store.query import count
from garrison.adapters.store.segments import segment_files
from garrison.adapters.store.spool import SpoolWriter
from garrison.adapters.store.upkeep import Retention
from garrison.adapters.upkeep_behind import ENDED, PATIENCE, Behind
from garrison.core.decision import Disposition, Mode
from garrison.core.event import Event

new_id = event_ids()


class Scene:
    """A data directory, and what looks after it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.said: list[str] = []
        self.behind = Behind(data, Retention(), self.said.append)
        self._ahead = 0.0

    @property
    def moment(self) -> float:
        return time.time() + self._ahead

    def look(self, later: float = 0.0) -> bool:
        """Look after it, so many seconds later; whether nothing is wrong."""
        self._ahead += later
        self.behind.step(self.moment)
        return not self.behind.trouble

    @property
    def pid(self) -> int:
        process = self.behind._process
        return process.pid if process is not None else 0

    def steps_back(self) -> None:
        until(lambda: os.sched_getscheduler(self.pid) == os.SCHED_IDLE)

    def write(self, number: int) -> None:
        spool = SpoolWriter(self.data / EVENTS.spool)
        for _ in range(number):
            now = time.time()
            event = Event(new_id(now), now, "GET", None, "", "192.0.2.1", True, Mode.ENFORCE, Disposition.ALLOWED, 200)
            spool.append(msgspec.json.encode(event) + b"\n")
        spool.close()


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep_behind, "LOOK", 0.05)
    monkeypatch.setattr(upkeep_behind, "REST", 0.5)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    made.write(3)
    made.look()
    yield made
    made.behind.close(made.moment)
    assert made.pid == 0


def converted(scene: Scene) -> None:
    until(lambda: not segment_files(scene.data / EVENTS.spool))


def test_it_is_done_behind_all_else(scene: Scene) -> None:
    scene.steps_back()
    converted(scene)
    first = scene.pid
    begun = scene.moment
    until(lambda: scene.look() and scene.behind._heard_at > begun)
    assert scene.said == []
    assert scene.pid == first
    assert count(scene.data) == 3


def begins_anew(scene: Scene, first: int) -> None:
    """Once it has died, which nobody waits for."""
    until(lambda: scene.look() and scene.pid not in {0, first})
    assert scene.said == []


def test_what_starves_gets_the_rank_of_others(scene: Scene) -> None:
    scene.steps_back()
    first = scene.pid
    os.kill(first, signal.SIGSTOP)
    scene.look(1)
    scene.look(PATIENCE / 2)
    assert not scene.behind._killed
    scene.look(PATIENCE)
    begins_anew(scene, first)
    scene.write(2)
    converted(scene)
    assert os.sched_getscheduler(scene.pid) == os.SCHED_OTHER
    assert count(scene.data) == 5


def test_what_works_for_long_is_left_alone(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.steps_back()
    first = scene.pid
    os.kill(first, signal.SIGSTOP)
    scene.look(1)
    monkeypatch.setattr(upkeep_behind, "processor_time", lambda _: scene.moment - scene.behind._heard_at)
    for _ in range(3):
        scene.look(PATIENCE)
    assert scene.pid == first
    assert not scene.behind._killed


def test_whoever_has_the_rank_of_others_is_left_alone(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.steps_back()
    first = scene.pid
    monkeypatch.setattr(upkeep_behind, "HURRY", -1)
    scene.look(1)
    begins_anew(scene, first)
    second = scene.pid
    os.kill(second, signal.SIGSTOP)
    for _ in range(9):
        scene.look(PATIENCE)
    assert scene.pid == second
    assert not scene.behind._killed


def test_one_that_ended_is_started_again(scene: Scene) -> None:
    scene.steps_back()
    converted(scene)
    first = scene.pid
    os.kill(first, signal.SIGKILL)
    until(lambda: not scene.look())
    assert scene.said == [f"garrison: {ENDED}"]
    until(lambda: scene.look() and scene.pid not in {0, first})


def test_what_is_wrong_is_told(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "manifest.json").write_text('{"version": 99}')
    until(lambda: not scene.look() and scene.said)
    assert "newer version" in scene.behind.trouble
    assert scene.said == [f"garrison: {scene.behind.trouble}"]
    scene.behind.close(scene.moment)


def test_it_begins_where_something_waits_or_a_while_after_the_gateway(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.look()
    assert scene.pid == 0
    scene.look(0.3)
    assert scene.pid == 0
    scene.look(0.3)
    assert scene.pid
    scene.behind.close(scene.moment)


def test_where_much_waits_it_begins_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(tmp_path)
    scene.look()
    assert scene.pid == 0
    monkeypatch.setattr(upkeep_behind, "HURRY", -1)
    (tmp_path / EVENTS.spool).mkdir()
    scene.look(0.1)
    assert scene.pid
    scene.behind.close(scene.moment)
