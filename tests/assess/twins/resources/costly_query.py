"""A search with many words goes through all teas for each / is refused."""

import asyncio

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, contract, operation, problem, serving, things

SEARCH = {"name": "filter", "in": "query", "schema": {"type": "string"}}
CONTRACT = contract({"GET /teas": {**operation(gives=things("name"), public=True), "parameters": [SEARCH]}})


def app(vulnerable: bool) -> Starlette:
    async def teas(request: Request) -> Response:
        words = request.query_params.get("filter", "").split(",")
        if len(words) > 10 and not vulnerable:
            return problem(400, "Bad Request")
        await asyncio.sleep(len(words) * 0.002)
        return answer([{"name": "Assam"}])

    return serving({"GET /teas": teas})
