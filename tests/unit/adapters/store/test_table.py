"""A second table: what a description says is enough to spool, convert, merge, look up and let go of its rows."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import msgspec
import pytest

from garrison.adapters.store import dataset as dataset_module
from garrison.adapters.store import merges as merges_module
from garrison.adapters.store import places as places_module
from garrison.adapters.store.dataset import Dataset
from garrison.adapters.store.events import EVENTS
from garrison.adapters.store.newest import Question, first_rows, rows_at
from garrison.adapters.store.places import BLOCK, places_of, stretches
from garrison.adapters.store.reading import Conditions, connected, files_between, relation, take_snapshot
from garrison.adapters.store.segments import segment_files
from garrison.adapters.store.spool import SpoolWriter
from garrison.adapters.store.table import TIME, Table

NOON = 20_000 * 86400.0 + 43200


class Visit(msgspec.Struct, frozen=True, tag_field="v", tag=1):
    """A line with several rows."""

    time: float
    guide: str
    guests: tuple[str, ...]


VISITS = Table[Visit](
    name="visits",
    spool="spool-visits",
    line=Visit,
    fields={"time": "DOUBLE", "guide": "VARCHAR", "guests": "VARCHAR[]"},
    rows="(SELECT *, unnest(guests) AS guest FROM lines)",
    count=lambda line: len(line.guests),
    columns={"time": TIME, "guide": "guide", "guest": "unhex(guest)", "words": "string_split(guide, '-')"},
    order=("time", "guest"),
    found_by=("guest", "guide"),
    found_in=("words",),
)


def guest(number: int) -> str:
    return f"{number:016x}"


def spool(data: Path, lines: Sequence[Visit], *, torn: bytes = b"") -> None:
    writer = SpoolWriter(data / VISITS.spool)
    for line in lines:
        writer.append(msgspec.json.encode(line) + b"\n")
    writer.close()
    if torn:
        with segment_files(data / VISITS.spool)[-1].open("ab") as file:
            file.write(torn)


def convert(data: Path, now: float = NOON) -> int:
    with Dataset(data, VISITS) as dataset:
        return dataset.ingest(segment_files(data / VISITS.spool), now)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Visit]]:
    """A file of ten blocks, and places."""
    data = tmp_path_factory.mktemp("large")
    each = 100
    lines = [
        Visit(NOON + number, f"guide-{number % 1000}", tuple(guest(number * each + one) for one in range(each)))
        for number in range(10 * BLOCK // each)
    ]
    spool(data, lines)
    assert convert(data) == 1
    with Dataset(data, VISITS) as dataset:
        (file,) = dataset.manifest.files
        assert file.rows == 10 * BLOCK
        assert file.bytes > (data / "visits" / file.path).stat().st_size, "the places count as well"
    return data, lines


def asked(data: Path, conditions: Conditions) -> list[tuple[str, bytes]]:
    """Guides and guests in the data set, by time."""
    manifest = take_snapshot(data, VISITS, lambda _: True).manifest
    with connected(data) as connection:
        found = relation(connection, VISITS, list(files_between(data, VISITS, manifest)), conditions)
        if found is None:
            return []
        statement = f"SELECT guide, guest FROM {found.sql} ORDER BY time, guest"  # noqa: S608  # made of constants
        return connection.execute(statement, found.values).fetchall()


def test_a_line_becomes_its_rows_and_waits_until_then(tmp_path: Path) -> None:
    first, second = Visit(NOON, "ann", (guest(1), guest(2))), Visit(NOON + 1, "bob", ())
    spool(tmp_path, [first, second], torn=b'{"v":1,"time":')
    assert take_snapshot(tmp_path, VISITS, lambda line: line.guide == "ann").waiting == (first,)
    assert convert(tmp_path) == 1
    snapshot = take_snapshot(tmp_path, VISITS, lambda _: True)
    assert snapshot.waiting == ()
    assert (snapshot.manifest.converted, snapshot.manifest.damaged) == (2, 1)
    assert asked(tmp_path, Conditions()) == [("ann", bytes.fromhex(guest(1))), ("ann", bytes.fromhex(guest(2)))]
    assert asked(tmp_path, Conditions(equal={"guest": bytes.fromhex(guest(2))})) == [("ann", bytes.fromhex(guest(2)))]
    (kept,) = (tmp_path / "damaged").iterdir()
    assert kept.name.startswith("visits-")


def test_two_tables_live_in_one_directory(tmp_path: Path) -> None:
    spool(tmp_path, [Visit(NOON, "ann", (guest(1),))])
    with Dataset(tmp_path, EVENTS) as events, Dataset(tmp_path, VISITS) as visits:
        assert events.ingest(segment_files(tmp_path / EVENTS.spool), NOON) == 0
        assert visits.ingest(segment_files(tmp_path / VISITS.spool), NOON) == 1
        assert events.manifest.files == ()
        assert visits.retain(1, NOON + 3 * 86400) == 1
        visits.sweep(NOON + 3 * 86400, grace=0)
    assert asked(tmp_path, Conditions()) == []


def test_a_value_is_found_where_it_is_and_nowhere_else_is_looked(
    large: tuple[Path, list[Visit]], monkeypatch: pytest.MonkeyPatch
) -> None:
    data, lines = large
    wanted = bytes.fromhex(lines[1234].guests[56])
    assert asked(data, Conditions(equal={"guest": wanted})) == [(lines[1234].guide, wanted)]
    assert asked(data, Conditions(equal={"guest": wanted, "guide": "guide-233"})) == []
    assert asked(data, Conditions(equal={"guest": bytes(8 * [255])})) == []
    assert {guide for guide, _ in asked(data, Conditions(equal={"words": "7"}))} == {"guide-7"}
    assert asked(data, Conditions(equal={"words": "guide-7"})) == []
    with connected(data) as connection:
        files = list(files_between(data, VISITS, take_snapshot(data, VISITS, lambda _: True).manifest))
        number = 1234 * 100 + 56
        block = number // BLOCK * BLOCK
        assert stretches(connection, files, "guest", wanted) == {files[0]: [(block, block + BLOCK - 1)]}
        assert stretches(connection, files, "guide", "nobody") == {files[0]: []}
        assert stretches(connection, files, "words", "7") == stretches(connection, files, "guide", "guide-7")
        assert len(stretches(connection, files, "guide", "guide-7")[files[0]]) == 4
        monkeypatch.setattr(places_module, "MANY", 3)
        assert stretches(connection, files, "guide", "guide-7") == {}, "so many that the file is read as a whole"


def test_without_places_or_with_damaged_ones_the_answer_is_the_same(large: tuple[Path, list[Visit]]) -> None:
    data, lines = large
    wanted = bytes.fromhex(lines[77].guests[0])
    (file,) = files_between(data, VISITS, take_snapshot(data, VISITS, lambda _: True).manifest)
    (places,) = [each for each in places_of(Path(file)) if "guest" in each.name]
    content = places.read_bytes()
    try:
        for damaged in (b"", b"PAR1" + bytes(100), content[:-200], None):
            if damaged is None:
                places.unlink()
            else:
                places.write_bytes(damaged)
            assert asked(data, Conditions(equal={"guest": wanted})) == [(lines[77].guide, wanted)]
    finally:
        places.write_bytes(content)


def test_the_newest_of_a_looked_up_value_come_in_order(large: tuple[Path, list[Visit]]) -> None:
    data, lines = large
    files = files_between(data, VISITS, take_snapshot(data, VISITS, lambda _: True).manifest)
    expected = [(line.time * 1e6, one) for line in lines if line.guide == "guide-70" for one in line.guests]
    with connected(data) as connection:
        for newest_first in (True, False):
            question = Question(VISITS, Conditions(equal={"guide": "guide-70"}), newest_first)
            found = first_rows(connection, question, files, 150)
            rows = rows_at(connection, VISITS, found, "epoch_us(time), hex(guest)")
            assert (
                sorted(((moment, one.lower()) for moment, one in rows), reverse=newest_first)
                == sorted(expected, reverse=newest_first)[:150]
            )


def test_rows_of_two_files_with_the_same_times_are_not_mistaken_for_each_other(tmp_path: Path) -> None:
    for guides in (("ann", "bob"), ("bob", "ann")):
        spool(tmp_path, [Visit(NOON + number, guide, (guest(0),)) for number, guide in enumerate(guides)])
        assert convert(tmp_path) == 1
    files = files_between(tmp_path, VISITS, take_snapshot(tmp_path, VISITS, lambda _: True).manifest)
    assert len(files) == 2
    with connected(tmp_path) as connection:
        found = first_rows(connection, Question(VISITS, Conditions(equal={"guide": "ann"})), files, 10)
        assert list(rows_at(connection, VISITS, found, "guide")) == [("ann",), ("ann",)]


def test_places_go_with_their_file_and_never_without_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset_module, "WORTH", 1)
    monkeypatch.setattr(merges_module, "MANY", 2)
    folder = tmp_path / "visits" / "day=2024-10-04"
    with Dataset(tmp_path, VISITS) as dataset:
        for number in range(2):
            spool(tmp_path, [Visit(NOON + number, "ann", (guest(number),))])
            dataset.ingest(segment_files(tmp_path / VISITS.spool), NOON)
        assert dataset.compact(NOON)
        assert len(list(folder.glob("*.places"))) == 3 * len(list(folder.glob("*.parquet"))) == 9
        dataset.sweep(NOON, grace=0)
        (kept,) = dataset.manifest.files
    columns = "SELECT column_name FROM (DESCRIBE SELECT * FROM read_parquet(?, hive_partitioning = false))"
    found = duckdb.execute(columns, [str(tmp_path / "visits" / kept.path)]).fetchall()
    assert [name for (name,) in found] == list(VISITS.columns), "the day of the folder is no column"
    assert {path.name for path in folder.iterdir()} == {
        Path(kept.path).name,
        *(Path(kept.path).with_suffix(f".{column}.places").name for column in ("guest", "guide", "words")),
    }
    # killed between a file's places and its row in the manifest
    (folder / "0000000000001-left.guest.places").write_bytes(b"left")
    (folder / "0000000000001-left.parquet").write_bytes(b"left")
    (folder / "0000000000002-left.guest.places").write_bytes(b"left")
    with Dataset(tmp_path, VISITS) as dataset:
        assert len(list(folder.iterdir())) == 4
        # somebody removed the file
        (folder / Path(kept.path).name).unlink()
        dataset.sweep(NOON)
        assert dataset.manifest.files == ()
    assert not folder.exists()


def test_a_conversion_that_makes_more_rows_than_it_should_is_not_put_in_force(tmp_path: Path) -> None:
    spool(tmp_path, [Visit(NOON, "ann", (guest(1), guest(2)))])
    wrong = msgspec.structs.replace(VISITS, count=lambda _: 1)
    with Dataset(tmp_path, wrong) as dataset, pytest.raises(Exception, match="of 1 visits in the spool"):
        dataset.ingest(segment_files(tmp_path / VISITS.spool), NOON)
    assert len(segment_files(tmp_path / VISITS.spool)) == 1
    assert convert(tmp_path) == 1


def test_a_column_that_was_not_looked_up_in_before_is_found_in_older_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dataset_module, "WORTH", 1)
    spool(tmp_path, [Visit(NOON, "ann", (guest(1),))])
    older = msgspec.structs.replace(VISITS, found_by=("guide",), found_in=())
    with Dataset(tmp_path, older) as dataset:
        dataset.ingest(segment_files(tmp_path / VISITS.spool), NOON)
    assert len(asked(tmp_path, Conditions(equal={"guest": bytes.fromhex(guest(1))}))) == 1
    assert asked(tmp_path, Conditions(equal={"guide": "bob", "guest": bytes.fromhex(guest(1))})) == []
