"""Any password will do."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import DOORS, People, answer, body_of, contract, problem, serving

CONTRACT = contract(DOORS)


class Choosing(People):
    """Asks for so many characters, and refuses frequent ones where it is told to."""

    def __init__(self, least: int, *, refuses: bool) -> None:
        super().__init__()
        self.least, self.refuses = least, refuses

    async def register(self, request: Request) -> Response:
        given = await body_of(request)
        password = str(given.get("password"))
        if len(password) < self.least or (self.refuses and password in ("password", "12345678")):
            return problem(400, "Bad Request")
        self.add(str(given.get("username")), password)
        return answer({"username": given.get("username")}, 201)


def app(*, vulnerable: bool) -> Starlette:
    return serving((Choosing(1, refuses=False) if vulnerable else Choosing(8, refuses=True)).routes)


VARIANTS = {"eight characters, however frequent": lambda: serving(Choosing(8, refuses=False).routes)}
