"""`X-HTTP-Method-Override` is obeyed / is not."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, contract, operation, problem, serving, thing

CONTRACT = contract({"GET /teas": operation(gives=thing("tea"), public=True)})


def app(vulnerable: bool) -> Starlette:
    async def teas(request: Request) -> Response:
        return answer({"tea": "Assam"})

    async def post(request: Request) -> Response:
        is_obeyed = vulnerable and request.headers.get("x-http-method-override") == "GET"
        return await teas(request) if is_obeyed else problem(405, "Method Not Allowed")

    return serving({"GET /teas": teas, "POST /teas": post})
