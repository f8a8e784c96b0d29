"""A token may say that it carries no signature; beside it a library that refuses `none` but whose key is weak."""

from starlette.applications import Starlette
from tests.assess.twins.parts import DOORS, Careless, People, Tokens, contract, parts_of, serving

CONTRACT = contract(DOORS)


def says_none(tokens: Careless, token: str) -> bool:
    read = parts_of(token)
    return read is not None and read[0].get("alg") == "None"


def app(*, vulnerable: bool) -> Starlette:
    return serving(People(Careless(says_none) if vulnerable else Tokens()).routes)


TRAPS = {
    "a weak key": lambda: serving(People(Tokens("secret")).routes),
    "no signature is verified": lambda: serving(People(Careless(lambda tokens, token: True)).routes),
}
