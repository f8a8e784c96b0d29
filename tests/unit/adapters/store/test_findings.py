"""What becomes of findings over the runs of a target."""

import datetime as dt
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from garrison.adapters.store.findings import FILE, MOST_RUNS, Findings
from garrison.core.detection import Confidence, Severity
from garrison.core.errors import RecordError
from garrison.core.finding import CheckId, Finding, State, Untested
from garrison.core.findings_report import Explained, Listed, Outcome, Ran, Report
from garrison.core.ids import OperationId

DAY = 86400.0
FIRST = 1_800_000_000.0
READ, WRITE = OperationId("read"), OperationId("write")
BOLA, BANNER = CheckId("bola"), CheckId("banner")


def finding(check: CheckId = BOLA, operation: OperationId | None = READ, print_: str = "a") -> Finding:
    return Finding(check, "t", Severity.HIGH, Confidence.HIGH, "s", print_ * 32, operation)


def run(
    *findings: Finding, at: float = FIRST, tested: tuple[Ran, ...] | None = None, untested: tuple[Untested, ...] = ()
) -> Report:
    ran = (Ran(BOLA, Outcome.TESTED, operations=(READ, WRITE)), Ran(BANNER, Outcome.TESTED, is_whole=True))
    return Report(
        kind="assessment",
        target="http://t",
        started=at,
        ended=at + 1,
        version="1",
        checks=ran if tested is None else tested,
        explained=(Explained(BOLA, "t", Severity.HIGH, why="because"),),
        findings=tuple(Listed(each) for each in findings),
        untested=untested,
    )


def states(report: Report) -> dict[str, State]:
    return {each.finding.fingerprint[0]: each.state for each in report.findings}


def begun(store: Findings) -> list[float]:
    """When the runs that are kept began, the last first."""
    return [started for (started,) in store.ask("SELECT started FROM runs ORDER BY number DESC")]


def test_new_then_open_then_fixed_then_regressed(tmp_path: Path) -> None:
    with Findings(tmp_path) as store:
        assert states(store.take_in(run(finding()))) == {"a": State.NEW}
        assert states(store.take_in(run(finding(), finding(print_="b"), at=FIRST + 1))) == {
            "a": State.OPEN,
            "b": State.NEW,
        }
        fixed = store.take_in(run(finding(print_="b"), at=FIRST + 2))
        assert states(fixed) == {"a": State.FIXED, "b": State.OPEN}
        assert states(store.take_in(run(finding(print_="b"), at=FIRST + 3))) == {"b": State.OPEN}
        again = store.take_in(run(finding(), at=FIRST + 4))
        assert states(again) == {"a": State.REGRESSED, "b": State.FIXED}
        assert states(store.take_in(run(finding(), at=FIRST + 5))) == {"a": State.OPEN}

        assert fixed.compared == FIRST + 1
        assert [each.first for each in again.findings] == [FIRST, FIRST + 1]


@pytest.mark.parametrize(
    ("tested", "untested", "is_fixed"),
    [
        ((Ran(BOLA, Outcome.TESTED, operations=(READ,)),), (), True),
        ((Ran(BOLA, Outcome.TESTED, operations=(WRITE,)),), (), False),
        ((Ran(BOLA, Outcome.TESTED),), (), False),
        ((Ran(BOLA, Outcome.UNTESTED, "why"),), (), False),
        ((Ran(BOLA, Outcome.NOT_APPLICABLE),), (), False),
        ((Ran(BOLA, Outcome.TESTED, operations=(READ,)),), (Untested("time was over", BOLA, READ),), False),
        ((Ran(BOLA, Outcome.TESTED, is_whole=True),), (), True),
        ((Ran(BOLA, Outcome.TESTED, is_whole=True),), (Untested("time was over", BOLA),), False),
    ],
)
def test_only_what_was_tested_again_is_fixed(
    tmp_path: Path, tested: tuple[Ran, ...], untested: tuple[Untested, ...], is_fixed: bool
) -> None:
    with Findings(tmp_path) as store:
        store.take_in(run(finding()))
        report = store.take_in(run(at=FIRST + 1, tested=tested, untested=untested))
        (kept,) = store.kept(FIRST)

    assert states(report) == ({"a": State.FIXED} if is_fixed else {})
    assert kept.listed.state is (State.FIXED if is_fixed else State.NEW)
    told = Untested("it was found before (aaaaaaaa) and was not tested again", BOLA, READ)
    assert (told in report.untested) is not is_fixed


def test_an_audit_says_nothing_of_an_assessment(tmp_path: Path) -> None:
    with Findings(tmp_path) as store:
        store.take_in(run(finding()))
        audit = msgspec.structs.replace(run(tested=(Ran(BANNER, Outcome.TESTED, is_whole=True),)), kind="audit")
        report = store.take_in(audit)

        assert report.findings == ()
        assert report.untested == ()
        assert report.compared == 0


