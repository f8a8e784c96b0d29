"""Tables: relations between a claim's value and objects that no token tells, kept in a file."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

import msgspec

from garrison.config.controls import ControlsSettings
from garrison.config.model import Settings
from garrison.config.source import Path
from garrison.core.errors import cause_of

Table: TypeAlias = Mapping[str, frozenset[str]]
"""Objects by the value that they belong to."""

MAX_BYTES: Final = 64 << 20
"""Bytes of one table: some three million pairs, in a few hundred MB of memory."""


def placed_files(settings: Settings) -> Iterator[tuple[Path, str]]:
    """The file of every table, and where it is named."""
    sections: list[tuple[Path, ControlsSettings]] = [(("controls",), settings.controls)]
    for index, entry in enumerate(settings.operations):
        own = {name: value for name, value in entry.controls.items() if name == "object-access"}
        if own:
            sections.append((("operations", index, "controls"), msgspec.convert(own, ControlsSettings)))
    for at, controls in sections:
        for name, table in controls.object_access.tables.items():
            yield (*at, "object-access", "tables", name, "file"), table.file


def read_table(data: bytes, file: str) -> Table:
    """The table that `data`, the content of `file`, is. Raises ValueError."""
    if len(data) > MAX_BYTES:
        raise ValueError(f"is larger than {MAX_BYTES >> 20} MiB")
    try:
        return _from_json(data) if file.endswith(".json") else _from_csv(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8") from None


def _from_json(data: bytes) -> Table:
    try:
        return msgspec.json.decode(data, type=dict[str, frozenset[str]])
    except msgspec.DecodeError as error:
        raise ValueError(f"must be an object of lists of texts: {cause_of(error)}") from None


def _from_csv(text: str) -> Table:
    found: dict[str, set[str]] = {}
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        head = next(rows, [])
        if len(head) != 2:
            raise ValueError("must begin with a line of two column names, such as `dealer,vehicle`")
        for row in rows:
            if len(row) != 2 or not all(row):
                raise ValueError(f"line {rows.line_num} must have two values")
            found.setdefault(row[0], set()).add(row[1])
    except csv.Error as error:
        raise ValueError(f"line {rows.line_num}: {error}") from None
    return {value: frozenset(objects) for value, objects in found.items()}
