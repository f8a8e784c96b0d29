"""A text that is searched for as a pattern."""

import re

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.injection.databases import TEAS
from tests.assess.twins.parts import answer, contract, operation, problem, serving, things

CONTRACT = contract({"GET /teas": operation(query=["name"], gives=things("name"), public=True)})


def app(*, vulnerable: bool) -> Starlette:
    async def search(request: Request) -> Response:
        name = request.query_params.get("name", "")
        try:
            pattern = re.compile(name if vulnerable else re.escape(name))
        except re.error:
            return problem(500, "Internal Server Error")
        return answer([{"name": each} for each in TEAS if pattern.search(each)])

    return serving({"GET /teas": search})
