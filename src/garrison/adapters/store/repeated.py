"""Who stands in several rows of the ledger.

Millions of subjects are told apart by sorting, not by a hash table of their digests, which costs three times as much:
DuckDB gives a number of 64 bits for each, and NumPy sorts numbers with the processor's vector instructions. The few
whose numbers agree are looked at by their digests, so that what is counted is exact.
"""

from typing import Final

from garrison.adapters.store.ledger_rows import Rows, parts

AT_ONCE: Final = 20_000_000
"""Rows that are sorted at once, in some 400 MB: each part reads all rows of a file again."""
NUMBER: Final = "hash(subject)"
"""SQL for the number of a subject."""


def among() -> str:
    """SQL for whether a row is of somebody whom `find_several` found."""
    return f"{NUMBER} IN (SELECT number FROM several)"  # noqa: S608  # made of constants


def find_several(rows: Rows, source: str, *values: object) -> int:
    """Make a table `several` of those who stand in more than one row of `source` (`FROM ... WHERE ...`, with a subject
    each), and perhaps a few who do not; how many rows there are."""
    import numpy as np  # the gateway reads the ledger too, and has no use for it

    numbers = rows.numbers(f"SELECT {NUMBER} AS number {source}", *values)
    numbers.sort()
    again = np.unique(numbers[1:][numbers[1:] == numbers[:-1]])
    rows.connection.register("several", {"number": again})
    return len(numbers)


def count_subjects(rows: Rows, number: int, source: str, *values: object) -> tuple[int, int]:
    """How many subjects there are in `source`, and how many rows with one; `number` is about how many."""
    people = total = 0
    for part in parts(number, AT_ONCE):
        found = find_several(rows, f"{source} AND {part}", *values)
        ((shared, different),) = rows.ask(
            f"SELECT count(*), count(DISTINCT subject) {source} AND {part} AND {among()}", *values
        )
        people += found - shared + different
        total += found
    return people, total
