"""Two tables are made of the same lines: whatever is killed in between, each has every line's rows once."""

from pathlib import Path

import pytest
from tests.unit.adapters.store.ledger import DAY, KEY, NOON, about, answer, record

from garrison.adapters.store import ledger
from garrison.adapters.store.catalogue import TABLES
from garrison.adapters.store.dataset import Dataset
from garrison.adapters.store.events import EVENTS
from garrison.adapters.store.exposures import EXPOSURES
from garrison.adapters.store.ledger_rows import ExposureFilter
from garrison.adapters.store.manifest import read_manifest
from garrison.adapters.store.query import count, events
from garrison.adapters.store.segments import segment_files
from garrison.adapters.store.table import AnyTable
from garrison.core.event import Event
from garrison.core.exposure import Disclosure


def ingest(data: Path, table: AnyTable, now: float = NOON) -> int:
    with Dataset(data, table, sharing=TABLES) as dataset:
        return dataset.ingest(segment_files(data / "spool"), now)


def people(data: Path) -> int:
    return sum(1 for _ in ledger.exposures(data))


def given(number: int = 4) -> list[Event]:
    return [answer(NOON + index, *([about(f"{index}a", f"{index}b")] if index % 2 else [])) for index in range(number)]


@pytest.mark.parametrize("order", [(EVENTS, EXPOSURES), (EXPOSURES, EVENTS)])
def test_a_segment_waits_until_both_tables_have_it(tmp_path: Path, order: tuple[AnyTable, AnyTable]) -> None:
    record(tmp_path, given())
    first, second = order
    for _ in range(2):  # also where the process died in between, and begins anew
        ingest(tmp_path, first)
        assert len(segment_files(tmp_path / "spool")) == 1
        assert (count(tmp_path), people(tmp_path)) == (4, 4)
    assert ingest(tmp_path, first) == 0
    assert ingest(tmp_path, second) == 1
    assert segment_files(tmp_path / "spool") == []
    assert (count(tmp_path), people(tmp_path)) == (4, 4)
    assert sum(file.rows for file in read_manifest(tmp_path, EXPOSURES).files) == 4


def test_what_a_crash_left_behind_both_is_removed(tmp_path: Path) -> None:
    record(tmp_path, given())
    (segment,) = segment_files(tmp_path / "spool")
    content = segment.read_bytes()
    for table in TABLES:
        ingest(tmp_path, table)
    segment.write_bytes(content)  # as if the process had died before it removed it
    for table in TABLES:
        ingest(tmp_path, table)
        assert (count(tmp_path), people(tmp_path)) == (4, 4)
    assert segment_files(tmp_path / "spool") == []


def test_a_segment_that_exposes_nobody_makes_no_file(tmp_path: Path) -> None:
    record(tmp_path, given(1))
    for table in TABLES:
        ingest(tmp_path, table)
    assert segment_files(tmp_path / "spool") == []
    assert read_manifest(tmp_path, EXPOSURES).files == ()


def test_a_merge_sorts_by_principal_and_subject(tmp_path: Path) -> None:
    for index in range(20):
        record(tmp_path, [answer(NOON + index, about("1", "2", "3"), principal=f"p{index % 3}")])
        ingest(tmp_path, EXPOSURES)
    with Dataset(tmp_path, EXPOSURES, sharing=TABLES) as dataset:
        assert dataset.compact(NOON)
    merged = max(read_manifest(tmp_path, EXPOSURES).files, key=lambda file: file.rows)
    assert merged.rows > 3
    rows = [(row.principal, row.subject) for row in ledger.exposures(tmp_path)]
    assert len(rows) == 60


def test_kinds_may_be_kept_for_less_than_others(tmp_path: Path) -> None:
    vehicle = about("v", kind="vehicle")
    record(tmp_path, [answer(NOON, about("1"), vehicle), answer(NOON + DAY, vehicle), answer(NOON + 9 * DAY, vehicle)])
    ingest(tmp_path, EXPOSURES)
    with Dataset(tmp_path, EXPOSURES, sharing=TABLES) as dataset:
        assert dataset.retain_by("kind", {"vehicle": 5, "animal": 1}, NOON + 9 * DAY) == 2
        assert dataset.retain_by("kind", {"vehicle": 5}, NOON + 9 * DAY) == 0
    assert sorted((row.kind, row.time) for row in ledger.exposures(tmp_path)) == [
        ("customer", NOON),
        ("vehicle", NOON + 9 * DAY),
    ]
    with Dataset(tmp_path, EXPOSURES, sharing=TABLES) as dataset:
        assert dataset.retain(5, NOON + 9 * DAY) == 1


def test_what_is_no_digest_is_kept_without_one(tmp_path: Path) -> None:
    odd = Disclosure("customer", ("not a digest",), ("name",))
    record(tmp_path, [answer(NOON, odd), answer(NOON, about("1"))])
    before = sorted(row.subject for row in ledger.exposures(tmp_path))
    ingest(tmp_path, EXPOSURES)
    assert sorted(row.subject for row in ledger.exposures(tmp_path)) == before == ["", KEY.digest("customer", "1")]


@pytest.mark.parametrize("converted", [False, True], ids=["waiting", "converted"])
def test_what_was_sent_to_a_third_party_is_an_exposure_to_it(tmp_path: Path, converted: bool) -> None:
    sent = answer(NOON, about("1"), sent=(about("2", "3", types=("email",), own=None),), recipient="third-party:mail.a")
    only = answer(NOON + 1, sent=(about("4", own=None),), recipient="third-party:mail.a", operation=None)
    record(tmp_path, [sent, only, answer(NOON + 2, about("5"))])
    if converted:
        for table in TABLES:
            ingest(tmp_path, table)
    rows = sorted((row.principal, row.subject, row.types, row.peer) for row in ledger.exposures(tmp_path))
    names = {KEY.digest("customer", str(number)): number for number in range(1, 6)}
    assert sorted((who, names[subject], types) for who, subject, types, _ in rows) == [
        ("mallory", 1, ("name",)), ("mallory", 5, ("name",)), ("third-party:mail.a", 2, ("email",)),
        ("third-party:mail.a", 3, ("email",)), ("third-party:mail.a", 4, ("name",)),
    ]  # fmt: skip
    assert sum(1 for _ in ledger.exposures(tmp_path, ExposureFilter(principal="third-party:mail.a"))) == 3
    assert sum(1 for _ in ledger.exposures(tmp_path, ExposureFilter(principal="mallory"))) == 2
    assert sum(1 for _ in ledger.exposures(tmp_path, ExposureFilter(with_sent=False))) == 2
    told = list(ledger.with_exposed(tmp_path, events(tmp_path, newest_first=False)))
    assert [sum(len(one.subjects) for one in event.exposed) for event in told] == [1, 0, 1]
