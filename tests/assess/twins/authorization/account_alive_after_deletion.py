"""A token outlives the account; the program trusts what the token says and looks nobody up."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.authorization.keeping import service
from tests.assess.twins.parts import (
    DOORS,
    Handler,
    People,
    Person,
    answer,
    operation,
    problem,
    things,
)

OPERATIONS = {**DOORS, "DELETE /me": operation(status=204), "GET /news": operation(gives=things("title"))}
BY_NAME = {**DOORS, "DELETE /users/{username}": operation(status=204), "GET /news": operation(gives=things("title"))}


class Leaving(People):
    """People who may delete their account. `keeps`: their token still opens the API; `lies`: the account stays."""

    def __init__(self, *, keeps: bool = False, lies: bool = False, path: str = "/me") -> None:
        super().__init__()
        self.keeps, self.lies, self.path = keeps, lies, path

    @property
    def routes(self) -> dict[str, Handler]:
        """What is served."""
        return {
            **super().routes,
            f"DELETE {self.path}": self.only(self.leave),
            "GET /news": self.only(self.news),
        }

    def app(self) -> Starlette:
        """The application, with its contract."""
        return service(self.routes, OPERATIONS if self.path == "/me" else BY_NAME)

    def who(self, request: Request) -> Person | None:
        """Who sends a request."""
        name = self.tokens.name_in(self.token_in(request))
        if name is None:
            return None
        return self.all.get(name) or (Person(name, "", "") if self.keeps else None)

    async def leave(self, request: Request, person: Person) -> Response:
        """Delete one's account."""
        if request.path_params.get("username", person.username) != person.username:
            return problem(403, "Forbidden")
        if not self.lies:
            self.all.pop(person.username, None)
        return Response(status_code=204)

    async def news(self, request: Request, person: Person) -> Response:
        """For everybody with an account."""
        return answer([{"title": "tea is ready"}])


CONTRACT = Leaving().app().state.contract


def app(*, vulnerable: bool) -> Starlette:
    return Leaving(keeps=vulnerable).app()


VARIANTS = {"by name": lambda: Leaving(keeps=True, path="/users/{username}").app()}
TRAPS = {
    "by name": lambda: Leaving(path="/users/{username}").app(),
    "the account is not deleted at all": lambda: Leaving(lies=True).app(),
}
