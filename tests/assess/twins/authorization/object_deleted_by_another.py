"""An object is deleted by its id alone; an answer of 204 that deleted something else is a trap."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.authorization.keeping import Keeper, Shape, refusing, sound, told_with_200, weak_in
from tests.assess.twins.parts import Person

CONTRACT = Keeper().app().state.contract


def app(*, vulnerable: bool) -> Starlette:
    return Keeper(weak=["delete"] if vulnerable else []).app()


class Misses(Keeper):
    """Deletes what belongs to the caller, whatever id is named, and says 204."""

    async def delete(self, request: Request, person: Person) -> Response:
        """Delete one object."""
        for key in [key for key, owner in self.owners.items() if owner == person.username]:
            self.all.pop(key, None)
        return Response(status_code=204)


class Busy(Keeper):
    """Refuses the deletion, and everything for a while after it: what cannot be read is not gone."""

    def __init__(self) -> None:
        super().__init__()
        self.is_busy = False

    async def delete(self, request: Request, person: Person) -> Response:
        """Delete one object."""
        answer = await super().delete(request, person)
        self.is_busy = answer.status_code == 404
        return answer

    async def read(self, request: Request, person: Person) -> Response:
        """One object."""
        return Response(status_code=503) if self.is_busy else await super().read(request, person)


VARIANTS = {
    **weak_in("delete"),
    "soft": lambda: Keeper(Shape(is_soft=True), ["delete"]).app(),
    "what is gone is told with 200": lambda: Keeper(Shape(refusal=told_with_200), ["delete"]).app(),
}
TRAPS = {
    **sound("mongo", "snake case", "nested", "only a location"),
    **refusing(),
    "soft": lambda: Keeper(Shape(is_soft=True)).app(),
    "the caller's own is deleted": lambda: Misses().app(),
    "nothing can be read for a while": lambda: Busy().app(),
}
