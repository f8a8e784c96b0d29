"""Segments that are converted at once: the same rows and the same damage as where each line is looked at."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from garrison.adapters.event_ids import event_ids
from garrison.adapters.store.catalogue import TABLES
from garrison.adapters.store.conversion import Planner, Whole
from garrison.adapters.store.dataset import Dataset
from garrison.adapters.store.events import EVENTS
from garrison.adapters.store.exposures import EXPOSURES
from garrison.adapters.store.manifest import read_manifest
from garrison.adapters.store.query import events
from garrison.adapters.store.segments import read_lines, segment_files
from garrison.core.decision import Disposition, Mode, Reason
from garrison.core.event import Event
from garrison.core.exposure import Attribution, Disclosure
from garrison.core.ids import ControlId, OperationId, ReasonId

NOON = 20_000 * 86400.0 + 43200
new_id = event_ids()


def event(number: int) -> Event:
    reason = Reason(ReasonId("body-invalid"), ControlId("request-schema"), 400)
    return Event(
        id=new_id(NOON + number),
        time=NOON + number,
        method="GET",
        operation=OperationId("getPet") if number % 2 else None,
        template="/pets/{petId}",
        peer="192.0.2.1",
        allowed=True,
        mode=Mode.MONITOR,
        disposition=Disposition.LOGGED,
        status=200,
        observed=(reason,),
        attribution=Attribution.ANNOTATED,
        exposed=(Disclosure("pet", ("A" * 21 + "A", "A" * 21 + "Q"), ("name",)),),
    )


SOUND = b"".join(msgspec.json.encode(event(number)) + b"\n" for number in range(4))


def put(data: Path, content: bytes) -> None:
    (data / "spool").mkdir(parents=True)
    (data / "spool" / "0000000000001-1-0.jsonl").write_bytes(content)


def convert(data: Path) -> tuple[list[Event], int, tuple[int, int], list[bytes]]:
    """Events, exposures, damaged lines in either table's count, and the damage that was kept."""
    whole: Whole = {}
    for table in TABLES:
        with Dataset(data, table, sharing=TABLES, whole=whole) as dataset:
            dataset.ingest(segment_files(data / table.spool), NOON)
    assert not whole
    assert segment_files(data / "spool") == []
    damaged = read_manifest(data, EVENTS).damaged, read_manifest(data, EXPOSURES).damaged
    kept = sorted(path.read_bytes() for path in (data / "damaged").glob("*"))
    return list(events(data)), read_manifest(data, EXPOSURES).converted, damaged, kept


def as_rows(given: Sequence[Event]) -> list[Event]:
    """Events as their table has them, the newest first: without those whose data they disclosed."""
    kept = [msgspec.structs.replace(each, exposed=()) for each in given]
    return sorted(kept, key=lambda each: each.time, reverse=True)


def once(old: bytes, new: bytes) -> bytes:
    assert old in SOUND
    return SOUND.replace(old, new, 1)


@pytest.fixture
def looked_through(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tables whose lines were looked at one by one."""
    seen: list[str] = []
    line_by_line: Callable[..., Any] = Planner.line_by_line

    def told(self: Planner[Any], segments: Any) -> Any:
        seen.append(self._table.name)
        return line_by_line(self, segments)

    monkeypatch.setattr(Planner, "line_by_line", told)
    return seen


def test_nobody_looks_at_lines_with_which_nothing_is_wrong(tmp_path: Path, looked_through: list[str]) -> None:
    put(tmp_path, SOUND)
    found, exposures, damaged, kept = convert(tmp_path)
    assert looked_through == []
    assert found == as_rows(read_lines(SOUND, Event).sound)
    assert (exposures, damaged, kept) == (8, (0, 0), [])


@pytest.mark.parametrize(
    "content",
    [
        SOUND[:-1], SOUND[:-40], SOUND + b"\n", SOUND + b"\xff\xfe\n", SOUND.replace(b"\n", b"", 1),
        once(b'"v":1', b'"v":2'), once(b"monitor", b"monktor"), once(b"logged", b"logfed"),
        once(b"annotated", b"annotatee"), once(b'"operation":null', b'"ope2ation":null'), once(b'"peer"', b'"peeb"'),
        once(b'"subjects"', b'"subjecus"'), once(b'"control"', b'"contsol"'), once(b'"time":1', b'"time":-1'),
        once(b"/pets", b"/p\xffts"), once(b"/pets", b"/p\\ud800"), once(b'"status":200', b'"status":2t0'),
        once(b'"id"', b'"ie"'), once(b'"time":1', b'"time":1728043200000'),
    ],
)  # fmt: skip
def test_damage_is_what_it_is_where_each_line_is_looked_at(
    content: bytes, tmp_path: Path, looked_through: list[str]
) -> None:
    put(tmp_path, content)
    expected = read_lines(content, Event)
    assert expected.damaged
    found, exposures, damaged, kept = convert(tmp_path)
    assert looked_through == ["events", "exposures"]
    assert found == as_rows(expected.sound)
    assert exposures == 2 * len(expected.sound)
    assert damaged == (len(expected.damaged),) * 2
    assert kept == [b"".join(line + b"\n" for line in expected.damaged)] * 2


def test_days_that_meet_in_a_segment_are_told_apart(tmp_path: Path, looked_through: list[str]) -> None:
    late = msgspec.structs.replace(event(1), time=NOON + 86400)
    put(tmp_path, SOUND + msgspec.json.encode(late) + b"\n")
    found, exposures, damaged, _ = convert(tmp_path)
    assert (len(found), exposures, damaged) == (5, 10, (0, 0))
    assert [file.rows for file in read_manifest(tmp_path, EVENTS).files] == [4, 1]
    assert len(list((tmp_path / "events").glob("day=*/*.parquet"))) == 2, "what was tried at once is gone"
    assert looked_through == ["events", "exposures"]


def test_lines_about_nobody_make_no_ledger(tmp_path: Path, looked_through: list[str]) -> None:
    line = msgspec.json.encode(msgspec.structs.replace(event(1), exposed=())) + b"\n"
    put(tmp_path, line)
    found, exposures, _, _ = convert(tmp_path)
    assert (len(found), exposures, looked_through) == (1, 0, [])
    assert read_manifest(tmp_path, EXPOSURES).files == ()
