"""Registering a name again replaces its account; a trap keeps the first and says that all is well."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import DOORS, People, answer, body_of, contract, serving

CONTRACT = contract(DOORS)


class Replacing(People):
    """Takes whoever comes; the last one, or the first one, has the name."""

    last = True

    async def register(self, request: Request) -> Response:
        given = await body_of(request)
        name, password = str(given.get("username")), str(given.get("password"))
        if self.last or name not in self.all:
            self.add(name, password)
        return answer({"username": name}, 201)


class Keeping(Replacing):
    last = False


def app(*, vulnerable: bool) -> Starlette:
    return serving((Replacing() if vulnerable else People()).routes)


TRAPS = {"it only says so": lambda: serving(Keeping().routes)}
