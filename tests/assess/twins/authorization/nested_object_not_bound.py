"""The inner object is looked up without the outer one: whose path it stands in is checked, whose it is not."""

from collections.abc import Callable
from functools import partial

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.authorization.keeping import REFUSALS, Item, Keeper, Shape, number
from tests.assess.twins.parts import Person

CONTRACT = Keeper(Shape(path="/users/{username}/orders")).app().state.contract


class Unbound(Keeper):
    """Checks that the path is the person's own, and then looks up the object by its id alone."""

    def found(self, request: Request, person: Person, weakness: str) -> Item | None:
        """The object that a request is about."""
        is_own = request.path_params["username"] == person.username
        return self.all.get(request.path_params[self.shape.variable]) if is_own else None


def app(*, vulnerable: bool) -> Starlette:
    return (Unbound if vulnerable else Keeper)(Shape(path="/users/{username}/orders")).app()


def refusing(says: Callable[[Request], Response]) -> Starlette:
    return Keeper(Shape(path="/users/{username}/orders", refusal=says)).app()


VARIANTS = {
    "numbers": lambda: Unbound(Shape(path="/users/{username}/orders", new_id=number, variable="oid")).app(),
    "under /v1": lambda: Unbound(Shape(path="/v1/accounts/{username}/notes", key="note_id", variable="note_id")).app(),
    "no list": lambda: Unbound(Shape(path="/users/{username}/orders", has_list=False)).app(),
}
TRAPS = {
    **{name: partial(refusing, say) for name, say in REFUSALS.items()},
    "all may read all": lambda: Keeper(Shape(path="/users/{username}/posts"), ["read", "list"]).app(),
}
