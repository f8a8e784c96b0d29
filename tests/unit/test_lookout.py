"""Between the spool and the responder: in order, once, and on from where it was."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from tests.unit.detectors import EveryThird

from garrison.adapters.event_ids import event_ids
from garrison.adapters.store.detections import detections
from garrison.adapters.store.events import EVENTS
from garrison.adapters.store.spool import SpoolWriter
from garrison.adapters.store.upkeep import Retention, Upkeep
from garrison.config.respond import RespondSettings
from garrison.core.decision import Disposition, Mode
from garrison.core.errors import RecordError
from garrison.core.event import Event
from garrison.core.ids import OperationId
from garrison.lookout import FILE, Lookout
from garrison.responding import Responder, Response

new_id = event_ids()


def event(peer: str = "203.0.113.7", ago: float = 0.0, duration: float = 0.0) -> Event:
    began = time.time() - ago - duration
    operation = OperationId("getPet")
    return Event(
        new_id(began), began, "GET", operation, "/pets/{petId}", peer, True, Mode.ENFORCE, Disposition.ALLOWED, 200,
        duration=duration,
    )  # fmt: skip


class Scene:
    """A data directory with a spool, and lookouts on it one after another."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.spool = SpoolWriter(data / EVENTS.spool)
        self.said: list[str] = []
        self.detector = EveryThird()
        self.lookout = self._made()

    def _made(self) -> Lookout:
        made = Lookout(self.data, self.detector, self._responder, say=self.said.append)
        made.start()
        return made

    def _responder(self, recorded: Any) -> Responder:
        return Responder(self.data, Response(RespondSettings(mode="enforce")), recorded=tuple(recorded))

    def write(self, *events: Event) -> None:
        for each in events:
            self.spool.append(msgspec.json.encode(each) + b"\n")

    def restart(self) -> None:
        self.lookout.close()
        self.again()

    def again(self) -> None:
        self.detector = EveryThird()
        self.lookout = self._made()

    def found(self) -> list[str]:
        return [each.id for each in detections(self.data)]

    def fed(self, count: int) -> None:
        until(lambda: len(self.detector.fed) >= count)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.lookout.close()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_in_the_order_in_which_they_ended(scene: Scene) -> None:
    slow, quick = event(ago=0.2, duration=3.0), event(ago=0.3)
    scene.write(slow, quick)
    scene.fed(2)
    assert scene.detector.fed == [quick.id, slow.id]


def test_what_comes_too_late_is_looked_at_all_the_same(scene: Scene) -> None:
    late = event(ago=5.0)
    now = event()
    scene.write(now)
    scene.fed(1)
    scene.write(late)
    scene.fed(2)
    assert scene.detector.fed == [now.id, late.id]


def test_it_goes_on_where_it_was(scene: Scene) -> None:
    some = [event(ago=9 - number) for number in range(8)]
    scene.write(*some[:2])
    scene.fed(2)
    scene.restart()
    scene.write(*some[2:])
    scene.fed(6)
    assert scene.detector.fed == [each.id for each in some[2:]], "nothing twice"
    until(lambda: len(scene.found()) == 2)
    assert scene.lookout.progress.trouble == ""


def test_what_was_recorded_while_nobody_looked_is_found(scene: Scene) -> None:
    """Also where it has become part of the data set meanwhile."""
    some = [event(ago=9 - number) for number in range(6)]
    scene.write(*some[:2])
    scene.fed(2)
    scene.lookout.close()
    scene.write(*some[2:4])
    scene.spool.close()
    upkeep = Upkeep(scene.data, retention=Retention())
    upkeep.close(time.time())
    assert not list((scene.data / EVENTS.spool).iterdir())
    scene.write(*some[4:])
    scene.again()
    scene.fed(4)
    assert scene.detector.fed == [each.id for each in some[2:]]
    until(lambda: len(scene.found()) == 2)


def test_killed_without_keeping_what_it_knew(scene: Scene) -> None:
    """As after SIGKILL: what it finds again is known, on record once, and done once."""
    some = [event(ago=9 - number) for number in range(4)]
    scene.write(*some[:1])
    scene.fed(1)
    scene.restart()  # keeps what it knows: the first
    scene.write(*some[1:])
    scene.fed(3)
    until(lambda: len(scene.found()) == 1)
    kept = (scene.data / FILE).read_bytes()
    scene.lookout.close()
    (scene.data / FILE).write_bytes(kept)  # it never came to keep the rest
    scene.again()
    scene.fed(3)
    scene.lookout.close()
    assert scene.detector.fed == [each.id for each in some[1:]]
    lines = b"".join(path.read_bytes() for path in (scene.data / "spool-of-detections").iterdir())
    assert len(lines.splitlines()) == 1
    scene.again()


