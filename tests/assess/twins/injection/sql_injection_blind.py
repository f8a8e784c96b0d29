"""A query that is put together from a text, whose result nobody sees; a slow service is a trap."""

import random
import sqlite3
import time

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.injection.databases import teas
from tests.assess.twins.parts import answer, contract, operation, serving, thing

CONTRACT = contract({"GET /visits": operation(query=["page"], gives=thing("state"), public=True)})


def _sleep(seconds: int) -> int:
    """As MySQL has it: waiting takes no processor, and so as long on a busy machine as on any other."""
    time.sleep(seconds)
    return 0


def build(*, weak: bool, slow: float = 0.0) -> Starlette:
    database = teas()
    database.create_function("sleep", 1, _sleep)

    async def count(request: Request) -> Response:
        page = request.query_params.get("page", "")
        time.sleep(random.choice((0, 0, slow)))
        try:
            text = page if weak else page.replace("'", "''")
            database.execute(f"select count(*) from notes where text = '{text}'").fetchall()
        except sqlite3.Error:
            pass
        return answer({"state": "counted"})

    return serving({"GET /visits": count})


def app(*, vulnerable: bool) -> Starlette:
    return build(weak=vulnerable)


TRAPS = {"a service that is slow by chance": lambda: build(weak=False, slow=2.5)}
