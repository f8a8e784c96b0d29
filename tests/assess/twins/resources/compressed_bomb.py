"""Bodies are inflated to any size / up to 100 kB."""

import json
import zlib
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from tests.assess.twins.parts import problem
from tests.assess.twins.resources import shop
from tests.assess.twins.resources.shop import CONTRACT, IDENTITIES

__all__ = ["CONTRACT", "IDENTITIES", "TRAPS", "app"]


def app(vulnerable: bool) -> Starlette:
    async def read(request: Request) -> Any:
        body = await request.body()
        try:
            if request.headers.get("content-encoding") == "gzip":
                inflating = zlib.decompressobj(wbits=31)
                body = inflating.decompress(body, 0 if vulnerable else 100_000)
                if inflating.unconsumed_tail:
                    return problem(413, "Content Too Large")
            return json.loads(body)
        except (ValueError, zlib.error):
            return problem(400, "Bad Request")

    return shop.shop(read)


def heedless() -> Starlette:
    async def read(request: Request) -> Any:
        return {"tea": "whatever was sent"}

    return shop.shop(read)


TRAPS = {"bodies are not looked at": heedless}
