"""A service that gives a tea; the twins differ in the answer."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import contract, operation, serving, thing

CONTRACT = contract({"GET /teas": operation(gives=thing("tea", grams="integer"), public=True)})


def giving(response: Response) -> Starlette:
    """The service with this answer."""

    async def teas(request: Request) -> Response:
        return response

    return serving({"GET /teas": teas})
