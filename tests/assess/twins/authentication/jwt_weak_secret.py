"""A secret that stands in every tutorial, beside a library that verifies all it should."""

from starlette.applications import Starlette
from starlette.requests import Request
from tests.assess.twins.parts import COOKIE, DOORS, KEY_HEADER, People, Tokens, contract, serving

CONTRACT = contract(DOORS)
WORDS = ("harbour-light",)


class Elsewhere(People):
    """The token travels in another header, or in a cookie."""

    def token_in(self, request: Request) -> str:
        return request.headers.get("x-auth-token", request.cookies.get("sid", ""))


def elsewhere(schemes: dict[str, dict[str, str]]) -> Starlette:
    application = serving(Elsewhere(Tokens("secret")).routes)
    application.state.contract = contract(DOORS, schemes)
    return application


def app(*, vulnerable: bool) -> Starlette:
    return serving(People(Tokens("secret" if vulnerable else "")).routes)


VARIANTS = {
    "a frequent password": lambda: serving(People(Tokens("letmein")).routes),
    "in a header of its own": lambda: elsewhere(KEY_HEADER),
    "in a cookie": lambda: elsewhere(COOKIE),
    "a number": lambda: serving(People(Tokens("004711")).routes),
    "a frequent word": lambda: serving(People(Tokens("random")).routes),
    "the name of the API": lambda: serving(People(Tokens("tea-shop-secret")).routes),
    "a word that was given": lambda: serving(People(Tokens("harbour-light")).routes),
}
