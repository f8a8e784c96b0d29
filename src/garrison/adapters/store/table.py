"""What is kept, as a value: one table of the data set, from the lines of its spool to the columns of its files.

To keep another kind of row: write its `Table`, list it in `catalogue.py`, append its lines with a `SpoolWriter` on
`DATA/spool-of-it`, and ask through `reading.py`. Conversion, merging, retention, recovery and the places of looked-up
values (`places.py`) follow from the description.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Generic, Protocol, TypeAlias, TypeVar

import msgspec

MICROSECONDS: Final = 1_000_000


class Timed(Protocol):
    """What every line of a spool has."""

    @property
    def time(self) -> float:
        """Seconds since the epoch, UTC."""


L = TypeVar("L", bound=Timed)
"""What a line of the spool is."""


def in_microseconds(seconds: str) -> str:
    """SQL for `seconds`, SQL as well, as a whole number; the same arithmetic as `parquet.microseconds`."""
    return f"floor({seconds} * 1e6 + 0.5)::BIGINT"


TIME: Final = f"make_timestamptz({in_microseconds('time')})"
"""The column `time` that every table has."""


def _one(_: object) -> int:
    return 1


class Table(msgspec.Struct, Generic[L], frozen=True, kw_only=True):
    """One table. Everything in it is ours and becomes SQL as it is; values never do."""

    name: str
    """Its directory beneath the data directory, which no other table has."""
    spool: str
    """The directory there that its lines wait in. Several tables may be made of the same lines: a segment goes once all
    of them have it (`Dataset`)."""
    line: type[L]
    """A struct that a line is the JSON of, tagged `v` (`tag_field="v"`) so that each line begins with `{"v":`, by
    which the line after a broken one is found."""
    fields: Mapping[str, str]
    """The fields of a line that columns are made of, and as which SQL type each is read; `time` is a DOUBLE."""
    columns: Mapping[str, str]
    """The columns, each as SQL over what `rows` selects from. `time` is there and is `TIME`."""
    form: int = 1
    """Number of the form of its files, which says what columns they have; in their names from 2 on."""
    added: Mapping[str, str] = {}
    """The columns that files of an earlier form lack, and SQL for what stands in them there."""
    rows: str = "lines"
    """What columns are selected from: SQL for a relation over `lines`, which has the fields as columns. With
    `(SELECT *, unnest(subjects) AS subject FROM lines)` a line becomes as many rows as it has subjects."""
    count: Callable[[L], int] = _one
    """How many rows `rows` makes of a line: a conversion that made more or fewer is not put in force."""
    counted: str = "1"
    """The same as SQL over the fields of a line."""
    sound: str = ""
    """SQL that holds for the fields of sound lines alone (`soundness.py`), where each line is one row. Without it, only
    what another table of the same spool found sound is converted without looking at each line."""
    looked_at: Mapping[str, str] = {}
    """Fields that `sound` needs besides, as in `fields`."""
    sign: bytes = b""
    """What stands in every line that rows are made of, where not all are: its field's name, as JSON with the colon."""
    order: tuple[str, ...] = ("time",)
    """The columns that files are sorted by, and answers; never NULL. Where `time` is the first, row groups are passed
    over by it, and files are merged one after another; otherwise only whole files are, and a merge sorts anew."""
    found_by: tuple[str, ...] = ()
    """Columns of texts or bytes in which one value among many is looked for (`places.py`); up to two bytes a row for
    each. Those with few values need none: a scan passes over their dictionaries."""
    found_in: tuple[str, ...] = ()
    """The same for columns that are lists of texts: rows whose list has a value are looked for."""


AnyTable: TypeAlias = Table[Any]
