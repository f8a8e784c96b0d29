"""Events as people read them: a table on a terminal, aligned lines elsewhere."""

from collections.abc import Iterable, Iterator
from typing import Final

from garrison.cli.listing import Column, aligned, show, table
from garrison.cli.listing import heading as heading_of
from garrison.cli.moments import show_moment
from garrison.cli.output import line
from garrison.core.event import Event
from garrison.core.operation import UNDESCRIBED

_COLUMNS: Final = (
    Column("time", 24, is_whole=True),
    Column("disposition", 11, is_whole=True),
    Column("status", 6, is_number=True),
    Column("ms", 8, is_number=True),
    Column("method", 7),
    Column("operation", 28),
    Column("principal", 12),
    Column("peer", 15),
    Column("people", 6, is_number=True),
    Column("reasons", 0),
)


def as_lines(events: Iterable[Event], *, heading: bool = True) -> Iterator[str]:
    """One line for each event, under a heading."""
    if heading:
        yield heading_of(_COLUMNS)
    for event in events:
        yield aligned(_cells(event), _COLUMNS)


def as_table(events: Iterable[Event]) -> None:
    """Print a table as wide as the terminal; lines, which it may break, where it is too narrow for one."""
    made = table(map(_cells, events), _COLUMNS)
    if made is not None:
        show(made)
        return
    for text in as_lines(events):
        line(text)


def _cells(event: Event) -> tuple[str, ...]:
    told = [f"{reason.id} {reason.location}".rstrip() for reason in (*event.reasons, *event.observed)]
    more = f" (and {len(told) - 1} more)" if len(told) > 1 else ""
    failed = [f"{control} failed" for control in event.errors[:1]]
    return (
        show_moment(event.time),
        str(event.disposition),
        str(event.status or "-"),
        f"{event.duration * 1000:.1f}",
        event.method,
        event.operation or event.template or UNDESCRIBED,
        event.principal or "-",
        event.peer or "-",
        str(sum(len(one.subjects) for one in event.exposed) or "-"),
        "".join([*(told or failed)[:1], more]),
    )
