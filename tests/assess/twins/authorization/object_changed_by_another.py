"""An object is changed by its id alone; an answer of 204 that changed something else is a trap."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.authorization.keeping import Keeper, refusing, sound, weak_in
from tests.assess.twins.parts import Person, body_of

CONTRACT = Keeper().app().state.contract


def app(*, vulnerable: bool) -> Starlette:
    return Keeper(weak=["change"] if vulnerable else []).app()


class Misses(Keeper):
    """Changes what belongs to the caller, whatever id is named, and says 204."""

    async def change(self, request: Request, person: Person) -> Response:
        """Change one object."""
        given = await body_of(request)
        for key, item in self.all.items():
            if self.owners[key] == person.username:
                item.update({name: value for name, value in given.items() if name in ("tea", "note")})
        return Response(status_code=204)


class Ignores(Keeper):
    """Says 204 and changes nothing."""

    async def change(self, request: Request, person: Person) -> Response:
        """Change one object."""
        return Response(status_code=204)


VARIANTS = weak_in("change")
TRAPS = {
    **sound("mongo", "snake case", "nested", "only a location"),
    **refusing(),
    "the caller's own is changed": lambda: Misses().app(),
    "nothing is changed": lambda: Ignores().app(),
}
