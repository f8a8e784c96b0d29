"""Detections on record: they read as they were written, wherever they are by then."""

import time
from pathlib import Path

import msgspec
from tests.unit.respond.samples import by, detection, named

from garrison.adapters.store.detections import DETECTIONS, detections
from garrison.adapters.store.spool import SpoolWriter
from garrison.adapters.store.upkeep import Retention, Upkeep
from garrison.core.detection import Detection

NOW = float(int(time.time())) - 100
MANY = [
    detection("a", NOW + 0.123456, tags=("attack.t1110", "cwe.307"), events=("e1", "e2"), value=12.5),
    by("shop:ada", "b", NOW + 1),
    detection("c", NOW + 2, group=(), named=named()),
    detection("d", NOW + 3, title="A 'quoted' \"title\"", group=(("peer", "203.0.113.7"), ("hour", "7"))),
]


def write(data: Path, *some: Detection) -> None:
    spool = SpoolWriter(data / DETECTIONS.spool)
    for each in some:
        spool.append(msgspec.json.encode(each) + b"\n")
    spool.close()


def convert(data: Path) -> None:
    Upkeep(data, retention=Retention()).close(time.time())


def test_they_read_the_same_from_the_data_set(tmp_path: Path) -> None:
    write(tmp_path, *MANY)
    assert list(detections(tmp_path)) == MANY
    convert(tmp_path)
    assert not list((tmp_path / DETECTIONS.spool).iterdir())
    assert list(detections(tmp_path)) == MANY
    write(tmp_path, detection("e", NOW + 4))
    assert [each.id for each in detections(tmp_path)] == ["a", "b", "c", "d", "e"]


def test_since_and_wanted(tmp_path: Path) -> None:
    write(tmp_path, *MANY[:2])
    convert(tmp_path)
    write(tmp_path, *MANY[2:])
    assert [each.id for each in detections(tmp_path, since=NOW + 1)] == ["b", "c", "d"]
    assert [each.id for each in detections(tmp_path, lambda each: each.id in {"a", "d"})] == ["a", "d"]


def test_old_ones_go(tmp_path: Path) -> None:
    write(tmp_path, detection("old", NOW - 100 * 86400), *MANY)
    convert(tmp_path)
    upkeep = Upkeep(tmp_path, retention=Retention(events=90))
    upkeep.step(time.time())
    upkeep.close(time.time())
    assert [each.id for each in detections(tmp_path)] == ["a", "b", "c", "d"]


def test_none_at_all(tmp_path: Path) -> None:
    assert list(detections(tmp_path)) == []
