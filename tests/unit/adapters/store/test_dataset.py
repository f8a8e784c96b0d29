"""The data set and the questions asked of it: every event once, wherever it is kept."""

import contextlib
import errno
import os
import random
import time
from pathlib import Path

import msgspec
import pytest

from garrison.adapters.event_ids import event_ids
from garrison.adapters.store import dataset as dataset_module
from garrison.adapters.store import merges as merges_module
from garrison.adapters.store.dataset import Dataset
from garrison.adapters.store.events import EVENTS, as_kept
from garrison.adapters.store.manifest import Manifest, manifest_path, read_manifest, write_manifest
from garrison.adapters.store.query import EventFilter, count, events, find
from garrison.adapters.store.record import Recorder
from garrison.adapters.store.segments import segment_files
from garrison.adapters.store.spool import SpoolWriter
from garrison.adapters.store.table import AnyTable
from garrison.core.decision import Disposition, FailMode, Mode, Reason
from garrison.core.errors import RecordError
from garrison.core.event import Event
from garrison.core.ids import ControlId, OperationId, ReasonId

DAY = 86400.0
NOON = 20_000 * DAY + DAY / 2
new_id = event_ids()


def event(moment: float, number: int = 0) -> Event:
    denied = number % 3 == 0
    reason = Reason(ReasonId("body-invalid"), ControlId("request-schema"), 400, "body/name", "maxLength: at most 5")
    return Event(
        id=new_id(moment),
        time=moment,
        method="GET" if number % 2 else "POST",
        operation=OperationId("getPet") if number % 5 else None,
        template="/pets/{petId}",
        peer=f"192.0.2.{number % 4}",
        allowed=not denied,
        mode=Mode.ENFORCE,
        disposition=Disposition.BLOCKED if denied else Disposition.ALLOWED,
        status=400 if denied else 200,
        principal="alice" if number % 7 == 0 else "",
        reasons=(reason,) if denied else (),
        duration=0.0123456789,
    )


def record(data: Path, *given: Event) -> None:
    writer = SpoolWriter(data / "spool")
    recorder = Recorder(writer, fail=FailMode.CLOSED)
    for each in given:
        recorder.record(each)
    writer.close()


def convert(data: Path, now: float) -> int:
    with Dataset(data, EVENTS) as dataset:
        return dataset.ingest(segment_files(data / "spool"), now)


@pytest.fixture
def mixed(tmp_path: Path) -> tuple[Path, list[Event]]:
    """A record of which a part waits in the spool, and its events by time."""
    moments = [NOON + number * 3600 for number in range(40)]
    given = [event(moment, number) for number, moment in enumerate(moments)]
    shuffled = random.Random(7).sample(given, len(given))
    record(tmp_path, *shuffled[:30])
    assert convert(tmp_path, NOON) == 1
    record(tmp_path, *shuffled[30:])
    return tmp_path, given


def test_events_come_back_as_they_were_written_each_once(mixed: tuple[Path, list[Event]]) -> None:
    data, given = mixed
    assert [as_kept(each) for each in events(data, newest_first=False)] == [as_kept(each) for each in given]
    assert [each.id for each in events(data, limit=5)] == [each.id for each in given[:-6:-1]]
    assert count(data) == len(given)


def test_a_conversion_empties_the_spool_and_files_are_by_day(mixed: tuple[Path, list[Event]]) -> None:
    data, given = mixed
    convert(data, NOON)
    assert segment_files(data / "spool") == []
    files = read_manifest(data, EVENTS).files
    assert {file.day for file in files} == {"2024-10-04", "2024-10-05", "2024-10-06"}
    assert sum(file.rows for file in files) == len(given)
    assert all(path.stat().st_mode & 0o077 == 0 for path in (data / "events").rglob("*.parquet"))


