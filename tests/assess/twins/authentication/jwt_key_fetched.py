"""The key is fetched from where the token says."""

import urllib.request

from starlette.applications import Starlette
from tests.assess.twins.parts import DOORS, Careless, People, Tokens, contract, parts_of, serving

CONTRACT = contract(DOORS)


def fetches(tokens: Careless, token: str) -> bool:
    read = parts_of(token)
    place = read[0].get("jku") if read is not None else None
    if isinstance(place, str) and place.startswith("http://127.0.0.1:"):
        urllib.request.urlopen(place, timeout=2).close()
    return False


def app(*, vulnerable: bool) -> Starlette:
    return serving(People(Careless(fetches) if vulnerable else Tokens()).routes)
