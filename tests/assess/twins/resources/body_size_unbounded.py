"""Bodies are read to their end / up to 100 kB."""

import json
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from tests.assess.twins.parts import problem
from tests.assess.twins.resources import shop
from tests.assess.twins.resources.shop import CONTRACT, IDENTITIES

__all__ = ["CONTRACT", "IDENTITIES", "app"]


def app(vulnerable: bool) -> Starlette:
    async def read(request: Request) -> Any:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if not vulnerable and len(body) > 100_000:
                return problem(413, "Content Too Large")
        try:
            return json.loads(body)
        except ValueError:
            return problem(400, "Bad Request")

    return shop.shop(read)
