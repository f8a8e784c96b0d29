"""A list of orders is worked off / is refused."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, contract, operation, problem, serving, thing
from tests.assess.twins.resources.shop import IDENTITIES

__all__ = ["CONTRACT", "IDENTITIES", "app"]
CONTRACT = contract(
    {"POST /orders": operation(takes=thing("tea"), gives=thing("id", "tea"), public=True, status=201)},
)


def app(vulnerable: bool) -> Starlette:
    made: list[str] = []

    def one(value: object) -> dict[str, str]:
        made.append(str(value["tea"]) if isinstance(value, dict) else "")
        return {"id": str(len(made)), "tea": made[-1]}

    async def order(request: Request) -> Response:
        value = await request.json()
        if isinstance(value, list):
            return answer([one(each) for each in value], 201) if vulnerable else problem(400, "Bad Request")
        return answer(one(value), 201)

    return serving({"POST /orders": order})


def listing_errors() -> Starlette:
    async def order(request: Request) -> Response:
        value = await request.json()
        if isinstance(value, list):
            return answer({"errors": [{"at": at, "told": "an object is wanted"} for at in range(len(value))]}, 400)
        return answer({"id": "1", "tea": value["tea"]}, 201)

    return serving({"POST /orders": order})


TRAPS = {"a list gets as many errors": listing_errors}
