"""How an assessment shows what it is doing: one line that changes on a terminal, a line now and then elsewhere."""

import contextlib
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from garrison.cli.output import note

if TYPE_CHECKING:
    from garrison.assess.progress import Moment, Progress

_EVERY = 10.0
"""Seconds between lines where nobody watches a terminal."""


@contextlib.contextmanager
def shown(*, quiet: bool) -> "Iterator[Progress]":
    """What to tell progress to while this context lasts."""
    if quiet:
        yield lambda moment: None
    elif sys.stderr.isatty():
        with _live() as tell:
            yield tell
    else:
        yield _plain()


@contextlib.contextmanager
def _live() -> "Iterator[Progress]":
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress as Bar
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[requests]:,} requests, [bold]{task.fields[findings]} found[/bold] ·"),
        TextColumn("{task.description}", style="dim"),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None, requests=0, findings=0)

        def tell(moment: "Moment") -> None:
            bar.update(task, description=escape(moment.what), requests=moment.requests, findings=moment.findings)

        yield tell


def _plain() -> "Progress":
    last = [float("-inf")]

    def tell(moment: "Moment") -> None:
        now = time.monotonic()
        if now - last[0] < _EVERY:
            return
        last[0] = now
        note(f"garrison: {moment.what} ({moment.requests:,} requests, {moment.findings} found)")

    return tell
