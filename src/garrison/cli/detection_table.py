"""Detections as people read them: a table on a terminal, aligned lines elsewhere."""

from collections.abc import Iterable, Iterator
from typing import Final

from garrison.cli.listing import Column, aligned, heading, show, table
from garrison.cli.moments import show_moment
from garrison.cli.output import line
from garrison.core.detection import Detection
from garrison.report.findings import group_text

_COLUMNS: Final = (
    Column("time", 24, is_whole=True),
    Column("severity", 8),
    Column("confidence", 10),
    Column("rule", 28),
    Column("value", 8, is_number=True),
    Column("group", 0),
)


def as_lines(found: Iterable[Detection]) -> Iterator[str]:
    """One line for each detection, under a heading; nothing where there is none."""
    for place, detection in enumerate(found):
        if place == 0:
            yield heading(_COLUMNS)
        yield aligned(_cells(detection), _COLUMNS)


def as_table(found: Iterable[Detection]) -> int:
    """Print a table as wide as the terminal, lines where it is too narrow for one; say how many there were."""
    made = table(map(_cells, found), _COLUMNS)
    if made is None:
        return _print_lines(found)
    if made.row_count:
        show(made)
    return made.row_count


def _print_lines(found: Iterable[Detection]) -> int:
    lines = list(as_lines(found))  # meanwhile it is shown on the terminal how far it is
    for text in lines:
        line(text)
    return max(0, len(lines) - 1)  # the first is the heading


def _cells(detection: Detection) -> tuple[str, ...]:
    return (
        show_moment(detection.time),
        str(detection.severity),
        str(detection.confidence),
        detection.rule,
        f"{detection.value:,.10g}",
        group_text(detection),
    )
