"""A GraphQL field whose argument becomes a part of a query."""

import sqlite3
from typing import Any

from graphql import build_schema, graphql_sync
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.injection.databases import rows, teas
from tests.assess.twins.parts import answer, body_of, contract, operation, serving, thing

CONTRACT = contract({"POST /graphql": operation(takes=thing("query"), public=True)})
SCHEMA = """
type Tea { id: ID! name: String! }
type Query { teas(name: String!, limit: Int): [Tea!]! version: String! }
"""


class Root:
    """The resolvers."""

    version = "1"

    def __init__(self, *, weak: bool) -> None:
        self._weak = weak
        self._database: sqlite3.Connection = teas()

    def teas(self, info: Any, name: str, limit: int = 10) -> list[dict[str, Any]]:
        text = name if self._weak else name.replace("'", "''")
        return rows(self._database, f"select id, name from teas where name = '{text}' limit {int(limit)}")


def app(*, vulnerable: bool) -> Starlette:
    schema, root = build_schema(SCHEMA), Root(weak=vulnerable)

    async def run(request: Request) -> Response:
        body = await body_of(request)
        variables = body.get("variables") if isinstance(body.get("variables"), dict) else None
        done = graphql_sync(schema, str(body.get("query")), root, variable_values=variables)
        return answer(done.formatted)

    return serving({"POST /graphql": run})
