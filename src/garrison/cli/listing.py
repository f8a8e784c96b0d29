"""Rows that come one by one, as people read them: a table on a wide terminal, aligned lines elsewhere."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from garrison.cli.output import NARROW
from garrison.core.printable import printable

if TYPE_CHECKING:
    from rich.table import Table


class Column(NamedTuple):
    """One column of a listing."""

    name: str
    width: int
    """Characters of it in a line, which is written before the next one is known; 0 for the last."""
    is_number: bool = False
    """Whether its cells stand at the right."""
    is_whole: bool = False
    """Whether a table breaks none of its cells."""


def aligned(cells: Sequence[str], columns: Sequence[Column]) -> str:
    """One line."""
    padded = (
        f"{printable(cell):>{column.width}}" if column.is_number else f"{printable(cell):<{column.width}}"
        for cell, column in zip(cells, columns, strict=True)
    )
    return " ".join(padded).rstrip()


def heading(columns: Sequence[Column]) -> str:
    """The line above the others."""
    return aligned([column.name for column in columns], columns)


def table(rows: Iterable[Sequence[str]], columns: Sequence[Column]) -> "Table | None":
    """A table as wide as the terminal; None, and no row is taken, where that is too narrow for one."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if Console().width < NARROW:
        return None
    made = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        justify: Literal["right", "left"] = "right" if column.is_number else "left"
        made.add_column(column.name, justify=justify, no_wrap=column.is_whole, overflow="fold")
    for cells in rows:
        made.add_row(*(Text(printable(cell)) for cell in cells))  # no markup: a client's brackets may stand in it
    return made


def show(made: "Table") -> None:
    """Print a table."""
    from rich.console import Console

    Console().print(made)
