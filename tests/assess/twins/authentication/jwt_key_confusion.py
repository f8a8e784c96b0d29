"""The algorithm is taken from the token, and the public key serves as the secret."""

from typing import Any

from starlette.applications import Starlette
from tests.assess.twins.parts import DOORS, KeyPair, People, contract, has_mac, parts_of, serving

CONTRACT = contract(DOORS)


class Confused(KeyPair):
    def claims_in(self, token: str) -> dict[str, Any] | None:
        read = parts_of(token)
        if read is not None and read[0].get("alg") == "HS256":
            return read[1] if has_mac(token, self.pair.as_pem(private=False)) else None
        return super().claims_in(token)


def app(*, vulnerable: bool) -> Starlette:
    tokens = Confused() if vulnerable else KeyPair()
    return serving({**People(tokens).routes, "GET /.well-known/jwks.json": tokens.jwks})
