"""A sheet whose cells are what clients sent."""

import csv
import io

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, body_of, contract, operation, serving, thing

CONTRACT = contract(
    {
        "POST /orders": operation(takes=thing("tea"), gives=thing("id"), public=True, status=201),
        "GET /orders.csv": operation(public=True),
    }
)


def app(*, vulnerable: bool) -> Starlette:
    orders = ["green"]

    async def make(request: Request) -> Response:
        orders.append(str((await body_of(request)).get("tea")))
        return answer({"id": str(len(orders))}, 201)

    async def sheet(request: Request) -> Response:
        text = io.StringIO()
        for number, tea in enumerate(orders):
            csv.writer(text).writerow([number, tea if vulnerable or tea[:1] not in "=+-@" else f"'{tea}"])
        return Response(text.getvalue(), media_type="text/csv")

    return serving({"POST /orders": make, "GET /orders.csv": sheet})
