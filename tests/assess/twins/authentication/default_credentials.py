"""An administrator that every installation has."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import DOORS, People, answer, contract, serving

CONTRACT = contract(DOORS)


def app(*, vulnerable: bool) -> Starlette:
    people = People()
    people.add("admin", "admin123" if vulnerable else "x8Kp-41-qLzt", "admin")
    return serving(people.routes)


class Welcoming(People):
    """Lets anybody in as a guest."""

    async def log_in(self, request: Request) -> Response:
        return answer({"token": self.tokens.issue("guest")})


TRAPS = {"everybody is let in": lambda: serving(Welcoming().routes)}