def test_targets_are_kept_apart(tmp_path: Path) -> None:
    with Findings(tmp_path) as store:
        store.take_in(run(finding()))
        other = store.take_in(msgspec.structs.replace(run(finding()), target="http://u"))

        assert states(other) == {"a": State.NEW}
        assert [each.target for each in store.kept(FIRST)] == ["http://t", "http://u"]
        assert [each.target for each in store.kept(FIRST, target="http://u")] == ["http://u"]


def test_accepted_until_a_day(tmp_path: Path) -> None:
    with Findings(tmp_path) as store:
        store.take_in(run(finding()))
        (kept,) = store.kept(FIRST, beginning="aa")
        until = dt.datetime.fromtimestamp(FIRST + DAY, dt.UTC).date()
        store.accept(kept, until=until, why="behind a VPN", who="ana", now=FIRST)

        (listed,) = store.take_in(run(finding(), at=FIRST + DAY)).findings
        assert (listed.state, listed.accepted_why, listed.accepted_by) == (State.ACCEPTED, "behind a VPN", "ana")
        assert not listed.counts
        (over,) = store.take_in(run(finding(), at=FIRST + 2 * DAY)).findings
        assert (over.state, over.accepted_until, over.counts) == (State.OPEN, until.isoformat(), True)

        assert store.kept(FIRST)[0].listed.state is State.ACCEPTED
        assert store.kept(FIRST + 2 * DAY)[0].listed.state is State.OPEN
        assert store.accept_no_more(kept)
        assert not store.accept_no_more(kept)
        assert store.kept(FIRST)[0].listed.state is State.OPEN


def test_what_is_accepted_and_mended_is_mended(tmp_path: Path) -> None:
    with Findings(tmp_path) as store:
        store.take_in(run(finding()))
        store.accept(store.kept(FIRST)[0], until=dt.date(2999, 1, 1), why="w", who="", now=FIRST)

        assert states(store.take_in(run(at=FIRST + 1))) == {"a": State.FIXED}
        assert store.kept(FIRST)[0].listed.state is State.FIXED
        assert store.kept(FIRST, fixed=False) == []
        assert store.kept(FIRST)[0].fixed == FIRST + 1


def test_ids_may_be_cut(tmp_path: Path) -> None:
    with Findings(tmp_path) as store:
        store.take_in(run(finding(print_="a"), finding(print_="b")))

        assert [each.listed.finding.fingerprint[0] for each in store.kept(FIRST, beginning="b")] == ["b"]
        assert len(store.kept(FIRST)) == 2
        assert store.kept(FIRST, beginning="c") == []


def test_what_a_check_says_is_found_again(tmp_path: Path) -> None:
    with Findings(tmp_path) as store:
        store.take_in(run(finding()))
        store.take_in(msgspec.structs.replace(run(at=FIRST + 1), explained=()))
        explained = store.explained(store.kept(FIRST)[0])

    assert explained is not None
    assert explained.why == "because"


def test_a_run_that_cannot_be_kept_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Findings(tmp_path) as store:
        store.take_in(run(finding()))

        def full(report: Report) -> None:
            raise sqlite3.OperationalError("database or disk is full")

        monkeypatch.setattr(store, "_keep", full)
        with pytest.raises(RecordError, match="database or disk is full"):
            store.take_in(run(at=FIRST + 1))
        monkeypatch.undo()
        assert store.kept(FIRST)[0].listed.state is State.NEW
        assert begun(store) == [FIRST]


def test_old_runs_go(tmp_path: Path) -> None:
    with Findings(tmp_path) as store:
        for number in range(MOST_RUNS + 3):
            store.take_in(run(at=FIRST + number))

        runs = begun(store)
        assert len(runs) == MOST_RUNS
        assert runs[0] == FIRST + MOST_RUNS + 2


def test_it_is_private_and_may_be_missing_to_read(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Findings(data, is_read=True) as store:
        assert store.kept(FIRST) == []
        assert store.last_report("http://t") is None
    assert not data.exists()

    with Findings(data) as store:
        store.take_in(run(finding()))
        assert stat.S_IMODE((data / FILE).stat().st_mode) == 0o600
        with Findings(data, is_read=True) as reader:
            assert len(reader.kept(FIRST)) == 1


def test_many_may_read_and_change_it(tmp_path: Path) -> None:
    def one(number: int) -> int:
        with Findings(tmp_path) as store:
            store.take_in(run(finding(print_="abcdef"[number % 6]), at=FIRST + number))
            return len(store.kept(FIRST))

    with ThreadPoolExecutor(6) as threads:
        counts = list(threads.map(one, range(24)))

    assert max(counts) == 6
    with Findings(tmp_path, is_read=True) as store:
        assert len(store.kept(FIRST)) == 6
        assert len(begun(store)) == 24


def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database at all, but long enough to be looked at" * 20)
    with pytest.raises(RecordError, match="cannot be used"):
        Findings(tmp_path)


def test_a_damaged_row_is_told(tmp_path: Path) -> None:
    with Findings(tmp_path) as store:
        store.take_in(run(finding()))
        store.do("UPDATE findings SET value = ?", b"{")
        with pytest.raises(RecordError, match="cannot be used"):
            store.kept(FIRST)
