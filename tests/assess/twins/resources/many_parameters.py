"""Thousands of parameters fail unforeseen / are refused."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, contract, operation, problem, serving, things

CONTRACT = contract({"GET /teas": operation(gives=things("name"), public=True)})


def app(vulnerable: bool) -> Starlette:
    async def teas(request: Request) -> Response:
        if len(request.query_params) > 1000:
            return problem(500 if vulnerable else 400, "Error")
        return answer([{"name": "Assam"}])

    return serving({"GET /teas": teas})
