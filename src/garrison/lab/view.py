"""What one sees on a terminal while a breach runs: event time, and how many are lost behind each protection."""

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Final

from rich.bar import Bar
from rich.console import Console, Group, JustifyMethod, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from garrison.core.counted import counted
from garrison.lab.breach import Breach
from garrison.lab.campaign import Variant
from garrison.lab.protections import Protection
from garrison.lab.result import Result
from garrison.lab.run import Progress, Watch
from garrison.lab.words import NAMES, clock, count, day, duration, proof, rows, sentences

COLOURS: Final[dict[Protection, str]] = {"none": "red", "limits": "yellow", "budgets": "cyan", "garrison": "green"}
_LEAST_BAR = 4
_SIDES: Final[tuple[JustifyMethod, ...]] = ("left", "left", "right")
_PLAIN_EVERY = 0.25
"""Share of the event time between two plain lines."""


@contextlib.contextmanager
def live(console: Console, breach: Breach, variant: Variant) -> Iterator[Watch]:
    """A view that is renewed in place; gives what to tell progress to."""
    state = _Live(console, breach, variant)
    with Live(state.drawn(), console=console, auto_refresh=False, transient=True) as shown:

        def watch(progress: Progress) -> None:
            state.note(progress)
            if state.is_due():
                shown.update(state.drawn(), refresh=True)

        yield watch


def plain(say: Callable[[str], None], breach: Breach) -> Watch:
    """The same as a few lines, for where nobody looks at a terminal."""
    last = -1.0
    told: set[Protection] = set()

    def watch(progress: Progress) -> None:
        nonlocal last
        for protection, found in progress.detections.items():
            if protection not in told:
                told.add(protection)
                when = f"request {count(found.request)}, after {duration(found.after)}"
                say(f"{NAMES[protection]}: {when}: {found.reason}")
        if progress.lost and (progress.share - last >= _PLAIN_EVERY or progress.share >= 1.0):
            last = progress.share
            lost = ", ".join(f"{NAMES[name]} {count(value)}" for name, value in progress.lost.items())
            say(f"{clock(progress.now)}  {breach.people} lost: {lost}")

    return watch


class _Live:
    """What is on the screen."""

    _INTERVAL = 0.1
    _ECHO = 2
    """Columns that are left free: a terminal echoes `^C` there, which would else begin a line that nothing wipes."""

    def __init__(self, console: Console, breach: Breach, variant: Variant) -> None:
        self._console = console
        self._breach = breach
        self._campaign = breach.campaign.variant(variant)
        self._variant = variant
        self._progress = Progress(self._campaign.begins, 0.0, {}, {}, "playing")
        self._drawn = 0.0

    def note(self, progress: Progress) -> None:
        """Where the run is now; what it does not tell stays as it was."""
        if progress.lost:
            self._progress = progress
        else:
            self._progress = self._progress._replace(share=progress.share, doing=progress.doing)
            self._drawn = 0.0

    def is_due(self) -> bool:
        """Whether the screen is to be drawn anew."""
        now = time.monotonic()
        if now - self._drawn < self._INTERVAL:
            return False
        self._drawn = now
        return True

    def drawn(self) -> RenderableType:
        """The whole view."""
        campaign = self._campaign
        where = counted(campaign.addresses, "address", "addresses")
        head = Text.assemble(
            (self._breach.name, "bold"), f"  {self._variant}: {campaign.rate:,.1f} requests/s from {where}"
        )
        title = Text(self._breach.title, "italic")
        lost = Text(f"{self._breach.people} lost until now", "dim")
        parts: list[RenderableType] = [title, Text(), self._when(), Text(), lost, self._bars(), *self._signs()]
        width = self._console.width - self._ECHO
        return Panel(Group(*parts), title=head, title_align="left", border_style="grey50", padding=(1, 2), width=width)

    def _when(self) -> Table:
        progress = self._progress
        bar = Bar(1.0, 0, progress.share, width=self._left(52, most=48), color="cyan", bgcolor="grey23")
        table = Table.grid(padding=(0, 1))
        for _ in range(4):
            table.add_column(no_wrap=True)
        table.add_row(day(self._campaign.begins), bar, clock(progress.now), Text(progress.doing, "dim"))
        return table

    def _bars(self) -> Table:
        table = Table.grid(padding=(0, 2))
        for justify in _SIDES:
            table.add_column(justify=justify, no_wrap=True)
        whole = float(self._campaign.register.members)
        for name, value in self._progress.lost.items():
            colour = COLOURS[name]
            bar = Bar(whole, 0, value, width=self._left(45, most=40), color=colour, bgcolor="grey23")
            table.add_row(Text(NAMES[name], colour), bar, Text(count(value), f"bold {colour}"))
        return table

    def _left(self, taken: int, most: int) -> int:
        """Columns of a bar beside which so many are `taken`: it gives way to the figures on a narrow terminal."""
        return max(_LEAST_BAR, min(most, self._console.width - taken))

    def _signs(self) -> Iterator[Text]:
        yield Text()
        for name, found in self._progress.detections.items():
            verb = "refuses" if found.refused else "tells of"
            yield Text.assemble(
                (f"{NAMES[name]} ", f"bold {COLOURS[name]}"),
                f"{verb} request {count(found.request)}, {duration(found.after)} after the first",
            )
            yield Text(f"  {found.reason}", "dim")


def close(console: Console, result: Result) -> None:
    """What remains on the screen: the sentences, the table, and what it rests on."""
    console.print()
    for sentence, side in zip(sentences(result), result.sides, strict=True):
        console.print(Text(sentence, f"bold {COLOURS[side.protection]}"), soft_wrap=True)
    console.print()
    console.print(_table(result))
    if result.prevention:
        console.print(_ways(result))
        console.print(Text(proof(result), "dim"))
    console.print(Text("\nWhat it rests on", "bold"))
    grid = Table.grid(padding=(0, 2))
    for source, text in result.facts:
        grid.add_row(Text(source, "cyan" if source == "public" else "magenta"), Text(text, "dim"))
    for text in result.method:
        grid.add_row(Text("measured", "blue"), Text(text, "dim"))
    console.print(grid)


def _table(result: Result) -> Table:
    head, *body = rows(result)
    table = Table(title_justify="left", header_style="bold", border_style="grey50")
    table.add_column(f"{result.name}, {result.variant}")
    for name, side in zip(head[1:], result.sides, strict=True):
        table.add_column(name, style=COLOURS[side.protection], justify="right")
    for index, row in enumerate(body):
        table.add_row(*row, style="bold" if index == 0 else "")
    return table


def _ways(result: Result) -> Table:
    table = Table(header_style="bold", border_style="grey50")
    table.add_column("with access control switched on, which this breach lacked")
    table.add_column("tried", justify="right")
    table.add_column("lost", justify="right", style="green")
    table.add_column("refused as")
    for each in result.prevention:
        table.add_row(each.title, count(each.tried), count(each.lost), each.first or "-")
    return table
