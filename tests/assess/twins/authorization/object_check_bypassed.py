"""The check reads the id as it is written, the code behind it reads it as a number, in lower case or trimmed."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.authorization.keeping import Item, Keeper, Shape, number, refusing, slug, sound
from tests.assess.twins.parts import Handler, Person, answer

CONTRACT = Keeper().app().state.contract


class TwoReaders(Keeper):
    """Refuses what is somebody else's by the id as it is written, and looks it up by the id as it reads it."""

    def __init__(self, shape: Shape, reads: Callable[[str], str]) -> None:
        super().__init__(shape)
        self.reads = reads

    def found(self, request: Request, person: Person, weakness: str) -> Item | None:
        """The object that a request is about."""
        written = request.path_params[self.shape.variable]
        if self.owners.get(written, person.username) != person.username:
            return None
        return self.all.get(self.reads(written))


class QueryFirst(Keeper):
    """Checks the id in the path, and takes one from the query where there is one."""

    async def read(self, request: Request, person: Person) -> Response:
        """One object."""
        item = self.found(request, person, "read")
        if item is None:
            return self.shape.refusal(request)
        return answer(self.all.get(request.query_params.get("id", ""), item))


class Mirror(Keeper):
    """Refuses the ids of others; whatever else is asked for, the answer is about something of the one who asks."""

    async def read(self, request: Request, person: Person) -> Response:
        """One object."""
        if self.owners.get(request.path_params[self.shape.variable], person.username) != person.username:
            return self.shape.refusal(request)
        return answer(next(item for key, item in self.all.items() if self.owners[key] == person.username))


class Walking(Keeper):
    """Checks the first id in the path, and works off the path as a file system would."""

    @property
    def routes(self) -> dict[str, Handler]:
        """What is served."""
        return {**super().routes, f"GET {self.shape.path}/{{first}}/../{{orderId}}": self.people.only(self.walk)}

    async def walk(self, request: Request, person: Person) -> Response:
        """One object, by a way through another."""
        is_own = self.owners.get(request.path_params["first"]) == person.username
        item = self.all.get(request.path_params["orderId"])
        return answer(item) if item is not None and is_own else self.shape.refusal(request)


def as_number(written: str) -> str:
    """What a lenient reader of numbers makes of it."""
    try:
        return str(int(float(written)))
    except ValueError:
        return written


def app(*, vulnerable: bool) -> Starlette:
    return TwoReaders(Shape(new_id=number), as_number if vulnerable else str).app()


VARIANTS = {
    "trimmed": lambda: TwoReaders(Shape(new_id=slug), str.strip).app(),
    "in lower case": lambda: TwoReaders(Shape(), str.lower).app(),
    "once more in the query": lambda: QueryFirst(Shape(variable="id")).app(),
    "a way through an own object": lambda: Walking(Shape()).app(),
    "as a list": lambda: TwoReaders(Shape(new_id=number), lambda written: written.strip("[]")).app(),
}
TRAPS = {
    **refusing(),
    **sound("numbers", "mongo", "texts"),
    "always one's own": lambda: Mirror(Shape(new_id=number)).app(),
}
