"""Answers hold stored objects as they are: passwords and keys among them."""

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.authorization.keeping import service
from tests.assess.twins.parts import DOORS, Handler, People, Person, answer, operation, problem, thing


class Profiles(People):
    """Shows `more` of whoever asks."""

    def __init__(self, more: dict[str, Any], path: str = "/me") -> None:
        super().__init__()
        self.shown, self.path = more, path

    @property
    def routes(self) -> dict[str, Handler]:
        """What is served."""
        return {**super().routes, "GET /users/{username}": self.only(self.read)}

    def app(self) -> Starlette:
        """The application, with its contract."""
        return service(self.routes, {**DOORS, "GET /users/{username}": operation(gives=thing("username"))})

    async def me(self, request: Request, person: Person) -> Response:
        """`GET /me`."""
        more = self.shown if self.path == "/me" else {}
        return answer({"username": person.username, "email": person.email, **more})

    async def read(self, request: Request, person: Person) -> Response:
        """`GET /users/{username}`: oneself."""
        if request.path_params["username"] != person.username:
            return problem(404, "Not Found")
        more = self.shown if self.path != "/me" else {}
        return answer({"username": person.username, **more})


CONTRACT = Profiles({}).app().state.contract
HASH = "$2b$12$KIXQ0bq8yq8y1uWqk3mO4eJ1Zb6p2C7m5s9s9xY1o7Zt8r3Qw5eXK"


def app(*, vulnerable: bool) -> Starlette:
    return Profiles({"password": HASH} if vulnerable else {}).app()


VARIANTS = {
    "a hash under another name": lambda: Profiles({"hashed_password": HASH}, "/users").app(),
    "inside": lambda: Profiles({"account": {"passwordHash": HASH}}).app(),
    "a key": lambda: Profiles({"profile": [{"apiKey": "k9XvT3bWq8LmZp2RsYtN"}]}, "/users").app(),
    "a code": lambda: Profiles({"totpSecret": "JBSWY3DPEHPK3PXP"}).app(),
}
TRAPS = {
    "masked": lambda: Profiles({"password": "********"}).app(),
    "null": lambda: Profiles({"password": None}).app(),
    "empty": lambda: Profiles({"apiKey": ""}).app(),
    "redacted": lambda: Profiles({"password": "[REDACTED]"}).app(),
    "a flag": lambda: Profiles({"has_password": True, "passwordChanged": "2026-01-01"}).app(),
    "words about it": lambda: Profiles({"passwordHint": "your pet", "passwordPolicy": "12 characters"}).app(),
    "a postal pin": lambda: Profiles({"pin_code": "560001"}, "/users").app(),
}
