"""Fields that the contract keeps for a scope, or in its words for administrators, are shown to everybody."""

import time
from typing import Any

from joserfc import jwt
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.authorization.keeping import service
from tests.assess.twins.parts import DOORS, Handler, People, Person, Tokens, answer, operation, thing, things

SCOPED = {"type": "string", "x-garrison-read-scope": ["reports", "audit"]}
WORDS = {"type": "string", "description": "Margin of the house. Admins only."}


class Scoped(Tokens):
    """Tokens that say which scopes they have."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def issue(self, name: str) -> str:
        """A new token of `name`."""
        now = int(time.time())
        claims = {"sub": name, "iss": self.issuer, "aud": "tea-shop", "exp": now + 600, "scope": self.scope}
        return jwt.encode({"alg": "HS256"}, claims, self.key)


class Teas(People):
    """Lists teas. `shows`: whether what is kept for some is shown to all."""

    def __init__(self, schema: dict[str, Any], *, shows: bool, scope: str = "read") -> None:
        super().__init__(Scoped(scope))
        self.schema, self.shows = schema, shows

    def app(self) -> Starlette:
        """The application, with its contract."""
        listed = operation(gives=thing(teas=things("name", supplier=self.schema)))
        return service(self.routes, {**DOORS, "GET /teas": listed})

    @property
    def routes(self) -> dict[str, Handler]:
        """What is served."""
        return {**super().routes, "GET /teas": self.only(self.listed)}

    async def listed(self, request: Request, person: Person) -> Response:
        """The teas."""
        return answer({"teas": [{"name": "green", "supplier": "Ming" if self.shows else None}]})


CONTRACT = Teas(SCOPED, shows=False).app().state.contract


def app(*, vulnerable: bool) -> Starlette:
    return Teas(SCOPED, shows=vulnerable).app()


VARIANTS = {"in words": lambda: Teas(WORDS, shows=True).app()}
TRAPS = {
    "the token has the scope": lambda: Teas(SCOPED, shows=True, scope="read audit").app(),
    "in words": lambda: Teas(WORDS, shows=False).app(),
    "for everybody": lambda: Teas({"type": "string"}, shows=True).app(),
}
