"""A change of password leaves other sessions open; a trap says that it is done and changes nothing."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import (
    DOORS,
    People,
    Person,
    Sessions,
    answer,
    body_of,
    contract,
    operation,
    problem,
    serving,
    thing,
)

CONTRACT = contract(
    {**DOORS, "PUT /me/password": operation(takes=thing("old_password", "new_password"), gives=thing("message"))}
)


def build(*, ends: bool, changes: bool = True) -> Starlette:
    tokens = Sessions()
    people = People(tokens)

    async def change(request: Request, person: Person) -> Response:
        given = await body_of(request)
        if given.get("old_password") != person.password:
            return problem(403, "Forbidden")
        if changes:
            person.password = str(given.get("new_password"))
        if ends:
            mine = people.token_in(request)
            for token in [t for t, name in tokens.held.items() if name == person.username and t != mine]:
                del tokens.held[token]
        return answer({"message": "done"})

    return serving({**people.routes, "PUT /me/password": people.only(change)})


def app(*, vulnerable: bool) -> Starlette:
    return build(ends=not vulnerable)


TRAPS = {"nothing is changed": lambda: build(ends=False, changes=False)}
