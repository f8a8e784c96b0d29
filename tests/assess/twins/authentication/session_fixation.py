"""The session id of a visitor is kept when they log in."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import COOKIE, DOORS, CookiePeople, Sessions, answer, body_of, contract, problem, serving

CONTRACT = contract(DOORS, COOKIE)


class Keeping(CookiePeople):
    """Takes whatever id comes along."""

    def __init__(self) -> None:
        super().__init__()
        assert isinstance(self.tokens, Sessions)
        self.held = self.tokens.held

    async def log_in(self, request: Request) -> Response:
        person, planted = self.known(await body_of(request)), self.token_in(request)
        if person is None:
            return problem(401, "Unauthorized")
        if not planted:
            return self.welcome(person)
        self.held[planted] = person.username
        return answer({"message": "welcome"})


def app(*, vulnerable: bool) -> Starlette:
    return serving((Keeping() if vulnerable else CookiePeople()).routes)
