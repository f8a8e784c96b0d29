"""Requests are counted by the first address in `X-Forwarded-For` / by that of the connection."""

from collections import Counter

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, contract, operation, problem, serving, things

CONTRACT = contract({"GET /teas": operation(gives=things("name"), public=True)})


def app(vulnerable: bool) -> Starlette:
    counted: Counter[str] = Counter()

    async def teas(request: Request) -> Response:
        peer = request.client.host if request.client is not None else ""
        address = request.headers.get("x-forwarded-for", peer) if vulnerable else peer
        counted[address] += 1
        return answer([{"name": "Assam"}]) if counted[address] <= 40 else problem(429, "Too Many Requests")

    return serving({"GET /teas": teas})


def unlimited() -> Starlette:
    async def teas(request: Request) -> Response:
        return answer([{"name": "Assam"}])

    return serving({"GET /teas": teas})


TRAPS = {"there is no limit at all": unlimited}
