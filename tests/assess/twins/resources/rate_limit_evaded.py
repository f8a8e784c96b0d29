"""Requests are counted by the first address in `X-Forwarded-For` / all together."""

from collections import Counter

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, contract, operation, problem, serving, things

from garrison.core.detection import Confidence

CONFIDENCE = Confidence.MEDIUM  # on loopback a server may take the one who asks for its own proxy
CONTRACT = contract({"GET /teas": operation(gives=things("name"), public=True)})


def counting(*, by_header: bool, announces: bool = False) -> Starlette:
    headers = {"ratelimit-policy": '"default";q=40;w=60'} if announces else {}
    counted: Counter[str] = Counter()

    async def teas(request: Request) -> Response:
        address = request.headers.get("x-forwarded-for", "") if by_header else ""
        counted[address] += 1
        return (
            answer([{"name": "Assam"}], headers=headers)
            if counted[address] <= 40
            else problem(429, "Too Many Requests")
        )

    return serving({"GET /teas": teas})


def app(vulnerable: bool) -> Starlette:
    return counting(by_header=vulnerable)


def unlimited() -> Starlette:
    async def teas(request: Request) -> Response:
        return answer([{"name": "Assam"}])

    return serving({"GET /teas": teas})


TRAPS = {"there is no limit at all": unlimited}
VARIANTS = {"it says how many there may be": lambda: counting(by_header=True, announces=True)}
