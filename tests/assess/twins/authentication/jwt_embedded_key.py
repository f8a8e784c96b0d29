"""The key with which a token is verified stands in the token."""

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import import_key
from joserfc.jws import JWSRegistry
from starlette.applications import Starlette
from tests.assess.twins.parts import DOORS, Careless, People, Tokens, contract, parts_of, serving

CONTRACT = contract(DOORS)


def has_own_key(tokens: Careless, token: str) -> bool:
    read = parts_of(token)
    if read is None or "jwk" not in read[0]:
        return False
    registry = JWSRegistry(algorithms=["RS256"])
    registry.max_header_length = 4096
    try:
        jwt.decode(token, import_key(read[0]["jwk"]), registry=registry)
    except (JoseError, ValueError):
        return False
    return True


def app(*, vulnerable: bool) -> Starlette:
    return serving(People(Careless(has_own_key) if vulnerable else Tokens()).routes)
