"""Tables: comma-separated values (RFC 4180) with a head line that names the columns."""

import csv
from io import StringIO
from typing import Final

from garrison.core.document import RowsDocument

_TABS: Final = "text/tab-separated-values"


def read_table(text: str, essence: str) -> RowsDocument:
    """The rows of a table as objects. Raises ValueError where a row has more fields than the head line, a column stands
    there twice, or quotes are not as they should be: two readers would see different columns."""
    # Not as `splitlines` has it, for which U+2028 in somebody's name would begin another row.
    lines = list(StringIO(text.removeprefix("\ufeff"), newline=""))
    delimiter = "\t" if essence == _TABS else _delimiter(lines[0] if lines else "")
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter, strict=True) if row]
    except csv.Error as error:
        raise ValueError(str(error)) from error
    if not rows:
        return RowsDocument([])
    head = [name.strip() for name in rows[0]]
    if len(set(head)) != len(head) or any(len(row) > len(head) for row in rows):
        raise ValueError("a table whose columns cannot be told apart")
    return RowsDocument([dict(zip(head, row, strict=False)) for row in rows[1:]], tuple(head))


def _delimiter(head: str) -> str:
    """A semicolon where the head line has some and no comma, as programs write it where the comma is for decimals."""
    return ";" if "," not in head and ";" in head else ","
