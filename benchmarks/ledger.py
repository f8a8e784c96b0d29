"""The ledger at size: what an exposure costs on the disk, and how long the questions take that are asked after a
breach.

    python -m benchmarks.ledger                               # a million exposures, a minute
    python -m benchmarks.ledger --exposures 37000000 --json ledger.json --directory /var/tmp    # 3 GB with events

Some exposures are recorded as a gateway records them and converted by the real watch step. The rest are written
straight into the form that the data set has after its merges: 41 days, one file for each four million rows of a day.
One principal, `mallory`, sees a customer whom it has not seen before in `--attack` of all answers; the rest are those
of 300,000 principals, a few of whom ask much, about 20 million customers. Each answer is about one person, which costs
most, and has its event in the table of events. Questions are asked as `garrison exposure` asks them, with what they do
not know (`certainty`), by DuckDB in its own bounds of memory. `--kept DIR` keeps what was made, to ask it again.
"""

import argparse
import hashlib
import random
import resource
import shutil
import tempfile
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import msgspec

from garrison.adapters.customers import Customers
from garrison.adapters.event_ids import event_ids
from garrison.adapters.notify import notify
from garrison.adapters.store import ledger, parquet
from garrison.adapters.store.catalogue import TABLES
from garrison.adapters.store.coverage import certainty
from garrison.adapters.store.dataset import Dataset
from garrison.adapters.store.events import EVENTS
from garrison.adapters.store.exposures import EXPOSURES
from garrison.adapters.store.files import make_directory
from garrison.adapters.store.ledger_rows import ExposureFilter
from garrison.adapters.store.manifest import DataFile, Manifest, write_manifest
from garrison.adapters.store.merges import LARGE
from garrison.adapters.store.places import WORTH, places_of, write_places
from garrison.adapters.store.record import Recorder
from garrison.adapters.store.segments import segment_files
from garrison.adapters.store.spool import SpoolWriter
from garrison.adapters.store.table import AnyTable
from garrison.core.decision import Disposition, FailMode, Mode
from garrison.core.event import Event
from garrison.core.exposure import Attribution, Disclosure
from garrison.core.ids import OperationId
from garrison.engine.pseudonyms import Pseudonyms

START = 1_760_000_000 // 86400 * 86400.0
DAYS = 41
CUSTOMERS, PRINCIPALS, OPERATIONS = 20_000_000, 300_000, 60

BASE = """(
    SELECT number, us, us // 1000 AS ms, random() < $attack AS attack,
        (pow(random(), 3) * $principals)::BIGINT AS who, (random() * $customers)::BIGINT AS customer
    FROM (SELECT $first + range AS number, $start + (range * $step + random() * $step)::BIGINT AS us FROM range($count))
)"""
SHARED = """
    make_timestamptz(us::BIGINT) AS time,
    CASE WHEN attack THEN 'mallory' ELSE 'user-' || who END AS principal,
    CASE WHEN attack THEN '' ELSE 'app-' || (who % 20) END AS client,
    CASE WHEN attack THEN 'stolen' ELSE 'jti-' || who || '-' || (number % 7) END AS token,
    CASE WHEN attack THEN '203.0.113.' || (number % 200)
        ELSE printf('10.%d.%d.%d', (who // 65536)::BIGINT, (who // 256 % 256)::BIGINT, (who % 256)::BIGINT) END AS peer,
    'operation' || (who % $operations) AS operation,
    'allowed' AS disposition, 1::INTEGER AS key
"""
ID = "lower(printf('%08x-%04x-7abc-8def-%012x', (ms >> 16)::BIGINT, (ms & 65535)::BIGINT, 70000000000000 + number))"
EXPOSED = f"""
    {ID}::UUID AS event, {SHARED}, 'customer' AS kind,
    md5('customer' || chr(0) || (CASE WHEN attack THEN $customers + number ELSE customer END))::UUID AS subject,
    CASE number % 5 WHEN 0 THEN 'email name' WHEN 1 THEN 'name' ELSE 'address email name phone' END AS types,
    CASE WHEN attack THEN false ELSE who % 3 = 0 END AS own
"""
"""The digest is MD5 here, which DuckDB has; `Md5` finds the same."""
REASONS = "[]::STRUCT(id VARCHAR, control VARCHAR, status SMALLINT, location VARCHAR, detail VARCHAR)[]"
EVENT = f"""
    {ID} AS id, {SHARED}, 'GET' AS method, '/customers/{{id}}' AS template, true AS allowed, 'enforce' AS mode,
    200::SMALLINT AS status, []::VARCHAR[] AS reason_ids, {REASONS} AS reasons, {REASONS} AS observed,
    []::VARCHAR[] AS errors, []::VARCHAR[] AS uninspected, 0::BIGINT AS request_bytes,
    (who % 4000 + 100)::BIGINT AS response_bytes, (5000 + who % 90000)::BIGINT AS duration_us,
    (40 + who % 50)::BIGINT AS engine_us, (4000 + who % 80000)::BIGINT AS upstream_us, 'a1b2c3d4e5f6' AS policy,
    CASE WHEN number % 50 = 0 THEN '' WHEN number % 9 = 0 THEN 'inferred' ELSE 'annotated' END AS attribution,
    []::VARCHAR[] AS asked, false AS missed, 0::INTEGER AS unissued, false AS near, []::VARCHAR[] AS forms,
    'browser' AS agent, '' AS claimed
"""