def test_killed_before_it_kept_anything(scene: Scene) -> None:
    """What it had no time to look at has become part of the data set: it is looked at all the same, and in order."""
    some = [event(ago=9 - number) for number in range(6)]
    scene.lookout.close()
    (scene.data / FILE).unlink(missing_ok=True)
    scene.write(event(ago=400.0), *some[:4])
    scene.spool.close()
    Upkeep(scene.data, retention=Retention()).close(time.time())
    scene.write(*some[4:])
    scene.again()
    scene.fed(6)
    assert scene.detector.fed == [each.id for each in some]
    until((scene.data / FILE).exists)
    until(lambda: len(scene.found()) == 2)


def test_what_cannot_be_dealt_with_is_found_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    real, failing = Responder.take, threading.Event()

    def take(self: Responder, found: Any) -> None:
        if not failing.is_set():
            raise RecordError("no space left")
        real(self, found)

    monkeypatch.setattr(Responder, "take", take)
    scene.write(*[event(ago=3 - number) for number in range(3)])
    until(lambda: scene.lookout.progress.trouble == "no space left")
    failing.set()
    until(lambda: len(scene.found()) == 1)
    until(lambda: scene.lookout.progress.trouble == "")
    assert scene.said == ["garrison: detection: no space left"], "said once"


def test_an_event_that_breaks_the_detector_ends_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    real = EveryThird.feed

    def feed(self: EveryThird, given: Event) -> Any:
        if given.peer == "broken":
            raise ZeroDivisionError
        return real(self, given)

    monkeypatch.setattr(EveryThird, "feed", feed)
    scene.write(event("broken"), event())
    scene.fed(1)
    assert "could not be looked at: ZeroDivisionError" in scene.said[0]


def test_a_look_that_fails_is_told_and_the_next_one_goes_on(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = threading.Event()

    def advance(self: EveryThird, now: float) -> Any:
        del self, now
        failing.set()
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(EveryThird, "advance", advance)
        assert failing.wait(60)
        until(lambda: "ZeroDivisionError" in scene.lookout.progress.trouble)
        assert "ZeroDivisionError" in scene.said[0]
    scene.write(*[event(ago=3 - number) for number in range(3)])
    until(lambda: len(scene.found()) == 1)
    until(lambda: scene.lookout.progress.trouble == "")


def test_one_that_cannot_be_dealt_with_keeps_no_other_waiting(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Responder._into_incident

    def into(self: Responder, found: Any) -> Any:
        if found.named.peers == ("broken",):
            raise KeyError(found.id)
        return real(self, found)

    monkeypatch.setattr(Responder, "_into_incident", into)
    scene.write(*[event(peer) for _ in range(3) for peer in ("broken", "203.0.113.7")])
    until(lambda: scene.lookout.progress.detections == 1)
    until(lambda: "could not be dealt with: KeyError" in scene.lookout.progress.trouble)
    scene.write(*[event("203.0.113.8") for _ in range(3)])
    until(lambda: scene.lookout.progress.detections == 2)


def test_it_begins_as_soon_as_it_can(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.lookout.close()
    with monkeypatch.context() as patched:
        patched.setattr(EveryThird, "restore", lambda *_: 1 / 0)
        scene.again()
        until(lambda: "ZeroDivisionError" in scene.lookout.progress.trouble)
    scene.write(event())
    scene.fed(1)


def test_what_it_knows_takes_no_space_that_events_need(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    until((scene.data / FILE).exists)
    scene.write(event())
    scene.fed(1)
    monkeypatch.setattr(os, "statvfs", lambda _path: SimpleNamespace(f_frsize=1, f_blocks=800, f_bavail=101))
    before = (scene.data / FILE).read_bytes()
    scene.lookout.close()
    assert (scene.data / FILE).read_bytes() == before
    assert not list(scene.data.glob(f".{FILE}*"))
    assert scene.said == ["garrison: detection: what is known cannot be kept: no space left on device"]
    assert scene.lookout.progress.trouble.startswith("what is known cannot be kept")


def test_what_another_version_kept_is_left(scene: Scene) -> None:
    scene.lookout.close()
    (scene.data / FILE).write_bytes(b"nothing")
    scene.again()
    scene.write(event())
    scene.fed(1)
    assert "begins anew" in scene.said[0]
