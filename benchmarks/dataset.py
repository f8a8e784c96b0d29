"""What the record costs: events a second into the spool and on into Parquet, bytes for each, and everyday questions.

    python -m benchmarks.dataset [--events 1000000] [--ingested 200000] [--directory DIR] [--keep] [--json FILE]

The path that events really take (`Recorder`, `Dataset.ingest`, `Dataset.compact`) is measured with `--ingested` of
them. So that the questions can be asked of a hundred million events in minutes instead of hours, those are made by
DuckDB itself, with the columns, the order, the settings and the places of the real files, a month of days with one
file for each four million. Among a million principals, each with a hundred events, there are one with three events in
the month, one with some four hundred spread evenly, and one with a hundredth of all; one with none is asked for too.
Each question is asked in a process of its own as `garrison events` asks it, with DuckDB in its own bounds of memory and
two threads; its memory is the peak of that process. With `--keep` the events stay in the directory, for a later run to
ask its questions of.
"""

import argparse
import multiprocessing
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from garrison.adapters.event_ids import event_ids
from garrison.adapters.store import parquet
from garrison.adapters.store.dataset import Dataset
from garrison.adapters.store.events import EVENTS
from garrison.adapters.store.files import make_directory
from garrison.adapters.store.manifest import DataFile, Manifest, write_manifest
from garrison.adapters.store.merges import LARGE, QUIET
from garrison.adapters.store.places import places_of, write_places
from garrison.adapters.store.query import EventFilter, count, events
from garrison.adapters.store.record import Recorder
from garrison.adapters.store.segments import segment_files
from garrison.adapters.store.spool import SpoolWriter
from garrison.core.decision import Disposition, FailMode, Mode, Reason
from garrison.core.event import Event
from garrison.core.ids import ControlId, OperationId, ReasonId

START = 1_760_000_000 // 86400 * 86400.0
DAYS = 30
OPERATIONS, PRINCIPALS, PEERS = 200, 1_000_000, 300_000
RARE = (2, 14, 27)
"""Days with one event of the principal and the peer that have three."""

SYNTHETIC = """
COPY (
    SELECT
        lower(printf('%08x-%04x-7abc-8def-%012x', (ms >> 16)::BIGINT, (ms & 65535)::BIGINT, number)) AS id,
        make_timestamptz(us::BIGINT) AS time,
        CASE WHEN operation_number % 3 = 0 THEN 'POST' ELSE 'GET' END AS method,
        'operation' || operation_number AS operation,
        '/v1/things/{id}/parts/' || operation_number AS template,
        CASE WHEN number = $rare THEN '192.0.2.3' ELSE
            printf('10.%d.%d.%d', (peer // 65536)::BIGINT, (peer // 256 % 256)::BIGINT, (peer % 256)::BIGINT)
        END AS peer,
        chance >= 0.02 AS allowed,
        'enforce' AS mode,
        CASE WHEN chance < 0.02 THEN 'blocked' WHEN chance < 0.03 THEN 'aborted' ELSE 'allowed' END AS disposition,
        (CASE WHEN chance < 0.02 THEN 400 WHEN operation_number % 3 = 0 THEN 201 ELSE 200 END)::SMALLINT AS status,
        CASE WHEN number = $rare THEN 'user-rare' WHEN number % 250007 = 0 THEN 'user-spread'
            WHEN chance BETWEEN 0.5 AND 0.51 THEN 'user-often' WHEN chance < 0.9 THEN 'user-' || principal
            ELSE '' END AS principal,
        CASE WHEN chance < 0.02 THEN [reason] ELSE []::VARCHAR[] END AS reason_ids,
        CASE WHEN chance < 0.02
            THEN [{'id': reason, 'control': 'request-schema', 'status': 400::SMALLINT, 'location': 'body/name',
                   'detail': 'maxLength: must be at most 40 characters long'}]
            ELSE []::STRUCT(id VARCHAR, control VARCHAR, status SMALLINT, location VARCHAR, detail VARCHAR)[]
        END AS reasons,
        []::STRUCT(id VARCHAR, control VARCHAR, status SMALLINT, location VARCHAR, detail VARCHAR)[] AS observed,
        []::VARCHAR[] AS errors,
        []::VARCHAR[] AS uninspected,
        (chance * 500)::BIGINT AS request_bytes,
        (principal % 4000)::BIGINT AS response_bytes,
        (5000 + chance * 90000)::BIGINT AS duration_us,
        (40 + chance * 50)::BIGINT AS engine_us,
        (4000 + chance * 80000)::BIGINT AS upstream_us,
        'a1b2c3d4e5f6' AS policy,
        CASE WHEN chance < 0.9 THEN 'app' ELSE '' END AS client,
        '' AS token,
        '' AS attribution,
        0::INTEGER AS key,
        []::VARCHAR[] AS asked,
        chance BETWEEN 0.03 AND 0.04 AS missed,
        0::INTEGER AS unissued,
        false AS near,
        []::VARCHAR[] AS forms,
        'okhttp' AS agent,
        '' AS claimed
    FROM (
        SELECT number, us, us // 1000 AS ms, random() AS chance,
               (pow(random(), 3) * $operations)::BIGINT AS operation_number,
               (random() * $principals)::BIGINT AS principal, (pow(random(), 2) * $peers)::BIGINT AS peer,
               CASE WHEN number % 3 = 0 THEN 'body-invalid' ELSE 'parameter-invalid' END AS reason
        FROM (SELECT range AS number, $start + (range * $step)::BIGINT AS us FROM range($count))
    )
) TO {target} """


