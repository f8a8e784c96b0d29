"""All of three hundred teas come at once / the first twenty, and where the next ones are."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, contract, operation, serving, things

CONTRACT = contract({"GET /teas": operation(gives=things("name"), public=True)})
TEAS = [{"name": f"tea {number}"} for number in range(300)]


def app(vulnerable: bool) -> Starlette:
    async def teas(request: Request) -> Response:
        return answer(TEAS) if vulnerable else answer({"teas": TEAS[:20], "next": "/teas?after=20"})

    return serving({"GET /teas": teas})
