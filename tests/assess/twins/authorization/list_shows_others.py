"""A list of one's own is not filtered. A list that is everybody's by design is a trap."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.authorization.keeping import SHAPES, Keeper, Shape, sound
from tests.assess.twins.parts import Person

CONTRACT = Keeper().app().state.contract


class WithAddresses(Keeper):
    """Orders hold the address to which they go."""

    async def make(self, request: Request, person: Person) -> Response:
        """Make an object."""
        made = await super().make(request, person)
        if self.all:
            list(self.all.values())[-1]["email"] = person.email
        return made


def app(*, vulnerable: bool) -> Starlette:
    return WithAddresses(weak=["list"] if vulnerable else []).app()


VARIANTS = {
    name: (lambda name=name: WithAddresses(SHAPES[name](), ["list"]).app())
    for name in ("pages", "mongo", "snake case", "cookies", "two tokens")
}
TRAPS = {
    **sound("pages", "camel case"),
    "a catalogue that names sellers": lambda: WithAddresses(Shape(path="/products", owner="seller"), ["list"]).app(),
    "posts with their authors": lambda: WithAddresses(Shape(path="/posts", owner="author"), ["list"]).app(),
    "reviews": lambda: WithAddresses(Shape(path="/products/reviews", owner="user"), ["list"]).app(),
}
