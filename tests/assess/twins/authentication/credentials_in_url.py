"""The token of a header is accepted in the URL too."""

from starlette.applications import Starlette
from starlette.requests import Request
from tests.assess.twins.parts import DOORS, KEY_HEADER, People, Sessions, contract, serving

CONTRACT = contract(DOORS, KEY_HEADER)


class HeaderPeople(People):
    """The token travels in a header of its own."""

    name = ""

    def token_in(self, request: Request) -> str:
        return request.headers.get("x-auth-token") or request.query_params.get(self.name, "")


def app(*, vulnerable: bool) -> Starlette:
    people = HeaderPeople(Sessions())
    people.name = "access_token" if vulnerable else "no such name"
    return serving(people.routes)
