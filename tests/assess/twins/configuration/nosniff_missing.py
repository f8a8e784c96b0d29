"""Answers let browsers guess / do not."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, contract, operation, serving, thing

from garrison.core.detection import Confidence

CONFIDENCE = Confidence.MEDIUM
CONTRACT = contract({"GET /teas": operation(gives=thing("tea"), public=True)})


def app(vulnerable: bool) -> Starlette:
    async def teas(request: Request) -> Response:
        return answer({"tea": "Assam"}, headers={} if vulnerable else {"x-content-type-options": "nosniff"})

    return serving({"GET /teas": teas})
