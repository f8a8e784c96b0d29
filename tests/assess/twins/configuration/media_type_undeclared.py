"""Forms are taken where the contract has JSON / are refused."""

import json
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, contract, operation, problem, serving, thing
from tests.assess.twins.resources.shop import IDENTITIES

__all__ = ["CONTRACT", "IDENTITIES", "app"]
CONTRACT = contract(
    {"POST /orders": operation(takes=thing("tea"), gives=thing("id", "tea"), public=True, status=201)},
)


def app(vulnerable: bool) -> Starlette:
    async def order(request: Request) -> Response:
        body, kind = await request.body(), request.headers.get("content-type")
        if kind == "application/x-www-form-urlencoded" and vulnerable:
            value = dict(parse_qsl(body.decode()))
        elif kind == "application/json" and body:
            value = json.loads(body)
        else:
            return problem(415, "Unsupported Media Type")
        return (
            answer({"id": "1", "tea": str(value.get("tea"))}, 201) if value.get("tea") else problem(400, "Bad Request")
        )

    return serving({"POST /orders": order})


def heedless() -> Starlette:
    async def order(request: Request) -> Response:
        return answer({"id": "1", "tea": "Assam"}, 201)

    return serving({"POST /orders": order})


TRAPS = {"bodies are not looked at": heedless}
