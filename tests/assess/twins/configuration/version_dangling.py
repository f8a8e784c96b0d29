"""Version 1 is served beside version 2, without asking for a credential / is gone."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import DOORS, People, Person, answer, contract, operation, problem, serving, things

CONTRACT = contract({**DOORS, "GET /api/v2/orders": operation(gives=things("id", "tea"))})
ORDERS = [{"id": "1", "tea": "Assam"}]


def shop(old: str) -> Starlette:
    people = People()

    async def orders(request: Request, person: Person) -> Response:
        return answer(ORDERS)

    async def anybody(request: Request) -> Response:
        return answer(ORDERS) if old == "open" else problem(410, "Gone")

    routes = {**people.routes, "GET /api/v2/orders": people.only(orders), "GET /api/v1/orders": anybody}
    if old == "any":
        routes["GET /api/{version}/orders"] = people.only(orders)
        del routes["GET /api/v1/orders"]
    return serving(routes)


def app(vulnerable: bool) -> Starlette:
    return shop("open" if vulnerable else "gone")


TRAPS = {"the version means nothing": lambda: shop("any")}
