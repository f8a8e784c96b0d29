"""Changes and deletions that ask nobody who they are."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.authorization.keeping import (
    SHAPES,
    Keeper,
    Shape,
    empty,
    nothing,
    plain_message,
    told_with_200,
)
from tests.assess.twins.parts import Handler, Person, body_of

CONTRACT = Keeper().app().state.contract


class Open(Keeper):
    """Asks nobody who they are before it changes or deletes something."""

    what: tuple[str, ...] = ("PUT", "PATCH", "DELETE")

    @property
    def routes(self) -> dict[str, Handler]:
        """What is served."""
        return {key: self._open(key, handler) for key, handler in super().routes.items()}

    def _open(self, key: str, handler: Handler) -> Handler:
        return self.anybody if key.partition(" ")[0] in self.what and key.endswith(self.one) else handler

    async def anybody(self, request: Request) -> Response:
        """Change or delete one object, whoever asks."""
        item = self.all.get(request.path_params[self.shape.variable])
        if item is None:
            return self.shape.refusal(request)
        if request.method == "DELETE":
            del self.all[request.path_params[self.shape.variable]]
        else:
            item.update(await body_of(request))
        return Response(status_code=204)


class OpenToDelete(Open):
    """Only the deletion is open."""

    what = ("DELETE",)


class Silent(Open):
    """Nobody gets 204, and nothing is changed."""

    async def anybody(self, request: Request) -> Response:
        """Do nothing, and say that all is well."""
        person = self.people.who(request)
        return Response(status_code=204) if person is None else await self._own(request, person)

    async def _own(self, request: Request, person: Person) -> Response:
        return await (self.delete if request.method == "DELETE" else self.change)(request, person)


class Polite(Silent):
    """Nobody gets an answer with 200 that tells that nothing was done."""

    def __init__(self, says: Callable[[Request], Response]) -> None:
        super().__init__()
        self.says = says

    async def anybody(self, request: Request) -> Response:
        """Tell nobody that they may not, with 200."""
        person = self.people.who(request)
        return self.says(request) if person is None else await self._own(request, person)


def app(*, vulnerable: bool) -> Starlette:
    return (Open() if vulnerable else Keeper()).app()


VARIANTS = {
    "only deletion": lambda: OpenToDelete().app(),
    "nested": lambda: Open(SHAPES["nested"]()).app(),
    "mongo": lambda: Open(SHAPES["mongo"]()).app(),
    "cookies": lambda: Open(SHAPES["cookies"]()).app(),
    "numbers and no list": lambda: Open(SHAPES["no list"]()).app(),
}
TRAPS = {
    "204 and nothing done": lambda: Silent().app(),
    "an error with 200": lambda: Polite(told_with_200).app(),
    "a message with 200": lambda: Polite(plain_message).app(),
    "an empty object": lambda: Polite(empty).app(),
    "null": lambda: Polite(nothing).app(),
    "soft": lambda: Keeper(Shape(is_soft=True)).app(),
}
