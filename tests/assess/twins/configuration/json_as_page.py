"""JSON is sent as a page / as JSON."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from tests.assess.twins.parts import answer, contract, operation, serving, thing

CONTRACT = contract({"GET /teas": operation(gives=thing("tea"), public=True)})


def app(vulnerable: bool) -> Starlette:
    async def teas(request: Request) -> Response:
        return HTMLResponse('{"tea": "Assam"}') if vulnerable else answer({"tea": "Assam"})

    return serving({"GET /teas": teas})
