"""Links have the host that the client names / a configured one."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, contract, operation, serving, thing

CONTRACT = contract({"GET /teas": operation(gives=thing("tea", "self"), public=True)})


def app(vulnerable: bool) -> Starlette:
    async def teas(request: Request) -> Response:
        named = request.headers.get("x-forwarded-host") or request.headers["host"]
        host = named if vulnerable else "api.example.com"
        return answer({"tea": "Assam", "self": f"https://{host}/teas"})

    return serving({"GET /teas": teas})


def echo() -> Starlette:
    async def teas(request: Request) -> Response:
        return answer({"tea": "Assam", "self": f"asked for {request.headers['host']}"})

    return serving({"GET /teas": teas})


TRAPS = {"the host comes back, but in no address": echo}
