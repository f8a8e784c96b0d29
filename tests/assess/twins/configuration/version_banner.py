"""Answers name the framework with its version / without."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, contract, operation, serving, thing

CONTRACT = contract({"GET /teas": operation(gives=thing("tea"), public=True)})


def app(vulnerable: bool) -> Starlette:
    async def teas(request: Request) -> Response:
        return answer({"tea": "Assam"}, headers={"x-powered-by": "TeaWorks/4.2.1" if vulnerable else "TeaWorks"})

    return serving({"GET /teas": teas})