class Md5(Pseudonyms):
    """Names subjects as the made ledger does."""

    def digest(self, kind: str, name: str) -> str:
        """Of the same size and cost as the real one."""
        digest = hashlib.md5(f"{kind}\0{name}".encode(), usedforsecurity=False).digest()
        return urlsafe_b64encode(digest)[:-2].decode("ascii")


class Figure(msgspec.Struct, frozen=True):
    """One line of the result."""

    name: str
    value: float
    unit: str
    processor: float = 0.0
    """Seconds of processor time, of all threads: what a machine that is busy with other work takes too."""


def recorded(data: Path, number: int) -> Iterator[Figure]:
    """The real path, with `number` exposures in as many answers, on one thread."""
    chance, new_id, key = random.Random(1), event_ids(), Pseudonyms(b"k" * 32, 1)  # noqa: S311  # no secret
    writer = SpoolWriter(data / EVENTS.spool)
    recorder = Recorder(writer, fail=FailMode.CLOSED)
    for index in range(number):
        moment, who = START + index * 0.1, chance.randrange(PRINCIPALS)
        person = key.digest("customer", str(chance.randrange(CUSTOMERS)))
        recorder.record(
            Event(
                new_id(moment), moment, "GET", OperationId(f"operation{who % OPERATIONS}"), "/customers/{id}",
                f"10.0.{who % 256}.{who // 256 % 256}", True, Mode.ENFORCE, Disposition.ALLOWED, 200, f"user-{who}",
                response_bytes=500, duration=chance.random(), client="app", token=f"jti-{who}", key=1,
                attribution=Attribution.ANNOTATED,
                exposed=(Disclosure("customer", (person,), ("email", "name"), False),),
            )
        )  # fmt: skip
    writer.close()
    waiting = sum(path.stat().st_size for path in segment_files(data / EVENTS.spool))
    yield Figure("in the spool, event and exposure", waiting / number, "bytes")
    begun = time.perf_counter()
    for table in TABLES:
        with Dataset(data, table, sharing=TABLES) as dataset:
            while dataset.ingest(segment_files(data / table.spool), time.time()):
                pass
            if table is EXPOSURES:
                size = sum(file.bytes for file in dataset.manifest.files)
                yield Figure("in Parquet, as it is converted", size / number, "bytes/exposure")
    yield Figure("turned into both tables", number / (time.perf_counter() - begun), "answers/s")


