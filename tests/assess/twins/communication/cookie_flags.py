"""Scripts may read the session's cookie / may not."""

from starlette.applications import Starlette
from starlette.responses import Response
from tests.assess.twins.parts import COOKIE, DOORS, CookiePeople, Person, answer, contract, serving

CONTRACT = contract(DOORS, COOKIE)


class Baking(CookiePeople):
    def __init__(self, *, guarded: bool) -> None:
        super().__init__()
        self.guarded = guarded

    def welcome(self, person: Person) -> Response:
        response = answer({"message": "welcome"})
        token = self.tokens.issue(person.username)
        response.set_cookie("sid", token, httponly=self.guarded, samesite="lax")
        response.set_cookie("theme", "dark")
        return response


def app(vulnerable: bool) -> Starlette:
    return serving(Baking(guarded=not vulnerable).routes)
