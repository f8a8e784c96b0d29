"""What is to be done with finished segments of a spool: which rows of which days there are, and what is damaged.

Nearly always nothing is wrong with any line, and all are of one day. Then nobody looks at a line by itself: DuckDB
reads them, says whether they are sound, and writes their rows, all in one. Otherwise each line is read here first.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from functools import partial
from pathlib import Path
from typing import Generic, TypeAlias

import duckdb
import msgspec

from garrison.adapters.store import parquet
from garrison.adapters.store.files import make_directory
from garrison.adapters.store.segments import first_line, holds, scan, whole_lines
from garrison.adapters.store.table import L, Table

Whole: TypeAlias = MutableMapping[Path, int]
"""Segments that were found to be sound and of one day alone: which (days since the epoch)."""


class Conversion(msgspec.Struct, frozen=True):
    """How segments become files."""

    rows: int
    """Rows that there will be in all."""
    copies: Mapping[int, Callable[[Path], int]] = {}
    """By day (days since the epoch), what writes its rows to a file and says how many there were."""
    damaged: Mapping[str, tuple[bytes, ...]] = {}
    """Damaged lines by the names of their segments."""


class Planner(Generic[L]):
    """Plans conversions of one table. `whole` is what several tables that are made of the same lines share."""

    def __init__(self, table: Table[L], connection: duckdb.DuckDBPyConnection, aside: Path, whole: Whole) -> None:
        self._table = table
        self._duckdb = connection
        self._aside = aside
        self._whole = whole

    def at_once(self, segments: Sequence[Path]) -> Conversion | None:
        """The conversion where nothing is wrong; None where something is, or that is not known.

        Where its copies make other than `rows` rows, or raise duckdb.Error, something is wrong: nothing else.
        """
        if self._table.sound:
            return self._sound(segments)
        days = {self._whole.get(segment) for segment in segments}
        day = days.pop()
        if day is None or days:
            return None
        if not any(holds(segment, self._table.sign) for segment in segments):
            return Conversion(0)
        rows = parquet.find(self._duckdb, self._table, segments, day)
        return Conversion(rows, {day: partial(parquet.convert_found, self._duckdb, self._table)} if rows else {})

    def was_whole(self, segments: Sequence[Path], conversion: Conversion) -> None:
        """Remember that a conversion at once came to what it should."""
        for day in conversion.copies if self._table.sound else ():
            self._whole.update(dict.fromkeys(segments, day))

    def line_by_line(self, segments: Sequence[Path]) -> Conversion:
        """The conversion, whatever is wrong. Raises OSError."""
        rows: defaultdict[int, int] = defaultdict(int)
        sources: list[Path] = []
        damaged: dict[str, tuple[bytes, ...]] = {}
        for segment in segments:
            days, broken = self._looked_through(segment)
            for day, count in days.items():
                rows[day] += count
            if days:
                sources.append(self._sound_copy(segment) if broken else segment)
            if broken:
                damaged[segment.name] = tuple(broken)
        convert = partial(parquet.convert, self._duckdb, self._table, sources)
        copies = {day: partial(convert, day) for day in sorted(rows) if rows[day]}
        return Conversion(sum(rows.values()), copies, damaged)

    def _sound(self, segments: Sequence[Path]) -> Conversion | None:
        counts = [whole_lines(segment, self._table.line) for segment in segments]
        sources = [segment for segment, count in zip(segments, counts, strict=True) if count]
        if None in counts or not sources:
            return None
        first = first_line(sources[0], self._table.line)
        if first is None:
            return None
        day = parquet.day_of(first.time)
        rows = sum(count or 0 for count in counts)
        return Conversion(rows, {day: partial(parquet.convert_sound, self._duckdb, self._table, sources, day)})

    def _looked_through(self, segment: Path) -> tuple[dict[int, int], list[bytes]]:
        """Rows by day, and damaged lines."""
        days: defaultdict[int, int] = defaultdict(int)
        damaged: list[bytes] = []
        for lines in scan(segment, self._table.line, closed=True):
            damaged.extend(lines.damaged)
            for day, some in _by_day(lines.sound):
                days[day] += sum(map(self._table.count, some))
        return dict(days), damaged

    def _sound_copy(self, segment: Path) -> Path:
        copy = make_directory(self._aside) / segment.name
        with copy.open("wb") as file:
            for lines in scan(segment, self._table.line, closed=True):
                file.writelines(msgspec.json.encode(line) + b"\n" for line in lines.sound)
        return copy


def _by_day(lines: Sequence[L]) -> Iterator[tuple[int, Sequence[L]]]:
    """Days since the epoch, which may come more than once, and the lines of each: nearly always all are of one day."""
    times = [line.time for line in lines]
    if times and (only := parquet.day_of(min(times))) == parquet.day_of(max(times)):
        yield only, lines
    else:
        yield from ((parquet.day_of(line.time), (line,)) for line in lines)
