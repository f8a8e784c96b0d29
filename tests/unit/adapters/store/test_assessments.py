"""Runs that are kept, what is known after them, and one at a time."""

from pathlib import Path

import pytest

from garrison.adapters.store import assessments
from garrison.adapters.store.assessments import AssessmentRun, Assessments
from garrison.adapters.store.only_one import BusyError, the_only_one
from garrison.assess.schedule import Past
from garrison.core.detection import Severity
from garrison.core.difference import Difference, DifferenceKind
from garrison.core.errors import RecordError
from garrison.core.picture import Field, Picture, Standing, Weakness

URL = "http://127.0.0.1:9"
DIFFERENCE = Difference(DifferenceKind.NOTED, "x", Severity.LOW, "something")
PICTURE = Picture(
    operations=("GET /a",),
    shapes={"GET /a": {"ann": {"/id": Field(("number",), 3)}}},
    weaknesses={"f" * 32: Weakness(Standing.OPEN, Severity.HIGH, "bad", 1)},
    until=7.5,
)


def made(runs: Assessments, begun: float, *differences: Difference, trouble: str = "") -> int:
    number = runs.begin(URL, begun)
    run = AssessmentRun(
        number=number, target=URL, begun=begun, ended=begun + 1, differences=differences, trouble=trouble
    )
    runs.finish(run, None if trouble else PICTURE)
    return number


def test_what_is_known_and_what_is_to_be_told_is_kept(tmp_path: Path) -> None:
    with Assessments(tmp_path) as runs:
        number = made(runs, 10.0, DIFFERENCE)
    with Assessments(tmp_path) as runs:
        assert runs.picture(URL) == PICTURE
        assert runs.picture("http://another") is None
        assert [run.differences for run in runs.untold(URL)] == [(DIFFERENCE,)]
        runs.told(number)
        assert runs.untold(URL) == []
        assert runs.runs(URL)[0].differences == (DIFFERENCE,)


def test_nothing_is_to_be_told_of_a_run_without_differences(tmp_path: Path) -> None:
    with Assessments(tmp_path) as runs:
        made(runs, 10.0)
        assert runs.untold(URL) == []


def test_the_past_is_the_last_run_that_was_made_and_what_failed_since(tmp_path: Path) -> None:
    with Assessments(tmp_path) as runs:
        assert runs.past(URL) == Past()
        runs.begin(URL, 5.0)  # cut off
        assert runs.past(URL) == Past(tried=5.0, failures=1)
        made(runs, 10.0)
        made(runs, 20.0, trouble="no")
        runs.begin(URL, 30.0)
        assert runs.past(URL) == Past(10.0, 11.0, 30.0, 2)
        runs.withdraw(runs.begin(URL, 40.0))
        assert runs.past(URL) == Past(10.0, 11.0, 30.0, 2)


def test_old_runs_go_unless_they_are_still_to_be_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assessments, "MOST_RUNS", 3)
    with Assessments(tmp_path) as runs:
        made(runs, 1.0, DIFFERENCE)
        for begun in range(2, 9):
            made(runs, float(begun))
        assert [run.begun for run in runs.runs(URL)] == [8.0, 7.0, 6.0, 1.0]


def test_where_there_is_nothing_reading_finds_nothing(tmp_path: Path) -> None:
    with Assessments(tmp_path, is_read=True) as runs:
        assert runs.runs() == []
    assert not list(tmp_path.iterdir())


def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / assessments.FILE).write_text("no database at all, but some text that is long enough to be read")
    with pytest.raises(RecordError, match="cannot be used"):
        Assessments(tmp_path)


def test_only_one_at_a_time(tmp_path: Path) -> None:
    with the_only_one(tmp_path / "new", "a.lock", "taken"):
        with pytest.raises(BusyError, match="taken"), the_only_one(tmp_path / "new", "a.lock", "taken"):
            pass
        with the_only_one(tmp_path / "new", "b.lock", "taken"):
            pass
    with the_only_one(tmp_path / "new", "a.lock", "taken"):
        pass


def test_where_no_lock_can_be_made_that_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.lock").mkdir()
    with pytest.raises(RecordError, match="is a directory"), the_only_one(tmp_path, "a.lock", "taken"):
        pass
