"""An object is looked up by its id alone. What is for everybody, and refusals that look like answers, are traps."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.authorization.keeping import Keeper, Shape, refusing, service, sound, weak_in
from tests.assess.twins.authorization.named_object_of_another import Tenants
from tests.assess.twins.parts import DOORS, People, Person, answer, operation, problem, thing, things

CONTRACT = Keeper().app().state.contract


def app(*, vulnerable: bool) -> Starlette:
    return Keeper(weak=["read"] if vulnerable else []).app()


def shared(path: str, owner: str) -> Starlette:
    """Objects that name whose they are, in a list that shows them to everybody who has an account."""
    return Keeper(Shape(path=path, owner=owner), ["read", "list"]).app()


def profiles() -> Starlette:
    """Profiles that everybody sees."""
    people = People()

    async def listed(request: Request, person: Person) -> Response:
        return answer([{"username": name, "joined": "2026-01-01"} for name in people.all])

    async def one(request: Request, person: Person) -> Response:
        name = request.path_params["username"]
        return answer({"username": name, "joined": "2026-01-01"}) if name in people.all else problem(404, "Not Found")

    return service(
        {**people.routes, "GET /users": people.only(listed), "GET /users/{username}": people.only(one)},
        {
            **DOORS,
            "GET /users": operation(gives=things("username", "joined")),
            "GET /users/{username}": operation(gives=thing("username", "joined")),
        },
    )


class Mirror(Keeper):
    """Whatever id is asked for, the answer is about something of the one who asks."""

    async def read(self, request: Request, person: Person) -> Response:
        """One object."""
        own = [item for key, item in self.all.items() if self.owners[key] == person.username]
        return answer(own[-1]) if own else problem(404, "Not Found")


VARIANTS = {**weak_in("read"), "a tenant in the path": lambda: Tenants("path", checks=False).app()}
TRAPS = {
    "a tenant in the path": lambda: Tenants("path", checks=True).app(),
    **sound(),
    **refusing(),
    "a catalogue that names sellers": lambda: shared("/products", "seller"),
    "posts with their authors": lambda: shared("/posts", "author"),
    "public profiles": profiles,
    "always one's own": lambda: Mirror().app(),
}
