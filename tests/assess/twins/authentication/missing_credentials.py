"""An operation that forgets to ask who sends the request; public ones, and answers that hold nothing, are traps."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import (
    DOORS,
    Handler,
    People,
    Person,
    answer,
    body_of,
    contract,
    operation,
    serving,
    thing,
    things,
)

CONTRACT = contract(
    {
        **DOORS,
        "GET /orders": operation(gives=things("tea")),
        "POST /orders": operation(takes=thing("tea"), gives=thing("id", "tea"), status=201),
        "GET /orders/{id}": operation(gives=thing("id", "tea")),
        "GET /menu": operation(gives=things("tea"), public=True),
    }
)


def build(*, asks: bool = True, silent: Response | None = None) -> Starlette:
    people, made = People(), dict[str, dict[str, str]]()

    async def all_of_them(request: Request, person: Person | None = None) -> Response:
        return answer([{"tea": each["tea"]} for each in made.values()] or [{"tea": "green"}])

    async def make(request: Request, person: Person) -> Response:
        made[str(len(made) + 1)] = {"id": str(len(made) + 1), "tea": str((await body_of(request)).get("tea"))}
        return answer(made[str(len(made))], 201)

    async def one(request: Request, person: Person | None = None) -> Response:
        found = made.get(request.path_params["id"])
        return answer(found or {"error": "no such order"}, 200 if found else 404)

    def guarded(handler: Handler) -> Handler:
        inner = people.only(handler)  # type: ignore[arg-type]  # takes a person where one is known

        async def quiet(request: Request) -> Response:
            return silent if silent is not None and people.who(request) is None else await inner(request)

        return quiet

    return serving(
        {
            **people.routes,
            "GET /orders": guarded(all_of_them) if asks else all_of_them,
            "POST /orders": people.only(make),
            "GET /orders/{id}": guarded(one),
            "GET /menu": all_of_them,
        }
    )


def app(*, vulnerable: bool) -> Starlette:
    return build(asks=not vulnerable)


TRAPS = {
    "errors with 200": lambda: build(silent=answer({"status": "fail", "message": "log in"})),
    "an empty answer": lambda: build(silent=answer({"data": None})),
    "null": lambda: build(silent=answer(None)),
}
