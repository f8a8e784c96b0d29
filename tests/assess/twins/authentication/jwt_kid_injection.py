"""The key is read from the file, or the row, that the token names."""

import sqlite3
from pathlib import Path

from starlette.applications import Starlette
from tests.assess.twins.parts import DOORS, Careless, People, Tokens, contract, has_mac, parts_of, serving

CONTRACT = contract(DOORS)


def kid_of(token: str) -> str:
    read = parts_of(token)
    return str(read[0].get("kid")) if read is not None else ""


def by_path(tokens: Careless, token: str) -> bool:
    path = Path("/usr/share") / kid_of(token)
    return path.exists() and not path.is_dir() and has_mac(token, path.read_bytes())


def by_query(tokens: Careless, token: str) -> bool:
    base = sqlite3.connect(":memory:")
    try:
        base.execute("create table keys (kid text, key text)")
        row = base.execute(f"select key from keys where kid = '{kid_of(token)}'").fetchone()  # noqa: S608 - the weakness
    except sqlite3.Error:
        return False
    finally:
        base.close()
    return row is not None and has_mac(token, str(row[0]).encode())


def app(*, vulnerable: bool) -> Starlette:
    return serving(People(Careless(by_path) if vulnerable else Tokens()).routes)


VARIANTS = {"a query": lambda: serving(People(Careless(by_query)).routes)}
TRAPS = {"no signature is verified": lambda: serving(People(Careless(lambda tokens, token: True)).routes)}
