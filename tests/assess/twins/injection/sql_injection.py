"""Queries that are put together from texts: in a search, a lookup, a log-in, an insertion and an order."""

import itertools
import random
import sqlite3
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.injection.databases import rows, teas
from tests.assess.twins.parts import answer, body_of, contract, operation, problem, serving, thing, things

CONTRACT = contract(
    {
        "GET /teas": operation(query=["name"], gives=things("name"), public=True),
        "GET /teas/{id}": operation(gives=thing("name", id="integer"), public=True),
        "GET /sorted": operation(
            gives=things("name"),
            public=True,
        )
        | {"parameters": [{"name": "by", "in": "query", "schema": {"type": "string", "default": "name"}}]},
        "POST /notes": operation(takes=thing("text"), gives=thing("text", id="integer"), public=True, status=201),
        "POST /register": operation(takes=thing("username", "password"), public=True, status=201),
        "POST /login": operation(takes=thing("username", "password"), gives=thing("token"), public=True),
    }
)


def quoted(text: str) -> str:
    return "'" + text + "'"


def build(
    *weak: str,
    refuses: Callable[[str], bool] = lambda text: False,
    decorate: Callable[[Request, Response], Response] = lambda request, response: response,
) -> Starlette:
    database = teas()

    def put(text: str, place: str) -> str:
        return text if place in weak else text.replace("'", "''")

    async def search(request: Request) -> Response:
        name = request.query_params.get("name", "")
        if refuses(name):
            return problem(403, "Forbidden")
        found = rows(database, f"select name from teas where name like '%{put(name, 'search')}%' order by id")
        return decorate(request, answer(found))

    async def one(request: Request) -> Response:
        number = request.path_params["id"]
        if "number" not in weak and not number.isdigit():
            return problem(404, "Not Found")
        try:
            found = rows(database, f"select id, name from teas where id = {number}")
        except sqlite3.Error:
            return answer({"status": "fail", "message": "no such tea"})
        return answer(found[0] if found else {"status": "fail", "message": "no such tea"})

    async def in_order(request: Request) -> Response:
        by = request.query_params.get("by", "name")
        if "order" not in weak and by not in ("name", "price"):
            return problem(400, "Bad Request")
        return answer(rows(database, f"select name from teas order by {by}"))

    async def note(request: Request) -> Response:
        text = str((await body_of(request)).get("text"))
        cursor = database.execute(f"insert into notes (text) values ('{put(text, 'insert')}')")
        return answer(rows(database, "select id, text from notes where id = ?", (cursor.lastrowid,))[0], 201)

    async def register(request: Request) -> Response:
        given = await body_of(request)
        database.execute("insert or ignore into people values (?, ?)", (given.get("username"), given.get("password")))
        return answer({}, 201)

    async def log_in(request: Request) -> Response:
        given = await body_of(request)
        name, password = (put(str(given.get(key)), "log-in") for key in ("username", "password"))
        query = f"select name from people where name = '{name}' and password = '{password}'"
        found = rows(database, query)
        return answer({"token": f"token-of-{found[0]['name']}"}) if found else problem(401, "Unauthorized")

    routes = {"GET /teas": search, "GET /teas/{id}": one, "GET /sorted": in_order, "POST /notes": note}
    return serving({**routes, "POST /register": register, "POST /login": log_in})


def app(*, vulnerable: bool) -> Starlette:
    return build(*(["search", "number", "order", "insert", "log-in"] if vulnerable else []))


def with_noise(request: Request, response: Response) -> Response:
    """Answers that differ by chance and by count, and say again what was asked."""
    name = request.query_params.get("name", "")
    teas = random.sample(["green", "black", "oolong", "white"], 2)
    return answer({"asked": name, "count": next(COUNT), "teas": teas, "shout": name.upper()})


COUNT = itertools.count()

VARIANTS = {kind: lambda kind=kind: build(kind) for kind in ("search", "number", "order", "insert", "log-in")}
TRAPS = {
    "a filter that refuses quotes": lambda: build(refuses=lambda text: "'" in text or " or " in text),
    "answers that differ by chance": lambda: build(decorate=with_noise),
}