class Figure(msgspec.Struct, frozen=True):
    """One line of the result."""

    name: str
    value: float
    unit: str


def one_event(number: int, new_id: Callable[[float], str], chance: random.Random) -> Event:
    moment = START + number * 0.01
    reason = Reason(ReasonId("body-invalid"), ControlId("request-schema"), 400, "body/name", "maxLength: at most 40")
    denied = chance.random() < 0.02
    return Event(
        id=new_id(moment),  # type: ignore[arg-type]  # the source's own type
        time=moment,
        method="GET",
        operation=OperationId(f"operation{chance.randrange(OPERATIONS)}"),
        template="/v1/things/{id}/parts",
        peer=f"10.0.{chance.randrange(256)}.{chance.randrange(256)}",
        allowed=not denied,
        mode=Mode.ENFORCE,
        disposition=Disposition.BLOCKED if denied else Disposition.ALLOWED,
        status=400 if denied else 200,
        principal=f"user-{chance.randrange(PRINCIPALS)}",
        reasons=(reason,) if denied else (),
        response_bytes=chance.randrange(4000),
        duration=chance.random(),
        engine=5e-5,
        upstream=chance.random(),
        policy="a1b2c3d4e5f6",
    )


def ingested(data: Path, number: int) -> Iterator[Figure]:
    """The real path, with `number` events on one thread."""
    chance, new_id = random.Random(1), event_ids()  # noqa: S311  # no secret
    given = [one_event(index, new_id, chance) for index in range(number)]
    writer = SpoolWriter(data / "spool")
    recorder = Recorder(writer, fail=FailMode.CLOSED)
    begun = time.perf_counter()
    for each in given:
        recorder.record(each)
    yield Figure("recorded into the spool", number / (time.perf_counter() - begun), "events/s")
    writer.close()
    waiting = sum(path.stat().st_size for path in segment_files(data / "spool"))
    yield Figure("in the spool", waiting / number, "bytes/event")
    with Dataset(data, EVENTS) as dataset:
        begun = time.perf_counter()
        while dataset.ingest(segment_files(data / "spool"), time.time()):
            pass
        yield Figure("turned into Parquet", number / (time.perf_counter() - begun), "events/s")
        begun = time.perf_counter()
        while dataset.compact(time.time() + 2 * QUIET):  # as if nothing came any more
            pass
        yield Figure("merged, with places", number / (time.perf_counter() - begun), "events/s")
        stored = sum(file.bytes for file in dataset.manifest.files)
        yield Figure("in Parquet", stored / number, "bytes/event")
    assert count(data) == number


