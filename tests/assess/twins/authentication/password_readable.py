"""Passwords come back as they are, or as a quick hash."""

import hashlib

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import DOORS, People, Person, answer, contract, operation, serving, thing

CONTRACT = contract({**DOORS, "GET /profile": operation(gives=thing("username"))})


def build(kept: str) -> Starlette:
    people = People()

    async def profile(request: Request, person: Person) -> Response:
        forms = {
            "plain": {"secret": person.password},
            "quick": {"hash": hashlib.md5(person.password.encode()).hexdigest()},
            "none": {},
        }
        return answer({"username": person.username, **forms[kept]})

    return serving({**people.routes, "GET /profile": people.only(profile)})


def coincidence() -> Starlette:
    """Somebody's password is a word that stands in the answer for another reason."""
    people = People()
    people.add("carol", "coffee")

    async def profile(request: Request, person: Person) -> Response:
        return answer({"username": person.username, "drinks": "coffee"})

    application = serving({**people.routes, "GET /profile": people.only(profile)})
    application.state.identities = [("carol", ("carol", "coffee"))]
    return application


def app(*, vulnerable: bool) -> Starlette:
    return build("plain" if vulnerable else "none")


VARIANTS = {"a quick hash": lambda: build("quick")}
TRAPS = {"a word that is a password too": coincidence}
