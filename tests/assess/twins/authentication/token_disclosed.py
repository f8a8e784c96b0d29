"""A list of people shows the tokens of their last sessions."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import (
    DOORS,
    People,
    Person,
    Sessions,
    Tokens,
    answer,
    contract,
    operation,
    serving,
    things,
)

CONTRACT = contract({**DOORS, "GET /people": operation(gives=things("username"))})


class Remembering(People):
    def welcome(self, person: Person) -> Response:
        person.more["token"] = self.tokens.issue(person.username)
        return answer({"token": person.more["token"]})


def build(tokens: Tokens, *, shows: bool) -> Starlette:
    people = Remembering(tokens)

    async def everybody(request: Request, person: Person) -> Response:
        return answer([{"username": each.username, **(each.more if shows else {})} for each in people.all.values()])

    return serving({**people.routes, "GET /people": people.only(everybody)})


def app(*, vulnerable: bool) -> Starlette:
    return build(Tokens(), shows=vulnerable)


VARIANTS = {"tokens that are no JWTs": lambda: build(Sessions(), shows=True)}
