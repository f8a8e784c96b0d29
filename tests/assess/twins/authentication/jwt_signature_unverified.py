"""Tokens are decoded and not verified."""

from typing import Any

from starlette.applications import Starlette
from tests.assess.twins.parts import DOORS, Careless, KeyPair, People, Tokens, contract, parts_of, serving

CONTRACT = contract(DOORS)


def is_stripped(tokens: Careless, token: str) -> bool:
    read = parts_of(token)
    return read is not None and read[0].get("alg") == "HS256" and token.endswith(".")


def app(*, vulnerable: bool) -> Starlette:
    return serving(People(Careless(lambda tokens, token: True) if vulnerable else Tokens()).routes)


class Noughts(KeyPair):
    """Verifies as a library that does not look at what the signature is made of."""

    def claims_in(self, token: str) -> dict[str, Any] | None:
        read = parts_of(token)
        return read[1] if read is not None and token.endswith("." + "A" * 86) else super().claims_in(token)


VARIANTS = {
    "a signature of noughts": lambda: serving(People(Noughts("ES256")).routes),
    "no signature is no wrong one": lambda: serving(People(Careless(is_stripped)).routes),
}
TRAPS = {"a weak key": lambda: serving(People(Tokens("secret")).routes)}
