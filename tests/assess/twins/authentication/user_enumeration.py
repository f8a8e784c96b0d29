"""Logging in, asking for a forgotten password and registering tell who has an account."""

import secrets

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import DOORS, People, answer, body_of, contract, operation, problem, serving, thing

CONTRACT = contract(
    {**DOORS, "POST /password/forgot": operation(takes=thing("email"), gives=thing("message"), public=True)}
)


class Talking(People):
    """Says what is wrong: with the name, with the address, with both, or with neither."""

    def __init__(self, says: str) -> None:
        super().__init__()
        self.says = says

    async def log_in(self, request: Request) -> Response:
        given = await body_of(request)
        if self.says == "text" and given.get("username") not in self.all:
            return answer({"status": "fail", "message": f"{given.get('username')} is not known"})
        if self.says == "status" and given.get("username") not in self.all:
            return problem(404, "Not Found")
        person = self.known(given)
        if person is not None:
            return self.welcome(person)
        told = {
            "status": "fail",
            "message": f"wrong password for {given.get('username')}",
            "trace": secrets.token_hex(4),
        }
        return answer(told)

    async def forgot(self, request: Request) -> Response:
        given = await body_of(request)
        known = given.get("email") in [person.email for person in self.all.values()]
        if self.says == "reset" and not known:
            return problem(404, "Not Found")
        return answer({"message": f"a mail to {given.get('email')} may be on its way"})

    async def register(self, request: Request) -> Response:
        given = await body_of(request)
        if self.says == "address" and given.get("email") in [person.email for person in self.all.values()]:
            return problem(409, "Conflict")
        return await super().register(request)


def build(says: str) -> Starlette:
    people = Talking(says)
    return serving({**people.routes, "POST /password/forgot": people.forgot})


def app(*, vulnerable: bool) -> Starlette:
    return build("text" if vulnerable else "nothing")


VARIANTS = {
    "by status": lambda: build("status"),
    "by the reset": lambda: build("reset"),
    "by registering": lambda: build("address"),
}
