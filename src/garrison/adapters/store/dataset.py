"""The data set: segments of a table's spool become Parquet files by day, small files become large ones, old days go.

One process at a time works on it. Every step is: write aside, make durable, rename, put the new manifest in force,
remove what no longer counts. Whatever is killed in between, the next one finds each row counted exactly once and
only has leftovers to sweep away.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Final, Generic, Self

import duckdb
from msgspec.structs import replace

from garrison.adapters.store import parquet
from garrison.adapters.store.conversion import Conversion, Planner, Whole
from garrison.adapters.store.files import make_directory, replace_file, sync
from garrison.adapters.store.manifest import (
    DamagedManifestError,
    DataFile,
    Manifest,
    Obsolete,
    manifest_path,
    read_manifest,
    write_manifest,
)
from garrison.adapters.store.merges import due
from garrison.adapters.store.only_one import the_only_one
from garrison.adapters.store.places import SUFFIX, WORTH, file_of, places_of, write_places
from garrison.adapters.store.table import AnyTable, L, Table
from garrison.core.errors import RecordError, cause_of

MEMORY: Final = "512MB"
"""For DuckDB while it writes: a merge holds two row groups, a conversion sorts one batch."""
GRACE: Final = 600.0
"""Seconds that a file which counts no more stays for those who are reading it."""
BATCH: Final = 64 * 1024 * 1024
"""Bytes of segments that are converted in one step."""


class Dataset(Generic[L]):
    """One table in a data directory, held by this process until `close`. Not for several threads at once.

    Every method raises RecordError where the disk or DuckDB refuses; what was, then still counts.
    """

    def __init__(
        self, data: Path, table: Table[L], *, sharing: Iterable[AnyTable] = (), whole: Whole | None = None
    ) -> None:
        """Take hold of it and mend what a crash left; raises BusyError where another process has it.

        `sharing` are the tables that are made of the same lines: a segment waits until each of them has it.
        `whole` is what their data sets found out about segments, which they share.
        """
        self._data = data
        self._table = table
        self._sharing = tuple(each for each in sharing if each.spool == table.spool and each.name != table.name)
        self._values: dict[str, frozenset[str]] = {}
        """What stands in files, which never change, in the column that `retain_by` was asked about."""
        self._folder = data / table.name
        self._spool = data / table.spool
        self._aside = self._folder / ".aside"
        self._whole: Whole = {} if whole is None else whole
        self._manifest = Manifest()
        self._sound = True
        """Whether the last step succeeded, so that memory and disk agree."""
        with _refusals():
            make_directory(self._spool)
            self._holding = contextlib.ExitStack()
            busy = f"another process is at work on `{self._folder}`"
            self._holding.enter_context(the_only_one(self._folder, "lock", busy))
            self._duckdb = parquet.connect(data, memory=MEMORY, threads=1)
            self._planner = Planner(table, self._duckdb, self._aside, self._whole)
            self._mend()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of it."""
        self._duckdb.close()
        self._holding.close()

    @property
    def manifest(self) -> Manifest:
        """What counts at the moment."""
        return self._manifest

    def ingest(self, segments: Iterable[Path], now: float) -> int:
        """Turn segments whose writers are done into Parquet, and remove those that all tables have which are made of
        them; how many segments were turned.

        Those that are still written, gone or in this table already are passed over. At most about `BATCH` bytes: call
        again.
        """
        with contextlib.ExitStack() as held, self._step():
            known = frozenset(self._manifest.consumed)
            claimed = list(_claimed((path for path in segments if path.name not in known), held))
            if not claimed:
                return 0
            done, files = self._converted(claimed, now)
            self._keep_damaged(done.damaged)
            self._swap(
                files=(*self._manifest.files, *files),
                consumed=(*self._still_there(), *(path.name for path in claimed)),
                converted=self._manifest.converted + done.rows,
                damaged=self._manifest.damaged + sum(map(len, done.damaged.values())),
            )
            self._release()
            self._clear_aside()
            return len(claimed)

    def compact(self, now: float) -> bool:
        """Merge small files of one day where that is due; whether there were any."""
        with self._step():
            chosen = due(self._manifest.files, _day(now), now)
            if chosen:
                self._merge(chosen, now)
        return bool(chosen)

    def ends(self, days: int, now: float) -> float | None:
        """The moment before which `retain` is about to let everything go, in seconds since the epoch; None where there
        is nothing from before it."""
        oldest = _day(now - days * 86400)
        ends = datetime.fromisoformat(oldest).replace(tzinfo=UTC).timestamp()
        return ends if any(file.day < oldest for file in self._manifest.files) else None

    def retain(self, days: int, now: float) -> int:
        """Let days go that ended more than `days` days ago; how many rows went."""
        oldest = _day(now - days * 86400)
        with self._step():
            gone = [file for file in self._manifest.files if file.day < oldest]
            if gone:
                self._swap(files=self._without(gone), obsolete=self._and_obsolete(gone, now))
            for path in _listed(self._data / "damaged"):
                if path.stat().st_mtime < now - (days + 1) * 86400:
                    path.unlink()
            return sum(file.rows for file in gone)

    def retain_by(self, column: str, days: Mapping[str, int], now: float) -> int:
        """Let rows go that have one of these values in `column`, a text, and are of a day that ended more than its
        `days` days ago; how many went."""
        gone = 0
        with self._step():
            for file in self._manifest.files:
                late = [value for value, limit in days.items() if file.day < _day(now - limit * 86400)]
                found = self._found_in(file, column).intersection(late) if late else frozenset()
                if found:
                    kept = self._without_values(file, column, sorted(found), now)
                    self._swap(files=(*self._without([file]), *kept), obsolete=self._and_obsolete([file], now))
                    gone += file.rows - sum(each.rows for each in kept)
        return gone

    def _found_in(self, file: DataFile, column: str) -> frozenset[str]:
        if file.path not in self._values:
            self._values[file.path] = parquet.values(self._duckdb, self._folder / file.path, column)
        return self._values[file.path]

    def _without_values(self, file: DataFile, column: str, gone: Sequence[str], now: float) -> list[DataFile]:
        """What is left of a file, nothing where it held nothing else."""
        if not self._found_in(file, column).difference(gone):
            return []
        unwanted = parquet.Unwanted(column, gone)
        rest = partial(parquet.without, self._duckdb, self._table, self._folder / file.path, unwanted)
        return [self._write(_day_number(file), now, rest)]

    def sweep(self, now: float, *, grace: float = GRACE) -> None:
        """Remove what ceased to count more than `grace` seconds ago, and forget files that somebody removed."""
        with self._step():
            past = [each for each in self._manifest.obsolete if each.since <= now - grace]
            for each in past:
                self._remove(self._folder / each.path)
            missing = [file for file in self._manifest.files if not (self._folder / file.path).exists()]
            for file in missing:
                self._remove(self._folder / file.path)
            if past or missing:
                rest = tuple(each for each in self._manifest.obsolete if each not in past)
                self._swap(files=self._without(missing), obsolete=rest)
            for folder in self._folder.glob("day=*"):
                with contextlib.suppress(OSError):  # what is not empty stays
                    folder.rmdir()

    @contextlib.contextmanager
    def _step(self) -> Iterator[None]:
        """One step. After one that failed the next begins as after a crash: so there is one way to recover, and what
        was half made on a full disk does not pile up there with every try."""
        try:
            with _refusals():
                if not self._sound:
                    self._mend()
                    self._sound = True
                yield
        except RecordError:
            self._sound = False
            raise

    def _converted(self, segments: Sequence[Path], now: float) -> tuple[Conversion, list[DataFile]]:
        """What was done with segments, and the files that were made, which do not count yet."""
        with contextlib.suppress(duckdb.Error):
            if (planned := self._planner.at_once(segments)) is not None:
                files = self._written(planned, now)
                if sum(file.rows for file in files) == planned.rows:
                    self._planner.was_whole(segments, planned)
                    return planned, files
                for file in files:
                    self._remove(self._folder / file.path)
        planned = self._planner.line_by_line(segments)
        files = self._written(planned, now)
        if sum(file.rows for file in files) != planned.rows:
            raise RecordError(f"of {planned.rows} {self._table.name} in the spool not all could be converted")
        return planned, files

    def _written(self, planned: Conversion, now: float) -> list[DataFile]:
        return [self._write(day, now, copy) for day, copy in planned.copies.items()]

    def _keep_damaged(self, damaged: Mapping[str, Sequence[bytes]]) -> None:
        for name, lines in damaged.items():
            folder = make_directory(self._data / "damaged")
            replace_file(folder / f"{self._table.name}-{name}", b"".join(line + b"\n" for line in lines))

    def _merge(self, sources: Sequence[DataFile], now: float) -> None:
        paths = [self._folder / file.path for file in sources]
        merge = partial(parquet.merge, self._duckdb, self._table, paths)
        merged = self._write(_day_number(sources[0]), now, merge)
        if merged.rows != sum(file.rows for file in sources):
            raise RecordError(f"{self._table.name} of {merged.day} were lost in a merge, which was undone")
        self._swap(files=(*self._without(sources), merged), obsolete=self._and_obsolete(sources, now))

    def _write(self, day: int, now: float, copy: Callable[[Path], int]) -> DataFile:
        """A new file of `day` in its place, durable, not counting yet."""
        stem = f"{int(now * 1000):013d}-{secrets.token_hex(8)}"  # never one that is there
        name = parquet.file_name(self._table, stem)
        aside = make_directory(self._aside) / name
        rows = copy(aside)
        since, until, _ = parquet.extent(self._duckdb, aside)
        if rows >= WORTH:
            write_places(self._duckdb, self._table, aside)
        folder = make_directory(self._folder / f"day={date.fromordinal(_EPOCH + day).isoformat()}")
        size = sum(_put(path, folder) for path in (*places_of(aside), aside))
        sync(folder)
        sync(self._folder)
        return DataFile(f"{folder.name}/{name}", rows, size, since, until, now)

    @staticmethod
    def _remove(file: Path) -> None:
        """Remove a file and its places, whichever of them is there."""
        for path in (file, *places_of(file)):
            path.unlink(missing_ok=True)

    def _swap(self, **changes: object) -> None:
        manifest = replace(self._manifest, **changes)
        write_manifest(self._data, self._table, manifest)
        self._manifest = manifest

    def _still_there(self) -> Iterator[str]:
        return (name for name in self._manifest.consumed if (self._spool / name).exists())

    def _without(self, gone: Sequence[DataFile]) -> tuple[DataFile, ...]:
        return tuple(file for file in self._manifest.files if file not in gone)

    def _and_obsolete(self, gone: Sequence[DataFile], now: float) -> tuple[Obsolete, ...]:
        return (*self._manifest.obsolete, *(Obsolete(file.path, now) for file in gone))

    def _clear_aside(self) -> None:
        shutil.rmtree(self._aside, ignore_errors=True)

    def _mend(self) -> None:
        """Find out what counts, after whatever crash; nothing else is left behind."""
        self._clear_aside()
        found = self._read()
        manifest = self._manifest = found or self._adopted()
        self._release()
        known = {file.path for file in manifest.files} | {each.path for each in manifest.obsolete}
        for path in (*self._folder.glob("day=*/*.parquet"), *self._folder.glob(f"day=*/*{SUFFIX}")):
            if str(file_of(path).relative_to(self._folder)) not in known:
                path.unlink()
        self._manifest = replace(manifest, consumed=tuple(self._still_there()))
        if self._manifest != found:
            write_manifest(self._data, self._table, self._manifest)

    def _release(self) -> None:
        """Remove the segments that are in this table and in all that are made of the same lines."""
        done = set(self._manifest.consumed)
        for table in self._sharing:
            done.intersection_update(read_manifest(self._data, table).consumed)
        for name in done:
            (self._spool / name).unlink(missing_ok=True)
            self._whole.pop(self._spool / name, None)

    def _read(self) -> Manifest | None:
        """The manifest on the disk; None where it is missing or damaged. Raises RecordError where it is newer."""
        path = manifest_path(self._data, self._table)
        if not path.exists():
            return None
        try:
            return read_manifest(self._data, self._table)
        except DamagedManifestError:
            path.rename(make_directory(self._data / "damaged") / f"{self._table.name}-manifest-{time.time_ns()}.json")
            return None

    def _adopted(self) -> Manifest:
        """A manifest made from the files that are there: the first one, or one instead of one that was lost."""
        files = []
        for path in sorted(self._folder.glob("day=*/*.parquet")):
            try:
                since, until, rows = parquet.extent(self._duckdb, path)
            except duckdb.Error:
                path.rename(make_directory(self._data / "damaged") / path.name)
                continue
            size = sum(part.stat().st_size for part in (path, *places_of(path)))
            name = f"{path.parent.name}/{path.name}"
            files.append(DataFile(name, rows, size, since, until, path.stat().st_mtime))
        return Manifest(files=tuple(files), converted=sum(file.rows for file in files))


def _day_number(file: DataFile) -> int:
    """Days since the epoch."""
    return file.since // parquet.DAY


_EPOCH: Final = date(1970, 1, 1).toordinal()


def _day(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).date().isoformat()


def _claimed(segments: Iterable[Path], held: contextlib.ExitStack) -> Iterator[Path]:
    """Segments that nobody writes any more, about `BATCH` bytes of them, locked until `held` is left."""
    size = 0
    for path in segments:
        if size >= BATCH:
            return
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        held.callback(os.close, descriptor)
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            size += os.fstat(descriptor).st_size
            yield path


def _put(made: Path, folder: Path) -> int:
    """Make a file durable and move it to its place; its size."""
    made.chmod(0o600)
    sync(made)
    return made.rename(folder / made.name).stat().st_size


def _listed(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.exists() else []


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    """Turn what the disk and DuckDB raise into what this module promises."""
    try:
        yield
    except OSError as error:
        place = f" at `{error.filename}`" if error.filename else ""
        raise RecordError(f"the data set cannot be written: {cause_of(error)}{place}") from error
    except duckdb.Error as error:
        raise RecordError(f"the data set cannot be written: {parquet.first_line(error)}") from error
