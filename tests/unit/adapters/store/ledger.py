"""A small ledger, kept twice: in a data directory, of which a part waits in the spool, and as plain rows."""

import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from garrison.adapters.event_ids import event_ids
from garrison.adapters.store.catalogue import TABLES
from garrison.adapters.store.dataset import Dataset
from garrison.adapters.store.record import Recorder
from garrison.adapters.store.segments import segment_files
from garrison.adapters.store.spool import SpoolWriter
from garrison.core.decision import Disposition, FailMode, Mode
from garrison.core.event import Event
from garrison.core.exposure import Attribution, Disclosure
from garrison.core.ids import OperationId
from garrison.engine.pseudonyms import Pseudonyms

DAY = 86400.0
NOON = 20_000 * DAY + DAY / 2
KEY = Pseudonyms(b"k" * 32, 7)
TYPES = (("email", "name"), ("name",), ())
new_id = event_ids()


def answer(moment: float, *exposed: Disclosure, **more: Any) -> Event:
    """An exchange that disclosed something."""
    told: dict[str, Any] = {
        "operation": OperationId("getCustomer"),
        "peer": "192.0.2.1",
        "principal": "mallory",
        "attribution": Attribution.ANNOTATED,
        "response_bytes": 100,
        "key": KEY.number,
        "disposition": Disposition.ALLOWED,
        "status": 200,
        **more,
    }
    return Event(
        id=new_id(moment), time=moment, method="GET", template="/c/{id}", allowed=True, mode=Mode.ENFORCE,
        exposed=exposed, **told,
    )  # fmt: skip


def about(
    *names: str, kind: str = "customer", types: tuple[str, ...] = ("name",), own: bool | None = False
) -> Disclosure:
    return Disclosure(kind, tuple(KEY.digest(kind, name) for name in names), types, own)


def traffic(seed: int = 3, number: int = 200) -> list[Event]:
    """Exchanges of three days by five principals, about thirty customers and ten vehicles."""
    chance = random.Random(seed)
    made = []
    for index in range(number):
        people = chance.sample(range(30), chance.choice((0, 1, 1, 1, 5)))
        exposed = (
            [about(*map(str, people), types=chance.choice(TYPES), own=chance.choice((False, None)))] if people else []
        )
        if chance.random() < 0.2:
            exposed.append(about(str(chance.randrange(10)), kind="vehicle", types=("position",), own=None))
        if chance.random() < 0.2:
            exposed.append(about("30", types=("email",), own=True))
        who = chance.randrange(5)
        made.append(
            answer(
                NOON + index * 1200, *exposed, principal=f"p{who}" if who else "", client=f"c{who % 2}",
                token=f"t{index % 9}", peer=f"192.0.2.{who}",
                operation=OperationId(f"op{index % 3}") if index % 4 else None,
            )
        )  # fmt: skip
    return made


def record(data: Path, events: Iterable[Event]) -> None:
    """Put events into the spool."""
    writer = SpoolWriter(data / "spool")
    recorder = Recorder(writer, fail=FailMode.CLOSED)
    for each in events:
        recorder.record(each)
    writer.close()


def convert(data: Path, now: float = NOON) -> None:
    """Take all that is finished in the spool into all tables."""
    for table in TABLES:
        with Dataset(data, table, sharing=TABLES) as dataset:
            while dataset.ingest(segment_files(data / "spool"), now):
                pass


def half_converted(data: Path, events: list[Event]) -> None:
    """Keep the first half in the data set, the rest in the spool."""
    middle = len(events) // 2
    record(data, events[:middle])
    convert(data)
    record(data, events[middle:])
