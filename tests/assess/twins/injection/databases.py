"""Databases of the twins: in memory, with a few teas and people."""

import sqlite3
from typing import Any

TEAS = ("green", "black", "oolong", "white")


class _Database(sqlite3.Connection):
    """An application is let go of without a word; so its database closes itself."""

    def __del__(self) -> None:
        self.close()


def teas() -> sqlite3.Connection:
    """A database with teas by number and people with passwords."""
    database = sqlite3.connect(":memory:", check_same_thread=False, factory=_Database)
    database.execute("create table teas (id integer primary key, name text, price integer)")
    database.execute("create table people (name text unique, password text)")
    database.execute("create table notes (id integer primary key, text text)")
    for number, name in enumerate(TEAS, 1):
        database.execute("insert into teas values (?, ?, ?)", (number, name, 10 - number))
        database.execute("insert into notes (text) values (?)", (name,))
    database.commit()
    return database


def rows(database: sqlite3.Connection, query: str, values: tuple[Any, ...] = ()) -> list[dict[str, Any]]:
    """What a query finds."""
    cursor = database.execute(query, values)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor]
