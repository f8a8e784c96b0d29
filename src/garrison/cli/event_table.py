"""Events as people read them: a table on a terminal, aligned lines elsewhere."""

from collections.abc import Iterable, Iterator
from typing import Final

from garrison.cli.moments import show_moment
from garrison.cli.output import NARROW, line
from garrison.core.event import Event

_COLUMNS: Final = (
    ("time", 24),
    ("disposition", 11),
    ("status", 6),
    ("ms", 8),
    ("method", 7),
    ("operation", 28),
    ("principal", 12),
    ("peer", 15),
    ("people", 6),
    ("reasons", 0),
)
"""Names, and the widths of lines: a line is written before the next one is known."""
_RIGHT: Final = frozenset({"status", "ms", "people"})


def as_lines(events: Iterable[Event], *, heading: bool = True) -> Iterator[str]:
    """One line for each event, under a heading."""
    if heading:
        yield _line([name for name, _ in _COLUMNS])
    for event in events:
        yield _line(_cells(event))


def as_table(events: Iterable[Event]) -> None:
    """Print a table as wide as the terminal; lines, which it may break, where it is too narrow for one."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if (console := Console()).width < NARROW:
        for text in as_lines(events):
            line(text)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, _ in _COLUMNS:
        table.add_column(
            name,
            justify="right" if name in _RIGHT else "left",
            no_wrap=name in {"time", "disposition"},
            overflow="fold",
        )
    for event in events:
        table.add_row(*(Text(cell) for cell in _cells(event)))  # no markup: a location may hold a client's brackets
    console.print(table)


def _line(cells: list[str]) -> str:
    padded = (
        f"{cell:>{width}}" if name in _RIGHT else f"{cell:<{width}}"
        for cell, (name, width) in zip(cells, _COLUMNS, strict=True)
    )
    return " ".join(padded).rstrip()


def _cells(event: Event) -> list[str]:
    told = [f"{reason.id} {reason.location}".rstrip() for reason in (*event.reasons, *event.observed)]
    more = f" (and {len(told) - 1} more)" if len(told) > 1 else ""
    failed = [f"{control} failed" for control in event.errors[:1]]
    cells = (
        show_moment(event.time),
        str(event.disposition),
        str(event.status or "-"),
        f"{event.duration * 1000:.1f}",
        event.method,
        event.operation or event.template or "(undescribed)",
        event.principal or "-",
        event.peer or "-",
        str(sum(len(one.subjects) for one in event.exposed) or "-"),
        "".join([*(told or failed)[:1], more]),
    )
    return ["".join(char if char.isprintable() else "?" for char in cell) for cell in cells]
