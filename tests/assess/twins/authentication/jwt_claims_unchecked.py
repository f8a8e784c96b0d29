"""Who issued a token, and for whom, does not matter; its key is weak, so that it can be shown."""

import time

from starlette.applications import Starlette
from tests.assess.twins.parts import DOORS, Careless, People, Tokens, contract, has_mac, parts_of, serving

CONTRACT = contract(DOORS)


def is_signed_and_lasts(tokens: Careless, token: str) -> bool:
    read = parts_of(token)
    return read is not None and has_mac(token, b"letmein") and read[1].get("exp", 0) > time.time()


def app(*, vulnerable: bool) -> Starlette:
    return serving(People(Careless(is_signed_and_lasts, key="letmein") if vulnerable else Tokens("letmein")).routes)
