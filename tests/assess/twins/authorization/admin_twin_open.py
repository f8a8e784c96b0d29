"""Beside a described list stands one for administrators, which nobody described and nobody guards."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.assess.twins.authorization.keeping import service
from tests.assess.twins.parts import DOORS, Handler, People, Person, answer, operation, problem, things

OPERATIONS = {**DOORS, "GET /v1/teas": operation(gives=things("name"))}


class Shop(People):
    """Lists teas, and under `twin` everything about them, to those who may."""

    def __init__(self, twin: str, *, asks: bool, same: bool = False) -> None:
        super().__init__()
        self.twin, self.asks, self.same = twin, asks, same

    @property
    def routes(self) -> dict[str, Handler]:
        """What is served."""
        return {
            **super().routes,
            "GET /v1/teas": self.only(self.listed),
            f"GET {self.twin}": self.only(self.listed if self.same else self.all_of_it),
        }

    def app(self) -> Starlette:
        """The application, with its contract."""
        return service(self.routes, OPERATIONS)

    async def listed(self, request: Request, person: Person) -> Response:
        """What everybody sees."""
        return answer([{"name": "green"}])

    async def all_of_it(self, request: Request, person: Person) -> Response:
        """What administrators see."""
        return problem(403, "Forbidden") if self.asks else answer([{"name": "green", "cost": 2, "supplier": "Ming"}])


def for_everything() -> Starlette:
    """An application that answers every path with 200."""

    async def anything(request: Request) -> Response:
        return JSONResponse({"app": "tea", "hint": "see /docs"})

    built = Shop("/v1/x", asks=True).app()
    built.router.routes.append(Route("/{rest:path}", anything))
    return built


CONTRACT = Shop("/v1/x", asks=True).app().state.contract


def app(*, vulnerable: bool) -> Starlette:
    return Shop("/v1/admin/teas", asks=not vulnerable).app()


VARIANTS = {"in front": lambda: Shop("/internal/v1/teas", asks=False).app()}
TRAPS = {
    "everything is answered": for_everything,
    "the same list": lambda: Shop("/v1/admin/teas", asks=False, same=True).app(),
}
