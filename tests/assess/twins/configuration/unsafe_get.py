"""A GET wipes all accounts / is refused."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import DOORS, People, answer, contract, operation, problem, serving, thing

CONTRACT = contract({**DOORS, "GET /admin/reset": operation(gives=thing("message"), public=True)})


def service(does: str) -> Starlette:
    people = People()

    async def reset(request: Request) -> Response:
        if does == "wipe":
            people.all.clear()
        return problem(403, "Forbidden") if does == "refuse" else answer({"message": "reset"})

    return serving({**people.routes, "GET /admin/reset": reset})


def app(vulnerable: bool) -> Starlette:
    return service("wipe" if vulnerable else "refuse")


TRAPS = {"it only says so": lambda: service("say")}
