"""The organisation's own list of people: a CSV file with a heading, one person a line (RFC 4180).

Commas, semicolons and tabs separate, whichever the heading has most of. Encoded in UTF-8, with or without a byte order
mark. Read from the file each time, so that a list of millions needs little memory.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TextIO

from garrison.core.errors import ConfigError, Problem

SHOWN: Final = 50
"""Problems that are listed; more are counted."""


class Customers:
    """One list. Nothing is held of it but its heading."""

    def __init__(self, path: Path, id_column: str = "") -> None:
        """`id_column` holds what the API calls people; the first column unless told. Raises ConfigError."""
        self.path = path
        with self._open() as file:
            first = file.readline()
            self._delimiter = max(",;\t", key=first.count)
            self.heading = [name.strip() for name in next(csv.reader([first], delimiter=self._delimiter), [])]
        if not any(self.heading):
            raise ConfigError([self._problem(1, "there is no heading", "the first line names the columns")])
        self.column = self._column(id_column)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each person's line number, where its text ends, and fields; blank lines are left out. Raises ConfigError."""
        with self._open() as file:
            reader = csv.reader(file, delimiter=self._delimiter)
            try:
                next(reader, None)
                for row in reader:
                    if any(row):
                        yield reader.line_num, row
            except csv.Error as error:
                raise ConfigError([self._problem(reader.line_num, f"cannot be read: {error}")]) from error

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
            problems.append(Problem(str(self.path), "$", f"{wrong - len(problems)} more lines are wrong"))
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
        raise ConfigError([self._problem(1, message, f"the heading has {known}")])

    def _open(self) -> TextIO:
        try:
            return self.path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")
        except OSError as error:
            raise ConfigError(
                [Problem(str(self.path), "$", f"cannot be read: {(error.strerror or str(error)).lower()}")]
            ) from error

    def _problem(self, line: int, message: str, hint: str = "") -> Problem:
        return Problem(str(self.path), f"line {line}", message, hint)
