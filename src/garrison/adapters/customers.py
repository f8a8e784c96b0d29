"""The organisation's own list of people: a CSV file with a heading, one person a line (RFC 4180).

Commas, semicolons and tabs separate, whichever the heading has most of, or what a first line `sep=;` says, as
spreadsheets write it. Encoded in UTF-8, with or without a byte order mark. Read from the file each time, so that a
list of millions needs little memory.
"""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from garrison.core.counted import counted
from garrison.core.errors import ConfigError, Problem, cause_of

if TYPE_CHECKING:
    from _csv import Reader

SHOWN: Final = 50
"""Problems that are listed; more are counted."""

_SEPARATORS: Final = ",;\t"
_SAID: Final = re.compile(rf"\"?sep=([{_SEPARATORS}])\"?[{_SEPARATORS}]*\r?\n?")
"""A line before the heading that tells spreadsheets what separates."""
_QUOTED: Final = re.compile(r'"[^"]*"')
_UNCLEAR: Final = "text that holds quotes stands between quotes, and they are doubled"
_DATUM: Final = re.compile(r"[0-9][0-9 .,/-]*|[^@\s]+@[^@\s]+")
"""What no column is called: numbers, dates, e-mail addresses."""


class Customers:
    """One list. Nothing is held of it but its heading."""

    def __init__(self, path: Path, id_column: str = "") -> None:
        """`id_column` holds what the API calls people; the first column unless told. Raises ConfigError."""
        self.path = path
        with self._open() as file:
            first = file.readline()
            said = _SAID.fullmatch(first)
            self._before = 1 if said else 0
            first = file.readline() if said else first
        self.delimiter = said[1] if said else max(_SEPARATORS, key=_QUOTED.sub("", first).count)
        """What separates fields."""
        try:
            self.heading = [name.strip() for name in next(self._reader([first]), [])]
        except csv.Error as error:
            raise self._wrong_heading(f"cannot be read: {error}", _UNCLEAR) from error
        hint = "the first line names the columns"
        if not any(self.heading):
            raise self._wrong_heading("there is no heading", hint)
        for name in self.heading:
            if _DATUM.fullmatch(name):
                raise self._wrong_heading(f"`{name}` is no name of a column", hint)
        self.column = self._column(id_column)

    @property
    def is_marked(self) -> bool:
        """Whether the list begins with a byte order mark, without which spreadsheets take UTF-8 for something else."""
        with self.path.open("rb") as file:
            return file.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each person's line number, where its text ends, and fields; blank lines are left out. Raises ConfigError."""
        with self._open() as file:
            for _ in range(self._before):
                file.readline()
            reader, last = self._reader(file), self._before
            try:
                next(reader, None)
                last += reader.line_num
                for row in reader:
                    last = self._before + reader.line_num
                    if any(row):
                        yield last, row
            except csv.Error as error:
                raise ConfigError([self._problem(last + 1, f"cannot be read: {error}", _UNCLEAR)]) from error

    def check(self) -> int:
        """How many people there are; raises ConfigError with everything that is wrong with the list."""
        problems: list[Problem] = []
        lines: dict[str, int] = {}
        number = wrong = 0
        for line, row in self.rows():
            number += 1
            found = self._fault(row) or self._repeated(row, lines)
            if found:
                wrong += 1
                if len(problems) < SHOWN:
                    problems.append(self._problem(line, *found))
            else:
                lines[self.name(row)] = line
        if wrong > len(problems):
            problems.append(
                Problem(
                    str(self.path), "$", f"{counted(wrong - len(problems), 'more line is', 'more lines are')} wrong"
                )
            )
        if problems:
            raise ConfigError(problems)
        return number

    def name(self, row: list[str]) -> str:
        """What the API calls the person of a row."""
        return row[self.column].strip()

    def _fault(self, row: list[str]) -> tuple[str, str] | None:
        if any("\udc80" <= char <= "\udcff" for text in row for char in text):
            return "is not UTF-8", "save the list as UTF-8"
        if len(row) != len(self.heading):
            hint = "text that holds separators or line feeds stands between quotes"
            return f"has {len(row)} fields, the heading {len(self.heading)}", hint
        if not self.name(row):
            return f"has no `{self.heading[self.column]}`", "every line needs what the API calls the person"
        return None

    def _repeated(self, row: list[str], lines: dict[str, int]) -> tuple[str, str] | None:
        before = lines.get(self.name(row))
        if before is None:
            return None
        hint = "leave one of them out, so that nobody is told twice"
        return f"has the same `{self.heading[self.column]}` as line {before}", hint

    def _column(self, name: str) -> int:
        if not name:
            return 0
        if self.heading.count(name) == 1:
            return self.heading.index(name)
        known = ", ".join(f"`{one}`" for one in self.heading[:20])
        message = f"`{name}` names {self.heading.count(name) or 'no'} column" + ("s" if name in self.heading else "")
        raise self._wrong_heading(message, f"the heading has {known}")

    def _reader(self, lines: Iterable[str]) -> "Reader":
        """Strict: a quote that is opened and never closed would make all people behind it a text of the first."""
        return csv.reader(lines, delimiter=self.delimiter, strict=True)

    def _wrong_heading(self, message: str, hint: str) -> ConfigError:
        return ConfigError([self._problem(self._before + 1, message, hint)])

    def _open(self) -> TextIO:
        try:
            with self.path.open("rb") as file:
                if file.read(2) in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
                    raise ConfigError([Problem(str(self.path), "$", "is UTF-16 text", "save the list as UTF-8")])
            return self.path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")
        except OSError as error:
            raise ConfigError([Problem(str(self.path), "$", f"cannot be read: {cause_of(error)}")]) from error

    def _problem(self, line: int, message: str, hint: str = "") -> Problem:
        return Problem(str(self.path), f"line {line}", message, hint)
