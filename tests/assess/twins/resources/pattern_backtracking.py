"""Addresses are held against a pattern with nested repetitions / one that takes linear time."""

import re

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, body_of, contract, operation, problem, serving, thing
from tests.assess.twins.resources.shop import IDENTITIES

__all__ = ["CONTRACT", "IDENTITIES", "app"]
CONTRACT = contract({"POST /letters": operation(takes=thing("email"), gives=thing("email"), public=True, status=201)})
NESTED = re.compile(r"^([a-z0-9]+)+(@[a-z]+\.[a-z]+)?$")
LINEAR = re.compile(r"^[a-z0-9.+_-]{1,64}@[a-z0-9.-]{1,190}$")
BLANKS = re.compile(r"(\s*)*$|^\S+@\S+\s+$")


def letters(pattern: re.Pattern[str], most: int = 10**9) -> Starlette:
    async def subscribe(request: Request) -> Response:
        email = str((await body_of(request)).get("email"))
        if len(email) > most or (not pattern.search(email) and "@" not in email):
            return problem(422, "Unprocessable Content")
        return answer({"email": email}, 201)

    return serving({"POST /letters": subscribe})


def app(vulnerable: bool) -> Starlette:
    return letters(NESTED if vulnerable else LINEAR)


VARIANTS = {"quadratic growth": lambda: letters(re.compile(r"\s+$"))}
TRAPS = {"the length is bounded first": lambda: letters(NESTED, most=20)}
