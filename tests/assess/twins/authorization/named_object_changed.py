"""A name in the body says whose address is changed. An answer of 200 that changed the caller's own is a trap."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.authorization.keeping import service
from tests.assess.twins.parts import DOORS, Handler, People, Person, answer, body_of, operation, problem, thing


class Contacts(People):
    """An operation that changes the address of whoever is named. `whose`: `named`, `own`, `only own`, `nobody`."""

    def __init__(self, whose: str, key: str = "PUT /profile") -> None:
        super().__init__()
        self.whose, self.key = whose, key

    def app(self) -> Starlette:
        """The application, with its contract."""
        described = operation(takes=thing("username", "email"), gives=thing("message"))
        return service(self.routes, {**DOORS, self.key: described})

    @property
    def routes(self) -> dict[str, Handler]:
        """What is served."""
        return {**super().routes, self.key: self.only(self.change)}

    async def change(self, request: Request, person: Person) -> Response:
        """Change an address."""
        given = await body_of(request)
        named = self.all.get(str(given.get("username")))
        if named is None or (self.whose == "only own" and named is not person):
            return problem(403, "Forbidden")
        subject = {"named": named, "only own": named, "own": person}.get(self.whose)
        if subject is not None:
            subject.email = str(given.get("email"))
        return answer({"message": "changed", "email": given.get("email")})


CONTRACT = Contacts("own").app().state.contract


def app(*, vulnerable: bool) -> Starlette:
    return Contacts("named" if vulnerable else "own").app()


VARIANTS = {"by POST": lambda: Contacts("named", "POST /profile/update").app()}
TRAPS = {
    "refused": lambda: Contacts("only own").app(),
    "nothing is changed": lambda: Contacts("nobody").app(),
    "by POST": lambda: Contacts("own", "POST /profile/update").app(),
}
