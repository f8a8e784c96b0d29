"""A refresh token stays good when it was used."""

import secrets

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
        "POST /token/refresh": operation(
            takes=thing("refresh_token"), gives=thing("token", "refresh_token"), public=True
        ),
    }
)


BARE = contract({**DOORS, "POST /token/refresh": operation(gives=thing("token"), public=True)})


class Refreshing(People):
    keeps = False
    cookie = False

    def __init__(self) -> None:
        super().__init__()
        self.refresh: dict[str, Person] = {}

    def welcome(self, person: Person) -> Response:
        token = secrets.token_urlsafe(16)
        self.refresh[token] = person
        given = {"token": self.tokens.issue(person.username)}
        response = answer(given if self.cookie else given | {"refresh_token": token})
        if self.cookie:
            response.set_cookie("refresh_token", token, httponly=True)
        return response

    async def again(self, request: Request) -> Response:
        given = (await body_of(request)).get("refresh_token") or self.token_in(request)
        given = str(request.cookies.get("refresh_token") if self.cookie else given)
        person = self.refresh.get(given) if self.keeps else self.refresh.pop(given, None)
        return self.welcome(person) if person is not None else problem(401, "Unauthorized")


def build(*, keeps: bool, cookie: bool = False, bare: bool = False) -> Starlette:
    people = Refreshing()
    people.keeps, people.cookie = keeps, cookie
    application = serving({**people.routes, "POST /token/refresh": people.again})
    application.state.contract = BARE if bare else CONTRACT
    return application


def app(*, vulnerable: bool) -> Starlette:
    return build(keeps=vulnerable)


VARIANTS = {
    "in a cookie": lambda: build(keeps=True, cookie=True, bare=True),
    "in the header": lambda: build(keeps=True, bare=True),
}
