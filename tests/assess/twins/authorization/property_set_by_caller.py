"""What an order costs, and whether it is paid, is taken from whoever orders."""

from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.authorization.keeping import Keeper, Shape
from tests.assess.twins.authorization.members import Members
from tests.assess.twins.parts import Person, answer, body_of, operation, problem, thing


class Selling(Keeper):
    """Orders with a price and a state. `takes`: what requests may set too, `on`: the methods that take it."""

    def __init__(
        self,
        takes: tuple[str, ...] = (),
        on: tuple[str, ...] = ("POST", "PUT", "PATCH"),
        *,
        shape: Shape | None = None,
        has: Mapping[str, Any] | None = None,
        declares: tuple[str, ...] = (),
    ) -> None:
        super().__init__(shape)
        self.takes, self.on, self.declares = takes, on, declares
        self.has = {"price": 12, "paid": False} if has is None else has

    @property
    def operations(self) -> dict[str, dict[str, Any]]:
        """What the contract says."""
        found = super().operations
        kinds = {
            name: {"type": {bool: "boolean", int: "integer"}.get(type(self.has[name]), "string")}
            for name in self.declares
        }
        taken = thing("tea", "note", **kinds)
        for key in (f"POST {self.shape.path}", f"{self.shape.change} {self.one}") if self.declares else ():
            found[key] = {**found[key], "requestBody": operation(takes=taken)["requestBody"]}
        return found

    async def make(self, request: Request, person: Person) -> Response:
        """Make an object."""
        made = await super().make(request, person)
        if made.status_code == 201:
            list(self.all.values())[-1].update(self.has)
            await self.take(request, list(self.all.values())[-1])
        return made

    async def change(self, request: Request, person: Person) -> Response:
        """Change one object."""
        done = await super().change(request, person)
        if done.status_code == 204:
            await self.take(request, self.all[request.path_params[self.shape.variable]])
        return done

    async def take(self, request: Request, item: dict[str, Any]) -> None:
        """Take what requests may set."""
        given = await body_of(request)
        if request.method in self.on:
            item.update({name: value for name, value in given.items() if name in self.takes})


class Strict(Selling):
    """Refuses what it does not know."""

    async def make(self, request: Request, person: Person) -> Response:
        """Make an object."""
        return problem(422, "Unprocessable") if await self.is_more(request) else await super().make(request, person)

    async def change(self, request: Request, person: Person) -> Response:
        """Change one object."""
        return problem(422, "Unprocessable") if await self.is_more(request) else await super().change(request, person)

    async def is_more(self, request: Request) -> bool:
        """Whether a request says more than it may."""
        return bool(set(await body_of(request)) - {"tea", "note"})


class Careless(Members):
    """A member who changes their address may change their role along with it."""

    def write(self, subject: Person, given: Mapping[str, Any]) -> None:
        """Take whatever is written."""
        super().write(subject, given)
        subject.role = str(given.get("role", subject.role))


class Echo(Selling):
    """Says what was sent in the answer, and keeps what it should."""

    async def make(self, request: Request, person: Person) -> Response:
        """Make an object."""
        await super().make(request, person)
        return answer({**list(self.all.values())[-1], **await body_of(request)}, 201)


CONTRACT = Selling().app().state.contract


def app(*, vulnerable: bool) -> Starlette:
    return Selling(("price", "paid") if vulnerable else ()).app()


VARIANTS = {
    "only where it is made": lambda: Selling(("price",), ("POST",)).app(),
    "only where it is changed": lambda: Selling(("paid",), ("PUT",)).app(),
    "only a location": lambda: Selling(("paid",), shape=Shape(is_shown=False, has_list=False)).app(),
    "camel case": lambda: Selling(("isPaid",), has={"isPaid": False}, shape=Shape(change="PATCH")).app(),
    "a role with one's profile": lambda: Careless().app(),
    "nested": lambda: Selling(("paid",), shape=Shape(path="/users/{username}/orders")).app(),
}
TRAPS = {
    "strict": lambda: Strict().app(),
    "declared": lambda: Selling(("price", "paid"), declares=("price", "paid")).app(),
    "an echo": lambda: Echo().app(),
    "members": lambda: Members().app(),
}