@pytest.mark.parametrize(
    "wanted",
    [
        EventFilter(principal="alice"),
        EventFilter(principal=""),
        EventFilter(operation="getPet"),
        EventFilter(operation=""),
        EventFilter(reason="body-invalid"),
        EventFilter(reason="no-such-reason"),
        EventFilter(peer="192.0.2.3"),
        EventFilter(disposition="blocked", method="POST"),
        EventFilter(status=200),
        EventFilter(since=NOON + 3 * 3600, until=NOON + 20 * 3600),
        EventFilter(peer="192.0.2.1' OR true --"),
    ],
)
def test_filters_mean_the_same_in_the_spool_and_in_the_data_set(
    mixed: tuple[Path, list[Event]], wanted: EventFilter
) -> None:
    data, given = mixed
    expected = [each.id for each in given if wanted.matches(each)]
    assert [each.id for each in events(data, wanted, newest_first=False)] == expected
    assert count(data, wanted) == len(expected)


def test_one_event_is_found_by_its_id(mixed: tuple[Path, list[Event]]) -> None:
    data, given = mixed
    for each in given:
        found = find(data, each.id)
        assert found is not None
        assert as_kept(found) == as_kept(each)
    assert find(data, new_id(NOON)) is None
    assert find(data, "no id") is None


def test_a_damaged_line_is_set_aside_and_the_rest_kept(tmp_path: Path) -> None:
    first, last = event(NOON, 1), event(NOON + 1, 2)
    spool = tmp_path / "spool"
    spool.mkdir()
    lines = (msgspec.json.encode(first), b'{"v":1,"id":"half', b"\xff\xfe", msgspec.json.encode(last), b"")
    (spool / "0000000000001-1-0.jsonl").write_bytes(b"\n".join(lines))
    convert(tmp_path, NOON)
    assert [each.id for each in events(tmp_path, newest_first=False)] == [first.id, last.id]
    assert read_manifest(tmp_path, EVENTS).damaged == 2
    kept = b"".join(path.read_bytes() for path in (tmp_path / "damaged").iterdir())
    assert kept == b'{"v":1,"id":"half\n\xff\xfe\n'


def test_a_segment_that_is_still_written_stays(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path / "spool")
    writer.append(msgspec.json.encode(event(NOON)) + b"\n")
    assert convert(tmp_path, NOON) == 0
    assert count(tmp_path) == 1
    writer.close()
    assert convert(tmp_path, NOON) == 1
    assert count(tmp_path) == 1


def test_a_crash_before_the_manifest_converts_again_and_one_after_it_removes_the_segment(tmp_path: Path) -> None:
    given = [event(NOON + number, number) for number in range(10)]
    record(tmp_path, *given)
    (segment,) = segment_files(tmp_path / "spool")
    content = segment.read_bytes()
    before = read_manifest(tmp_path, EVENTS)
    convert(tmp_path, NOON)
    after = read_manifest(tmp_path, EVENTS)
    # killed before the swap: the file is there and does not count
    segment.write_bytes(content)
    write_manifest(tmp_path, EVENTS, before)
    assert count(tmp_path) == 10
    convert(tmp_path, NOON + 1)
    assert count(tmp_path) == 10
    # killed after the swap: the segment is there and counts no more
    segment.write_bytes(content)
    write_manifest(tmp_path, EVENTS, msgspec.structs.replace(read_manifest(tmp_path, EVENTS), consumed=(segment.name,)))
    assert count(tmp_path) == 10
    with Dataset(tmp_path, EVENTS):
        assert not segment.exists()
    assert count(tmp_path) == 10
    assert len(list((tmp_path / "events").glob("day=*/*.parquet"))) == len(after.files)


