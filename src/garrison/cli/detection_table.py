"""Detections as people read them: a table on a terminal, aligned lines elsewhere."""

from collections.abc import Iterable, Iterator
from typing import Final

from garrison.cli.moments import show_moment
from garrison.cli.output import NARROW, line
from garrison.core.detection import Detection
from garrison.report.findings import group_text

_COLUMNS: Final = (("time", 24), ("severity", 8), ("confidence", 10), ("rule", 28), ("value", 8), ("group", 0))
"""Names, and the widths of lines: a line is written before the next one is known."""


def as_lines(found: Iterable[Detection]) -> Iterator[str]:
    """One line for each detection, under a heading; nothing where there is none."""
    for place, detection in enumerate(found):
        if place == 0:
            yield _line([name for name, _ in _COLUMNS])
        yield _line(_cells(detection))


def as_table(found: Iterable[Detection]) -> int:
    """Print a table as wide as the terminal, lines where it is too narrow for one; say how many there were."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if (console := Console()).width < NARROW:
        return _print_lines(found)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, _ in _COLUMNS:
        table.add_column(name, justify="right" if name == "value" else "left", no_wrap=name == "time", overflow="fold")
    number = 0
    for detection in found:
        number += 1
        table.add_row(*(Text(cell) for cell in _cells(detection)))  # no markup: a group may hold a client's brackets
    if number:
        console.print(table)
    return number


def _print_lines(found: Iterable[Detection]) -> int:
    lines = list(as_lines(found))  # meanwhile it is shown on the terminal how far it is
    for text in lines:
        line(text)
    return max(0, len(lines) - 1)  # the first is the heading


def _line(cells: list[str]) -> str:
    padded = (
        f"{cell:>{width}}" if name == "value" else f"{cell:<{width}}"
        for cell, (name, width) in zip(cells, _COLUMNS, strict=True)
    )
    return " ".join(padded).rstrip()


def _cells(detection: Detection) -> list[str]:
    cells = (
        show_moment(detection.time),
        str(detection.severity),
        str(detection.confidence),
        detection.rule,
        f"{detection.value:,.10g}",
        group_text(detection),
    )
    return ["".join(char if char.isprintable() else "?" for char in cell) for cell in cells]
