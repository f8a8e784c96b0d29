"""Again and again: with a clock, a pause and an API that are made up, killed wherever it may be."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from garrison.adapters.notifications.differences import tell_differences
from garrison.adapters.store.assessments import AssessmentRun, Assessments
from garrison.adapters.store.casebook import Casebook
from garrison.adapters.store.only_one import BusyError, the_only_one
from garrison.adapters.store.outbox import Outbox
from garrison.assess.schedule import Schedule
from garrison.config.notify import DestinationSettings, NotifySettings, SyslogSettings
from garrison.config.quiet_hours import parse_quiet_hours
from garrison.continuous import AGAIN, LOCK, Continuous, Plan, assess_continuously, lines
from garrison.core.detection import Severity
from garrison.core.difference import Difference, DifferenceKind
from garrison.core.errors import GatewayError, RecordError
from garrison.core.picture import Picture, Sighting

HOUR = 3600.0
URL = "http://127.0.0.1:9"
NOTIFY = NotifySettings(to=(DestinationSettings(name="ops", syslog=SyslogSettings(address="udp://127.0.0.1:9")),))


class Killed(BaseException):
    """The process is gone."""


class Life:
    """What happens around it: the API gains an operation with every hour of the clock."""

    def __init__(self, data: Path, *, until: float = 12 * HOUR, every: float = HOUR, quiet: str = "") -> None:
        self.data = data
        self.now = 0.0
        self.until = until
        self.schedule = Schedule(every, parse_quiet_hours(quiet) if quiet else None)
        self.looks: list[float] = []
        self.left: list[float] = []
        self.told: list[str] = []
        self.said: list[str] = []
        self.look: Callable[[float], Sighting] = self.sighting
        self.dies: Iterator[bool] = iter(())

    def sighting(self, now: float) -> Sighting:
        return Sighting(at=now, operations=tuple(f"GET /{hour}" for hour in range(int(now // HOUR) + 1)))

    def may_die(self) -> None:
        if next(self.dies, False):
            raise Killed

    def pause(self, seconds: float) -> bool:
        self.now += seconds
        return self.now >= self.until

    def looking(self, known: Picture, now: float, seconds: float) -> Sighting:
        del known
        self.looks.append(now)
        self.left.append(seconds)
        self.may_die()
        seen = self.look(now)
        self.now += 60.0
        self.may_die()
        return seen

    def tell(self, run: AssessmentRun) -> None:
        self.may_die()
        tell_differences(self.data, run, NOTIFY, Severity.INFORMATIONAL, self.now)
        self.may_die()
        casebook = Casebook(self.data)
        outbox = Outbox(casebook)
        for each in outbox.due("ops", self.now, 100):
            self.told += each.notice.changes
            outbox.delivered([each], self.now, every=300)
        casebook.close()
        self.may_die()

    def live(self) -> list[AssessmentRun]:
        while True:
            with Assessments(self.data) as runs:
                one = Continuous(
                    runs, URL, self.schedule, self.looking, self.tell,
                    clock=lambda: self.now, pause=self.pause, say=self.said.append,
                )  # fmt: skip
                try:
                    one.run()
                except Killed:
                    continue
                return runs.runs(URL)[::-1]


def test_it_runs_as_often_as_it_shall_and_tells_what_is_different(tmp_path: Path) -> None:
    life = Life(tmp_path)
    runs = life.live()
    assert life.looks == [hour * HOUR for hour in range(12)]
    assert life.told == [f"the contract describes a new operation: GET /{hour}" for hour in range(1, 12)]
    assert [len(run.differences) for run in runs] == [0, *[1] * 11]


@pytest.mark.parametrize("at", range(18))
def test_killed_anywhere_it_tells_everything_once(tmp_path: Path, at: int) -> None:
    life = Life(tmp_path, until=4 * HOUR)
    life.dies = iter([count in (at, at + 1, at + 5) for count in range(400)])
    life.live()
    assert sorted(life.told) == [f"the contract describes a new operation: GET /{hour}" for hour in range(1, 4)]


def test_quiet_hours_bound_when_it_begins_and_how_long_it_may_last(tmp_path: Path) -> None:
    life = Life(tmp_path, until=48 * HOUR, every=5 * HOUR, quiet="22:00-06:00")
    life.live()
    hours = [each / HOUR % 24 for each in life.looks]
    assert hours == [6, 11, 16, 21, 6, 11, 16, 21]
    assert life.left == [(22 - hour) * HOUR for hour in hours]


def test_what_cannot_be_assessed_is_told_once_and_tried_later_and_later(tmp_path: Path) -> None:
    life = Life(tmp_path, every=6 * HOUR, until=30 * HOUR)

    def fails(now: float) -> Sighting:
        if HOUR < now < 20 * HOUR:
            raise GatewayError("it cannot be reached")
        return Sighting(at=now)

    life.look = fails
    runs = life.live()
    assert [each / HOUR for each in life.looks[:5]] == pytest.approx([0, 6, 6 + 1 / 12, 6.25, 6 + 7 / 12], abs=0.01)
    assert life.told == ["the API could not be assessed 3 times one after another: it cannot be reached"]
    assert life.said == ["garrison: the API was not assessed: it cannot be reached"]
    assert [run.trouble for run in runs[-2:]] == ["", ""]


def test_while_another_assessment_is_under_way_it_waits_and_that_is_no_failure(tmp_path: Path) -> None:
    life = Life(tmp_path, until=2 * HOUR)
    busy = iter([True, True, True])

    def look(now: float) -> Sighting:
        if next(busy, False):
            raise BusyError("another assessment is under way")
        return Sighting(at=now)

    life.look = look
    runs = life.live()
    assert [round(two - one) for one, two in zip(life.looks, life.looks[1:4], strict=False)] == [AGAIN] * 3
    assert all(run.was_made for run in runs)
    assert life.told == []


@pytest.mark.parametrize("how", ["signal", "report"])
def test_a_run_that_is_broken_off_counts_as_none(tmp_path: Path, how: str) -> None:
    life = Life(tmp_path)

    def look(now: float) -> Sighting:
        if how == "signal":
            raise KeyboardInterrupt
        return Sighting(at=now, operations=("GET /half",), stopped="it was interrupted")

    life.look = look
    assert life.live() == []
    with Assessments(tmp_path) as runs:
        assert runs.picture(URL) is None


def test_a_disk_that_refuses_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    life = Life(tmp_path, until=3 * HOUR)
    refusals = iter([RecordError("no space left"), None, RecordError("no space left")])
    finish = Assessments.finish

    def refusing(runs: Assessments, run: AssessmentRun, picture: Picture | None) -> None:
        if (error := next(refusals, None)) is not None:
            raise error
        finish(runs, run, picture)

    monkeypatch.setattr(Assessments, "finish", refusing)
    life.live()
    assert "garrison: the API was not assessed: no space left" in life.said
    assert life.told == [f"the contract describes a new operation: GET /{hour}" for hour in (1, 2)]


def test_two_at_once_are_refused(tmp_path: Path) -> None:
    from garrison.assessing import Wanted

    plan = Plan(data=tmp_path, wanted=Wanted(url=URL), schedule=Schedule(HOUR))
    with the_only_one(tmp_path, LOCK, ""), pytest.raises(BusyError, match="another process assesses continuously"):
        assess_continuously(plan, say=lambda _: None, stopping=_stopped())


def _stopped() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


def test_a_long_list_is_cut() -> None:
    many = tuple(Difference(DifferenceKind.NOTED, str(count), Severity.LOW, f"no {count}") for count in range(25))
    run = AssessmentRun(number=1, target=URL, begun=0, ended=1, differences=many)
    assert len(lines(run)) == 21
    assert lines(run)[-1] == "garrison: and 5 more: `garrison findings changes` lists them"