def make_dataset(data: Path, number: int) -> float:
    """A month of `number` events in `data`; bytes for each."""
    folder = make_directory(data / "events")
    files = []
    each_day = number // DAYS
    with parquet.connect(data.resolve(), memory="2GB", threads=2) as connection:
        for day in range(DAYS):
            name = datetime.fromtimestamp(START + day * 86400, UTC).date().isoformat()
            parts = -(-each_day // LARGE)
            for part in range(parts):
                made, span = each_day // parts, 86400e6 / parts
                path = make_directory(folder / f"day={name}") / parquet.file_name(EVENTS, str(part))
                begin = int((START + day * 86400) * 1e6 + part * span)
                values = {
                    "start": begin, "step": span / made, "count": made,
                    "operations": OPERATIONS, "principals": PRINCIPALS, "peers": PEERS,
                    "rare": made // 2 if part == 0 and day in RARE else -1,
                }  # fmt: skip
                statement = SYNTHETIC.replace("{target}", f"'{path.resolve()}'") + parquet.AS_PARQUET
                connection.execute(statement, values)
                read = connection.read_parquet(str(path), hive_partitioning=False)
                assert read.columns == list(EVENTS.columns), "the real files have other columns"
                write_places(connection, EVENTS, path.resolve())
                since, until, found = parquet.extent(connection, path.resolve())
                size = sum(part.stat().st_size for part in (path, *places_of(path)))
                files.append(DataFile(str(path.relative_to(folder)), found, size, since, until, time.time()))
    write_manifest(data, EVENTS, Manifest(files=tuple(files), converted=number))
    return sum(file.bytes for file in files) / sum(file.rows for file in files)


def questions() -> dict[str, EventFilter]:
    """What operators ask every day, and the values that are the worst for each."""
    middle = START + DAYS / 2 * 86400
    return {
        "by principal": EventFilter(principal="user-424242"),
        "by principal, three events": EventFilter(principal="user-rare"),
        "by principal, spread": EventFilter(principal="user-spread"),
        "by principal, often": EventFilter(principal="user-often"),
        "by principal, none": EventFilter(principal="user-nobody"),
        "by peer": EventFilter(peer="10.1.134.162"),
        "by peer, three events": EventFilter(peer="192.0.2.3"),
        "by peer, often": EventFilter(peer="10.0.0.0"),
        "by peer, none": EventFilter(peer="10.250.0.1"),
        "by operation": EventFilter(operation="operation150"),
        "by operation, none": EventFilter(operation="operation9999"),
        "by reason": EventFilter(reason="body-invalid"),
        "by reason, none": EventFilter(reason="blocked"),
        "by time": EventFilter(since=middle, until=middle + 600),
        "by disposition": EventFilter(disposition="blocked"),
        "by disposition, none": EventFilter(disposition="error"),
    }


class Answer(msgspec.Struct, frozen=True):
    """What a process says of a question that it asked."""

    found: int
    seconds: float
    cpu: float
    """Seconds of both threads: what is left of `seconds` where other work shares the machine."""
    megabytes: float
    """The most memory that the process had."""


def asked(data: Path) -> Iterator[Figure]:
    """Each question: its newest hundred events, and how many there are."""
    for name, wanted in questions().items():
        newest = apart(data, wanted, counted=False)
        yield from figures(f"{name}: the newest {newest.found}", newest)
        counted = apart(data, wanted, counted=True)
        yield from figures(f"{name}: that there are {counted.found}", counted)


def figures(name: str, answer: Answer) -> Iterator[Figure]:
    yield Figure(name, answer.seconds, "s")
    yield Figure(f"{name}, processor", answer.cpu, "s")
    yield Figure(f"{name}, memory", answer.megabytes, "MB")


def apart(data: Path, wanted: EventFilter, *, counted: bool) -> Answer:
    """Ask in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(answered, (data, wanted, counted))


def answered(data: Path, wanted: EventFilter, counted: bool) -> Answer:
    begun, used = time.perf_counter(), time.process_time()
    found = count(data, wanted) if counted else len(list(events(data, wanted, limit=100)))
    seconds, cpu = time.perf_counter() - begun, time.process_time() - used
    # not `ru_maxrss`, which begins with what the process had from which this one was made
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return Answer(found, seconds, cpu, int(status["VmHWM"].split()[0]) / 1024)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--ingested", type=int, default=200_000)
    parser.add_argument("--directory", type=Path)
    parser.add_argument("--keep", action="store_true", help="leave the events in --directory, and use those there")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.keep and options.directory is None:
        parser.error("--keep needs --directory")
    root = Path(tempfile.mkdtemp(dir=options.directory))
    made = options.directory / "made" if options.keep else root / "made"
    figures: list[Figure] = []

    def show(figure: Figure) -> None:
        print(f"{figure.name:60} {figure.value:12,.2f} {figure.unit}", flush=True)
        figures.append(figure)

    try:
        for figure in ingested(root / "real", options.ingested):
            show(figure)
        if not made.exists():
            begun = time.perf_counter()
            size = make_dataset(made, options.events)
            print(f"made {options.events:,} events in {time.perf_counter() - begun:.0f} s, {size:.1f} bytes each")
        for figure in asked(made):
            show(figure)
    finally:
        shutil.rmtree(root)
    if options.json:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(figures)) + b"\n")


if __name__ == "__main__":
    main()
