"""A token is asked for and not looked up."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import DOORS, People, Person, Sessions, answer, contract, operation, serving, things

CONTRACT = contract({**DOORS, "GET /teas": operation(gives=things("name"))})


class Careless(People):
    def who(self, request: Request) -> Person | None:
        person = super().who(request)
        return person or (next(iter(self.all.values())) if self.token_in(request) else None)


class Polite(People):
    """Tells of its refusal with 200."""

    async def me(self, request: Request, person: Person) -> Response:
        return (
            answer({"success": False, "message": "log in"})
            if person.role == "guest"
            else await super().me(request, person)
        )

    def who(self, request: Request) -> Person | None:
        return super().who(request) or Person("guest", "", "", "guest")


def build(people: People) -> Starlette:
    async def teas(request: Request, person: Person) -> Response:
        return answer([{"name": "green"}] if person.role != "guest" else None)

    return serving({**people.routes, "GET /teas": people.only(teas)})


def app(*, vulnerable: bool) -> Starlette:
    return build(Careless(Sessions()) if vulnerable else People(Sessions()))


TRAPS = {"errors with 200": lambda: build(Polite(Sessions())), "tokens": lambda: build(People())}