def test_small_files_are_merged_and_old_days_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merges_module, "MANY", 4)
    for number in range(5):
        record(tmp_path, event(NOON + number, number))
        convert(tmp_path, NOON + number)
    record(tmp_path, event(NOON - 3 * DAY, 9))
    convert(tmp_path, NOON)
    ids = [each.id for each in events(tmp_path)]
    with Dataset(tmp_path, EVENTS) as dataset:
        assert dataset.compact(NOON)
        assert not dataset.compact(NOON)
        assert [each.id for each in events(tmp_path)] == ids
        assert len(dataset.manifest.files) == 2
        assert dataset.retain(2, NOON) == 1
        dataset.sweep(NOON, grace=0)
    assert [each.id for each in events(tmp_path)] == ids[:-1]
    assert len(list((tmp_path / "events").glob("day=*/*.parquet"))) == 1


def test_two_processes_never_work_on_one_data_set(tmp_path: Path) -> None:
    with Dataset(tmp_path, EVENTS), pytest.raises(RecordError, match="another process"):
        Dataset(tmp_path, EVENTS)


def test_what_never_was_a_record_has_no_events(tmp_path: Path) -> None:
    assert list(events(tmp_path / "nothing")) == []
    assert count(tmp_path / "nothing") == 0


def test_a_data_set_that_cannot_be_written_is_said_and_the_spool_stays(tmp_path: Path) -> None:
    record(tmp_path, event(NOON))
    with Dataset(tmp_path, EVENTS) as dataset:
        (tmp_path / "events" / "day=2024-10-04").write_bytes(b"in the way")
        with pytest.raises(RecordError, match="cannot be written"):
            dataset.ingest(segment_files(tmp_path / "spool"), time.time())
    assert count(tmp_path) == 1
    (tmp_path / "events" / "day=2024-10-04").unlink()
    convert(tmp_path, NOON)
    assert count(tmp_path) == 1


def parquet_files(data: Path) -> set[str]:
    return {str(path.relative_to(data / "events")) for path in (data / "events").rglob("*.parquet")}


def test_tries_on_a_disk_that_refuses_leave_nothing_behind(tmp_path: Path) -> None:
    record(tmp_path, event(NOON), event(NOON + DAY))
    in_the_way = tmp_path / "events" / "day=2024-10-05"
    with Dataset(tmp_path, EVENTS) as dataset:
        in_the_way.write_bytes(b"")
        for number in range(3):
            with pytest.raises(RecordError, match="cannot be written"):
                dataset.ingest(segment_files(tmp_path / "spool"), NOON + number)
            assert len(parquet_files(tmp_path)) == 2, "that of the first day, and the second's aside"
            assert count(tmp_path) == 2
        in_the_way.unlink()
        assert dataset.ingest(segment_files(tmp_path / "spool"), NOON) == 1
        assert parquet_files(tmp_path) == {file.path for file in dataset.manifest.files}
    assert count(tmp_path) == 2


