"""A new password for whoever names an account; the token is not looked at; the change of password needs no log-in."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import DOORS, People, answer, body_of, contract, operation, problem, serving, thing

CONTRACT = contract(
    {
        **DOORS,
        "POST /password/reset": operation(takes=thing("email", "token", "new_password"), public=True),
        "PUT /people/{username}/password": operation(takes=thing("password")),
    }
)


def build(*, looks: bool = True, asks: bool = True, does: bool = True) -> Starlette:
    people = People()

    async def reset(request: Request) -> Response:
        given = await body_of(request)
        if looks:
            return problem(400, "Bad Request")
        for person in people.all.values():
            if person.email == given.get("email") and does:
                person.password = str(given.get("new_password"))
        return answer({"message": "done"})

    async def change(request: Request) -> Response:
        person, known = people.who(request), people.all.get(request.path_params["username"])
        if known is None or (asks and person is not known):
            return problem(403, "Forbidden")
        known.password = str((await body_of(request)).get("password"))
        return answer({"message": "done"})

    return serving({**people.routes, "POST /password/reset": reset, "PUT /people/{username}/password": change})


def app(*, vulnerable: bool) -> Starlette:
    return build(looks=not vulnerable)


VARIANTS = {"changing without logging in": lambda: build(asks=False)}
TRAPS = {"it only says so": lambda: build(looks=False, does=False)}
