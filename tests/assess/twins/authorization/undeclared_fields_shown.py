"""Answers hold more than the contract lists: what is stored comes out as it is."""

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.authorization.keeping import service
from tests.assess.twins.parts import DOORS, Handler, People, Person, answer, operation, thing, things


class Sellers(People):
    """Lists sellers, each with `more`."""

    def __init__(self, more: dict[str, Any], schema: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.more = more
        self.schema = schema or thing(sellers=things("name", "city"))

    def app(self) -> Starlette:
        """The application, with its contract."""
        return service(self.routes, {**DOORS, "GET /sellers": operation(gives=self.schema)})

    @property
    def routes(self) -> dict[str, Handler]:
        """What is served."""
        return {**super().routes, "GET /sellers": self.only(self.listed)}

    async def listed(self, request: Request, person: Person) -> Response:
        """The sellers."""
        named = {"email": person.email} if self.more == {"own": True} else self.more
        return answer({"sellers": [{"name": "Ming", "city": "Hangzhou", **named}]})


CONTRACT = Sellers({}).app().state.contract
OPEN = thing(sellers={"type": "array", "items": {**thing("name", "city"), "additionalProperties": True}})


def app(*, vulnerable: bool) -> Starlette:
    return Sellers({"email": "ming@mail.example", "phone": "+86 571 0000"} if vulnerable else {}).app()


VARIANTS = {
    "inside": lambda: Sellers({"contact": {"email": "ming@mail.example"}}).app(),
    "internal": lambda: Sellers({"riskScore": 0.7}).app(),
}
TRAPS = {
    "harmless": lambda: Sellers({"rating": 4, "since": "2020"}).app(),
    "nothing in it": lambda: Sellers({"email": None, "phone": ""}).app(),
    "one's own": lambda: Sellers({"own": True}).app(),
    "an open object": lambda: Sellers({"email": "ming@mail.example"}, OPEN).app(),
    "declared": lambda: Sellers({"email": "ming@mail.example"}, thing(sellers=things("name", "city", "email"))).app(),
    "no schema": lambda: Sellers({"email": "ming@mail.example"}, {"type": "object"}).app(),
}
