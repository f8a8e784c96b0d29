"""The end of a token is not looked at; its key is weak, so that it can be shown."""

from starlette.applications import Starlette
from tests.assess.twins.parts import DOORS, Careless, KeyPair, People, Tokens, contract, has_mac, serving

CONTRACT = contract(DOORS)


def is_signed(tokens: Careless, token: str) -> bool:
    return has_mac(token, b"letmein")


def app(*, vulnerable: bool) -> Starlette:
    return serving(People(Careless(is_signed, key="letmein") if vulnerable else Tokens("letmein")).routes)


TRAPS = {"a key that nobody guesses": lambda: serving(People(KeyPair()).routes)}
