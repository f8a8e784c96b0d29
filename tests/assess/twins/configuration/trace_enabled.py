"""TRACE sends requests back / is refused."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from tests.assess.twins.parts import answer, contract, operation, problem, serving, thing

CONTRACT = contract({"GET /teas": operation(gives=thing("tea"), public=True)})


def app(vulnerable: bool) -> Starlette:
    async def teas(request: Request) -> Response:
        return answer({"tea": "Assam"})

    async def trace(request: Request) -> Response:
        sent = "\r\n".join(f"{name}: {value}" for name, value in request.headers.items())
        return PlainTextResponse(f"TRACE /teas\r\n{sent}") if vulnerable else problem(405, "Method Not Allowed")

    return serving({"GET /teas": teas, "TRACE /teas": trace})