def make(data: Path, table: AnyTable, columns: str, number: int, attack: float) -> float:
    """41 days with `number` rows in `table`; bytes for each."""
    folder, files, each_day = make_directory(data / table.name), [], number // DAYS
    names = ", ".join(table.columns)
    with parquet.connect(data.resolve(), memory="1GB", threads=2) as connection:
        for day in range(DAYS):
            name = datetime.fromtimestamp(START + day * 86400, UTC).date().isoformat()
            parts = -(-each_day // LARGE)
            for part in range(parts):
                made, span = each_day // parts, 86400e6 / parts
                path = make_directory(folder / f"day={name}") / parquet.file_name(table, str(part))
                values = {
                    "first": day * each_day + part * made, "start": int((START + day * 86400) * 1e6 + part * span),
                    "step": span / made, "count": made, "principals": PRINCIPALS, "customers": CUSTOMERS,
                    "operations": OPERATIONS, "attack": attack,
                }  # fmt: skip
                order = ", ".join(table.order)
                select = f"SELECT {names} FROM (SELECT {columns} FROM {BASE}) ORDER BY {order}"  # noqa: S608  # made of constants
                # `$customers` is in one of the tables alone, and DuckDB wants no value that it has no use for
                used = {key: value for key, value in values.items() if f"${key}" in select}
                connection.execute(f"COPY ({select}) TO '{path.resolve()}' {parquet.AS_PARQUET}", used)
                files.append(_file(connection, table, path, folder))
    write_manifest(data, table, Manifest(files=tuple(files), converted=number))
    return sum(file.bytes for file in files) / sum(file.rows for file in files)


def _file(connection: duckdb.DuckDBPyConnection, table: AnyTable, path: Path, folder: Path) -> DataFile:
    since, until, found = parquet.extent(connection, path.resolve())
    size = path.stat().st_size
    if table.found_by and found >= WORTH:
        write_places(connection, table, path.resolve())
        size += sum(places.stat().st_size for places in places_of(path))
    return DataFile(str(path.relative_to(folder)), found, size, since, until, time.time())


def asked(data: Path) -> Iterator[Figure]:
    """Each question, and what its answer says of how complete it is."""
    keys = [Md5(b"", 1)]
    usual, mallory = ExposureFilter(principal="user-1234"), ExposureFilter(principal="mallory")
    someone = ledger.subjects_named("customer", "424242", keys)
    stolen = ledger.subjects_named("customer", str(CUSTOMERS + 77), keys)
    day = ExposureFilter(since=START + 20 * 86400, until=START + 21 * 86400)

    def timed(name: str, question: Callable[[], str]) -> Figure:
        begun, worked = time.perf_counter(), time.process_time()
        said = question()
        return Figure(f"{name}: {said}", time.perf_counter() - begun, "s", time.process_time() - worked)

    def people(wanted: ExposureFilter) -> str:
        return f"{sum(each.people for each in ledger.summary(data, wanted)):,} people"

    def sure(wanted: ExposureFilter) -> str:
        found = certainty(data, {1}, wanted)
        return f"{found.attributed / max(1, found.answers):.3f} of {found.answers:,} answers attributed"

    yield timed("who was exposed to a principal", lambda: people(usual))
    yield timed("  how complete that is", lambda: sure(usual))
    yield timed("who was exposed to mallory", lambda: people(mallory))
    yield timed("  how complete that is", lambda: sure(mallory))
    yield timed("who was exposed on one day", lambda: people(day))
    yield timed("to whom was a customer exposed", lambda: f"{len(ledger.recipients(data, someone))} principals")
    yield timed("to whom was a stolen customer exposed", lambda: f"{len(ledger.recipients(data, stolen))} principals")
    yield timed("  how complete that is", lambda: sure(ExposureFilter()))
    yield timed("who saw most, of 20", lambda: f"{ledger.top(data)[0].people:,} people")


def notified(data: Path, listed: int) -> Iterator[Figure]:
    """The list of `listed` customers joined with the ledger: half of them are mallory's."""
    path = data / "customers.csv"
    half = listed // 2
    with path.open("w") as file:
        file.write("accountNumber,name,email\n")
        numbers = [*range(half), *range(CUSTOMERS, CUSTOMERS + listed - half)]
        file.writelines(f"{number},Person {number},p{number}@example.org\n" for number in numbers)
    for seer, principal in (("mallory", "mallory"), ("everybody", None)):
        begun, worked = time.perf_counter(), time.process_time()
        wanted = ExposureFilter(kind="customer", principal=principal)
        found = notify(data, [Md5(b"", 1)], Customers(path), wanted, data / "people.csv", time.time())
        name = f"notify, {listed:,} listed, seen by {seer}: {found.exposed:,} people"
        yield Figure(name, time.perf_counter() - begun, "s", time.process_time() - worked)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--exposures", type=int, default=1_000_000)
    parser.add_argument("--recorded", type=int, default=100_000)
    parser.add_argument("--listed", type=int, default=1_000_000)
    parser.add_argument("--attack", type=float, default=0.5)
    parser.add_argument("--directory", type=Path)
    parser.add_argument("--kept", type=Path, help="a made ledger that is there already, or is to stay")
    parser.add_argument("--only", choices=("asked", "notified"), help="ask these questions alone")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    root = Path(tempfile.mkdtemp(dir=options.directory))
    figures: list[Figure] = []

    def show(figure: Figure) -> None:
        worked = f" ({figure.processor:.2f} s of processor time)" if figure.processor else ""
        print(f"{figure.name:75} {figure.value:12,.2f} {figure.unit}{worked}", flush=True)
        figures.append(figure)

    try:
        for figure in recorded(root / "real", options.recorded) if not options.only else ():
            show(figure)
        data = options.kept or root / "made"
        if not data.exists():
            for table, columns in ((EXPOSURES, EXPOSED), (EVENTS, EVENT)):
                begun = time.perf_counter()
                size = make(data, table, columns, options.exposures, options.attack)
                print(f"made {options.exposures:,} {table.name} in {time.perf_counter() - begun:.0f} s", flush=True)
                show(Figure(f"in Parquet, {table.name}", size, "bytes/row"))
                show(Figure(f"in Parquet, {table.name}", size * options.exposures / 1e9, "GB"))
        questions = {"asked": asked(data), "notified": notified(data, options.listed)}
        for name, answers in questions.items():
            if options.only in {None, name}:
                for figure in answers:
                    show(figure)
        show(Figure("largest resident size", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3, "MB"))
    finally:
        shutil.rmtree(root)
    if options.json:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(figures)) + b"\n")


if __name__ == "__main__":
    main()