@pytest.mark.parametrize("written", [False, True])
def test_a_manifest_that_could_not_be_made_durable_counts_nothing_twice(
    written: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(data: Path, table: AnyTable, manifest: Manifest) -> None:
        if written:
            write_manifest(data, table, manifest)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(merges_module, "MANY", 2)
    given = [event(NOON + number, number) for number in range(4)]
    with Dataset(tmp_path, EVENTS) as dataset:
        for each in given:
            record(tmp_path, each)
            with monkeypatch.context() as faulty:
                faulty.setattr(dataset_module, "write_manifest", refuse)
                with pytest.raises(RecordError, match="cannot be written"):
                    dataset.ingest(segment_files(tmp_path / "spool"), NOON)
            dataset.ingest(segment_files(tmp_path / "spool"), NOON)
            with monkeypatch.context() as faulty, contextlib.suppress(RecordError):
                faulty.setattr(dataset_module, "write_manifest", refuse)
                dataset.compact(NOON)
            dataset.compact(NOON)
            assert count(tmp_path) == len({one.id for one in events(tmp_path)})
        assert len(dataset.manifest.files) == 1
    assert [each.id for each in events(tmp_path, newest_first=False)] == [each.id for each in given]
    assert segment_files(tmp_path / "spool") == []


def test_where_there_is_nothing_to_do_nothing_is_written(tmp_path: Path) -> None:
    convert(tmp_path, NOON)
    before = manifest_path(tmp_path, EVENTS).stat().st_mtime_ns
    writer = SpoolWriter(tmp_path / "spool")
    writer.append(msgspec.json.encode(event(NOON)) + b"\n")
    with Dataset(tmp_path, EVENTS) as dataset:
        assert dataset.ingest([], NOON) == 0
        assert dataset.ingest(segment_files(tmp_path / "spool"), NOON) == 0
        assert dataset.retain(90, NOON) == 0
        assert not dataset.compact(NOON)
        dataset.sweep(NOON)
    writer.close()
    assert manifest_path(tmp_path, EVENTS).stat().st_mtime_ns == before


SIGNALS = ("asked", "missed", "unissued", "near", "forms", "agent", "claimed")
BEFORE = msgspec.structs.replace(
    EVENTS,
    form=1,
    added={},
    fields={name: kind for name, kind in EVENTS.fields.items() if name not in SIGNALS},
    columns={name: value for name, value in EVENTS.columns.items() if name not in SIGNALS},
)
"""The table as it was before events said what was sought."""


def sought(moment: float, number: int) -> Event:
    """An event with everything that it may say of it."""
    return msgspec.structs.replace(
        event(moment, number),
        asked=("a" * 22, f"{number:022d}"),
        missed=number % 2 == 0,
        unissued=number % 3,
        near=number % 5 == 0,
        forms=("path.id=digits9", "query.q=email"),
        agent="curl" if number % 2 else "",
        claimed="c" * 22,
    )


@pytest.fixture(params=["old", "new", "both", "merged"])
def kept(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, list[Event]]:
    """A record with files of either form, or of both; and its events by time."""
    old = [event(NOON + number, number) for number in range(6)]
    new = [sought(NOON + 3.5 + number, number) for number in range(6)]
    monkeypatch.setattr(dataset_module, "WORTH", 1)
    if request.param != "new":
        record(tmp_path, *old)
        with Dataset(tmp_path, BEFORE) as dataset:
            assert dataset.ingest(segment_files(tmp_path / "spool"), NOON) == 1
    if request.param != "old":
        record(tmp_path, *new)
        assert convert(tmp_path, NOON) == 1
    if request.param == "merged":
        with Dataset(tmp_path, EVENTS) as dataset:
            dataset.compact(NOON + 10 * DAY)
            assert len(dataset.manifest.files) == 1
    given = {"old": old, "new": new}.get(request.param, [*old, *new])
    return tmp_path, sorted(given, key=lambda each: each.time)


def test_files_that_are_older_than_columns_are_read_and_merged(kept: tuple[Path, list[Event]]) -> None:
    data, given = kept
    expected = [as_kept(each) for each in given]
    assert list(events(data, newest_first=False)) == expected
    assert list(events(data, limit=4, newest_first=False)) == expected[:4]
    assert [each.id for each in events(data, limit=50)] == [each.id for each in expected[::-1]]
    for wanted in (
        EventFilter(signal="missed"), EventFilter(signal="unissued"), EventFilter(signal="near"),
        EventFilter(agent="curl"), EventFilter(agent=""), EventFilter(peer="192.0.2.1", agent="curl"),
        EventFilter(principal="alice", signal="near"),
    ):  # fmt: skip
        assert list(events(data, wanted, newest_first=False)) == [each for each in expected if wanted.matches(each)]
        assert count(data, wanted) == sum(map(wanted.matches, expected))


def test_what_waits_is_chosen_by_signals_as_well(tmp_path: Path) -> None:
    given = [sought(NOON + number, number) for number in range(10)]
    record(tmp_path, *given)
    for wanted in (EventFilter(signal="missed"), EventFilter(signal="unissued"), EventFilter(agent="curl")):
        assert [each.id for each in events(tmp_path, wanted, newest_first=False)] == [
            each.id for each in given if wanted.matches(each)
        ]
