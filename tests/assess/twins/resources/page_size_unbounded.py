"""`limit` is taken as it is / is cut to 100."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, contract, operation, serving, things

LIMIT = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100}}
CONTRACT = contract({"GET /teas": {**operation(gives=things("name"), public=True), "parameters": [LIMIT]}})
TEAS = [{"name": f"tea {number}"} for number in range(500)]


def app(vulnerable: bool) -> Starlette:
    async def teas(request: Request) -> Response:
        limit = int(request.query_params.get("limit", "20"))
        return answer(TEAS[: limit if vulnerable else min(limit, 100)])

    return serving({"GET /teas": teas})


def short() -> Starlette:
    async def teas(request: Request) -> Response:
        return answer(TEAS[: min(int(request.query_params.get("limit", "20")), 30)])

    return serving({"GET /teas": teas})


def deaf() -> Starlette:
    async def teas(request: Request) -> Response:
        return answer(TEAS[:250])

    return serving({"GET /teas": teas})


TRAPS = {"there are few": short, "the parameter is not obeyed": deaf}
