"""PATCH, which the contract does not have, changes an order / is refused."""

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import (
    DOORS,
    People,
    Person,
    answer,
    body_of,
    contract,
    operation,
    problem,
    serving,
    thing,
)

CONTRACT = contract(
    {
        **DOORS,
        "POST /orders": operation(takes=thing("tea"), gives=thing("id", "tea"), status=201),
        "GET /orders/{id}": operation(gives=thing("id", "tea")),
    }
)


def shop(does: str) -> Starlette:
    people = People()
    orders: dict[str, dict[str, Any]] = {}

    async def make(request: Request, person: Person) -> Response:
        order = {"id": str(len(orders) + 1), "tea": str((await body_of(request)).get("tea"))}
        orders[order["id"]] = {**order, "owner": person.username}
        return answer(order, 201)

    async def read(request: Request, person: Person) -> Response:
        order = orders.get(request.path_params["id"])
        return answer(order) if order and order["owner"] == person.username else problem(404, "Not Found")

    async def change(request: Request, person: Person) -> Response:
        order = orders.get(request.path_params["id"])
        if does == "refuse" or order is None:
            return problem(405, "Method Not Allowed")
        if does == "change":
            order["tea"] = str((await body_of(request)).get("tea"))
        return answer({"changed": True})

    return serving(
        {
            **people.routes,
            "POST /orders": people.only(make),
            "GET /orders/{id}": people.only(read),
            "PATCH /orders/{id}": people.only(change),
        }
    )


def app(vulnerable: bool) -> Starlette:
    return shop("change" if vulnerable else "refuse")


def deaf() -> Starlette:
    async def everything(request: Request) -> Response:
        return answer({"id": "1", "tea": "Assam"})

    application = serving({})
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "GRSN"):
        application.add_route("/{path:path}", everything, methods=[method])
    return application


TRAPS = {"every method is answered alike": deaf}
