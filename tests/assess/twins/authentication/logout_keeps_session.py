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
    body_of,
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


class Renewing(People):
    """Logging out takes the token that renews, and ends nothing else."""

    def welcome(self, person: Person) -> Response:
        return answer({"access": self.tokens.issue(person.username), "refresh": f"renews-{person.username}"})

    async def log_out(self, request: Request, person: Person) -> Response:
        known = (await body_of(request)).get("refresh") == f"renews-{person.username}"
        return answer({"message": "bye"}) if known else problem(400, "Bad Request")


def renewing() -> Starlette:
    people = Renewing()
    application = serving({**people.routes, "POST /logout": people.only(people.log_out)})
    described = operation(takes=thing("refresh"), gives=thing("message"))
    application.state.contract = contract({**DOORS, "POST /logout": described})
    return application


VARIANTS = {"by the token that renews": renewing}
TRAPS = {"logging out fails": lambda: build(ends=False, works=False)}
