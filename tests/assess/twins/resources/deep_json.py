"""What the decoder raises of deep JSON is not caught / is a bad request."""

import json
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from tests.assess.twins.parts import problem
from tests.assess.twins.resources import shop
from tests.assess.twins.resources.shop import CONTRACT, IDENTITIES

__all__ = ["CONTRACT", "IDENTITIES", "TRAPS", "app"]


def app(vulnerable: bool) -> Starlette:
    async def read(request: Request) -> Any:
        try:
            return json.loads(await request.body())
        except ValueError:
            return problem(400, "Bad Request")
        except RecursionError:
            return problem(500 if vulnerable else 400, "Error")

    return shop.shop(read)


def broken() -> Starlette:
    async def read(request: Request) -> Any:
        return problem(500, "Error")

    return shop.shop(read)


TRAPS = {"everything fails": broken}
