"""The table of detections: one row for each, with who took part; and how one is made of a row again."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from garrison.adapters.store.newest import Question, all_rows
from garrison.adapters.store.parquet import microseconds
from garrison.adapters.store.reading import Conditions, connected, files_between, take_snapshot
from garrison.adapters.store.table import MICROSECONDS, TIME, Table, in_microseconds
from garrison.core.detection import Detection

_KINDS: Final = ("principals", "clients", "tokens", "peers", "operations")

DETECTIONS: Final = Table[Detection](
    name="detections",
    spool="spool-of-detections",
    line=Detection,
    fields={
        "id": "VARCHAR",
        "time": "DOUBLE",
        "since": "DOUBLE",
        "rule": "VARCHAR",
        "title": "VARCHAR",
        "severity": "VARCHAR",
        "confidence": "VARCHAR",
        "group": "VARCHAR[][]",
        "value": "DOUBLE",
        "named": "STRUCT(" + ", ".join(f"{kind} VARCHAR[]" for kind in _KINDS) + ")",
        "events": "VARCHAR[]",
        "tags": "VARCHAR[]",
    },
    columns={
        "id": "id",
        "time": TIME,
        "since_us": in_microseconds("since"),
        "rule": "rule",
        "title": "title",
        "severity": "severity",
        "confidence": "confidence",
        "grouped": 'coalesce("group", [])',
        "value": "coalesce(value, 0)",
        **{kind: f"coalesce(named.{kind}, [])" for kind in _KINDS},
        "events": "coalesce(events, [])",
        "tags": "coalesce(tags, [])",
    },
    order=("time", "id"),
    found_in=("principals", "peers"),
)
"""One row for each detection (docs/reference/record.md)."""

_FETCHED: Final = {**dict.fromkeys(DETECTIONS.columns), "time": "epoch_us(time)"}
SELECTED: Final = ", ".join(value or name for name, value in _FETCHED.items())
"""What a detection is made of."""


def detections(
    data: Path, wanted: Callable[[Detection], bool] = lambda _: True, *, since: float = 0.0
) -> Iterator[Detection]:
    """The detections on record that are `wanted`, completed at `since` or later, in the order of time.

    Raises RecordError where the record cannot be read.
    """
    snapshot = take_snapshot(data, DETECTIONS, lambda line: line.time >= since and wanted(line))
    files = files_between(data, DETECTIONS, snapshot.manifest, since)
    stored: list[Detection] = []
    if files:
        asked = Conditions(others=(("epoch_us(time) >= ?", microseconds(since)),))
        question = Question(DETECTIONS, asked, newest_first=False)
        with connected(data) as connection:
            stored = [_detection(row) for row in all_rows(connection, question, list(files), SELECTED)]
    every = {each.id: each for each in (*filter(wanted, stored), *snapshot.waiting)}
    yield from sorted(every.values(), key=lambda each: (each.time, each.id))


def _detection(row: Sequence[Any]) -> Detection:
    values = dict(zip(_FETCHED, row, strict=True))
    named = {kind: values.pop(kind) for kind in _KINDS}
    since = values.pop("since_us") / MICROSECONDS
    group = values.pop("grouped")
    values["time"] /= MICROSECONDS
    return msgspec.convert({**values, "since": since, "group": group, "named": named}, Detection)
