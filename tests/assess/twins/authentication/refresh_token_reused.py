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


class Refreshing(People):
    keeps = False

    def __init__(self) -> None:
        super().__init__()
        self.refresh: dict[str, Person] = {}

    def welcome(self, person: Person) -> Response:
        token = secrets.token_urlsafe(16)
        self.refresh[token] = person
        return answer({"token": self.tokens.issue(person.username), "refresh_token": token})

    async def again(self, request: Request) -> Response:
        given = str((await body_of(request)).get("refresh_token"))
        person = self.refresh.get(given) if self.keeps else self.refresh.pop(given, None)
        return self.welcome(person) if person is not None else problem(401, "Unauthorized")


def app(*, vulnerable: bool) -> Starlette:
    people = Refreshing()
    people.keeps = vulnerable
    return serving({**people.routes, "POST /token/refresh": people.again})
