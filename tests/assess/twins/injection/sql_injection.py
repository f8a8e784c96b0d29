"""Queries that are put together from texts: in a search, a lookup, a log-in, an insertion and an order."""

import random
import re
import secrets
import sqlite3

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


class Shop:
    """Teas, notes and people in a database; `weak` names the queries that are put together from texts."""

    def __init__(self, *weak: str) -> None:
        self.weak = weak
        self.database = teas()

    def put(self, text: str, place: str) -> str:
        """A text as it stands in a query."""
        return text if place in self.weak else text.replace("'", "''")

    @property
    def served(self) -> Starlette:
        """The application."""
        teas = {"GET /teas": self.search, "GET /teas/{id}": self.one, "GET /sorted": self.in_order}
        people = {"POST /register": self.register, "POST /login": self.log_in}
        return serving({**teas, "POST /notes": self.note, **people})

    async def search(self, request: Request) -> Response:
        name = self.put(request.query_params.get("name", ""), "search")
        return answer(rows(self.database, f"select name from teas where name like '%{name}%' order by id"))

    async def one(self, request: Request) -> Response:
        number = request.path_params["id"]
        if "number" not in self.weak and not number.isdigit():
            return problem(404, "Not Found")
        try:
            found = rows(self.database, f"select id, name from teas where id = {number}")
        except sqlite3.Error:
            found = []
        return answer(found[0] if found else {"status": "fail", "message": "no such tea"})

    async def in_order(self, request: Request) -> Response:
        by = request.query_params.get("by", "name")
        if "order" not in self.weak and by not in ("name", "price"):
            return problem(400, "Bad Request")
        return answer(rows(self.database, f"select name from teas order by {by}"))

    async def note(self, request: Request) -> Response:
        text = self.put(str((await body_of(request)).get("text")), "insert")
        cursor = self.database.execute(f"insert into notes (text) values ('{text}')")
        return answer(rows(self.database, "select id, text from notes where id = ?", (cursor.lastrowid,))[0], 201)

    async def register(self, request: Request) -> Response:
        given = await body_of(request)
        pair = (given.get("username"), given.get("password"))
        self.database.execute("insert or ignore into people values (?, ?)", pair)
        return answer({}, 201)

    async def log_in(self, request: Request) -> Response:
        given = await body_of(request)
        name, password = (self.put(str(given.get(key)), "log-in") for key in ("username", "password"))
        query = f"select name from people where name = '{name}' and password = '{password}'"
        found = rows(self.database, query)
        return answer({"token": secrets.token_urlsafe(18)}) if found else problem(401, "Unauthorized")


class Filtered(Shop):
    """Refuses quotes, so that nothing can be told."""

    async def search(self, request: Request) -> Response:
        name = request.query_params.get("name", "")
        refused = "'" in name or " or " in name
        return problem(403, "Forbidden") if refused else await super().search(request)


class Restless(Shop):
    """Its answers differ by chance and by count, and say again what was asked."""

    asked = 0

    async def search(self, request: Request) -> Response:
        self.asked += 1
        name = request.query_params.get("name", "")
        found = random.sample(["green", "black", "oolong", "white"], 2)
        return answer({"asked": name, "count": self.asked, "teas": found, "shout": name.upper()})


class Words(Shop):
    """A search for single words: what is true in SQL is not told from what is false."""

    async def search(self, request: Request) -> Response:
        wanted = set(re.findall(r"\w+", request.query_params.get("name", "")))
        found = [text for text in ("black or green", "3 or 5 cups", "oolong") if wanted.intersection(text.split())]
        return answer([{"name": text} for text in found])


class Broken(Shop):
    """Two servers take turns, and one of them answers no search."""

    asked = 0

    async def search(self, request: Request) -> Response:
        self.asked += 1
        return problem(500, "Internal Server Error") if self.asked % 2 else await super().search(request)


KINDS = ("search", "number", "order", "insert", "log-in")


def app(*, vulnerable: bool) -> Starlette:
    return Shop(*(KINDS if vulnerable else ())).served


VARIANTS = {kind: lambda kind=kind: Shop(kind).served for kind in KINDS}
TRAPS = {
    "a filter that refuses quotes": lambda: Filtered("search").served,
    "answers that differ by chance": lambda: Restless().served,
    "every second request fails": lambda: Broken().served,
    "a search for words": lambda: Words().served,
}
