"""A secret that stands in every tutorial, beside a library that verifies all it should."""

from starlette.applications import Starlette
from tests.assess.twins.parts import DOORS, People, Tokens, contract, serving

CONTRACT = contract(DOORS)
WORDS = ("harbour-light",)


def app(*, vulnerable: bool) -> Starlette:
    return serving(People(Tokens("secret" if vulnerable else "")).routes)


VARIANTS = {
    "a frequent password": lambda: serving(People(Tokens("letmein")).routes),
    "a number": lambda: serving(People(Tokens("004711")).routes),
    "a frequent word": lambda: serving(People(Tokens("random")).routes),
    "the name of the API": lambda: serving(People(Tokens("tea-shop-secret")).routes),
    "a word that was given": lambda: serving(People(Tokens("harbour-light")).routes),
}
