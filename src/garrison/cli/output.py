"""What commands print: results on stdout, everything else on stderr, progress only where somebody watches."""

import contextlib
import errno
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import typer

from garrison.core.errors import ConfigError, GarrisonError, Problem, ProblemsError, cause_of, option_error
from garrison.core.printable import printable

NAME = "garrison"
NARROW = 110
"""Columns of a terminal below which a wide table would break words into pieces."""
_T = TypeVar("_T")


def line(text: str) -> None:
    """One line of result."""
    print(text, flush=True)  # noqa: T201  # the command's output


def announce(text: str) -> None:
    """One line of a command that serves: it goes on where nobody reads any more, or the disk is full."""
    with contextlib.suppress(OSError):
        line(text)


def note(text: str) -> None:
    """What is not the result, most often one line: a warning, a problem, what happens meanwhile. Nothing stops because
    it cannot be written."""
    text = "\n".join(map(printable, text.split("\n")))
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr, flush=True)  # noqa: T201  # the command's output


def as_json(value: Any) -> None:
    """A result that a program reads: one JSON text."""
    line(json_text(value))


def json_text(value: Any) -> str:
    """`value` as JSON that people can read as well."""
    return msgspec.json.format(msgspec.json.encode(value)).decode()


def content_of(file: Path, hint: str = "") -> bytes:
    """What stands in `file`. Raises ConfigError where it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise ConfigError([Problem(str(file), "$", f"cannot be read: {cause_of(error)}", hint)]) from error


def write(file: Path, text: str) -> None:
    """Make `text` the content of `file`. Raises ConfigError where that is not possible."""
    try:
        file.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise ConfigError([Problem(str(file), "$", f"cannot be written: {cause_of(error)}")]) from error


def check_writable(file: Path) -> None:
    """Raises ConfigError where `write` could not write `file`: who waits for minutes should not learn it then."""
    try:
        if file.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if file.exists() and not os.access(file, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        if not file.exists():
            with tempfile.TemporaryFile(dir=file.parent):
                pass
    except OSError as error:
        raise ConfigError([Problem(str(file), "$", f"cannot be written: {cause_of(error)}")]) from error


def report(error: GarrisonError) -> None:
    """Everything that an error has to say, one problem a line."""
    if isinstance(error, ProblemsError):
        for problem in error.problems:
            note(str(problem))
    else:
        note(f"{NAME}: {error}")


@contextlib.contextmanager
def progress(text: str) -> Iterator[None]:
    """Show that something is under way, on a terminal; nothing is shown elsewhere."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        shown.add_task(text, total=None)
        yield


def counting(items: Iterable[_T], unit: str) -> Iterator[_T]:
    """`items`, and on a terminal how many have come; nothing is shown elsewhere."""
    if not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.completed:,} {task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(unit, total=None)
        for item in items:
            yield item
            shown.advance(task)


def alone(context: typer.Context) -> bool:
    """Whether a group of commands is called without one. Raises ConfigError where options stand before one: they would
    not count."""
    name = context.invoked_subcommand
    if name is None:
        return True
    given = [
        key for key in context.params if (source := context.get_parameter_source(key)) and source.name == "COMMANDLINE"
    ]
    if given:
        message = f"stands before `{name}`, where it says nothing"
        raise option_error(f"--{given[0]}", message, f"write it after `{name}`")
    return False


def columns(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table as plain lines, each column as wide as what stands in it."""
    widths = [max(map(len, column)) for column in zip(heading, *rows, strict=True)]
    for row in (heading, *rows):
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
