"""Logging out says goodbye and ends nothing."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import (
    DOORS,
    People,
    Person,
    Sessions,
    answer,
    contract,
    operation,
    problem,
    serving,
    thing,
)

CONTRACT = contract({**DOORS, "POST /logout": operation(gives=thing("message"))})


def build(*, ends: bool, works: bool = True) -> Starlette:
    tokens = Sessions()
    people = People(tokens)

    async def log_out(request: Request, person: Person) -> Response:
        if not works:
            return problem(500, "Internal Server Error")
        if ends:
            tokens.held.pop(people.token_in(request))
        return answer({"message": "bye"})

    return serving({**people.routes, "POST /logout": people.only(log_out)})


def app(*, vulnerable: bool) -> Starlette:
    return build(ends=not vulnerable)


TRAPS = {"logging out fails": lambda: build(ends=False, works=False)}
