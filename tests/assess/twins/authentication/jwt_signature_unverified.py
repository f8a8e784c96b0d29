"""Tokens are decoded and not verified."""

from starlette.applications import Starlette
from tests.assess.twins.parts import DOORS, Careless, People, Tokens, contract, parts_of, serving

CONTRACT = contract(DOORS)


def is_stripped(tokens: Careless, token: str) -> bool:
    read = parts_of(token)
    return read is not None and read[0].get("alg") == "HS256" and token.endswith(".")


def app(*, vulnerable: bool) -> Starlette:
    return serving(People(Careless(lambda tokens, token: True) if vulnerable else Tokens()).routes)


VARIANTS = {"no signature is no wrong one": lambda: serving(People(Careless(is_stripped)).routes)}
TRAPS = {"a weak key": lambda: serving(People(Tokens("secret")).routes)}
