"""An object of another is refused with 403, one that does not exist with 404."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.authorization.keeping import SHAPES, Keeper, Shape, forbidden, told_with_200, unauthorized
from tests.assess.twins.parts import Person, problem

CONTRACT = Keeper().app().state.contract


class Telling(Keeper):
    """Says 404 for what does not exist, and something else for what belongs to others."""

    async def read(self, request: Request, person: Person) -> Response:
        """One object."""
        if request.path_params[self.shape.variable] not in self.all:
            return problem(404, "Not Found")
        return await super().read(request, person)


def app(*, vulnerable: bool) -> Starlette:
    return Telling(Shape(refusal=forbidden)).app() if vulnerable else Keeper().app()


VARIANTS = {
    "401 for 403": lambda: Telling(Shape(refusal=unauthorized)).app(),
    "nested": lambda: Telling(Shape(path="/users/{username}/orders", refusal=forbidden)).app(),
    "mongo": lambda: Telling(Shape(key="_id", new_id=SHAPES["mongo"]().new_id, refusal=forbidden)).app(),
    "a message for what is there": lambda: Telling(Shape(refusal=told_with_200)).app(),
}
TRAPS = {
    "always 403": lambda: Keeper(Shape(refusal=forbidden)).app(),
    "always 401": lambda: Keeper(Shape(refusal=unauthorized)).app(),
    "always told with 200": lambda: Keeper(Shape(refusal=told_with_200)).app(),
    "for all who have an account": lambda: Telling(Shape(path="/products"), ["read", "list"]).app(),
}
