"""What stands under /admin is served to everybody. What is public by design, or only names a manager, is a trap."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.authorization.keeping import service
from tests.assess.twins.authorization.members import ROOT, Members
from tests.assess.twins.parts import DOORS, People, Person, answer, operation, problem, thing, things

CONTRACT = Members().app().state.contract
IDENTITIES = ROOT


class Saying(Members):
    """Refuses with an answer of 200."""

    def __init__(self, says: object) -> None:
        super().__init__()
        self.says = says

    async def stats(self, request: Request, person: Person) -> Response:
        """Figures for administrators."""
        return await super().stats(request, person) if self.may(person, "stats") else answer(self.says)


def with_words(*, asks: bool, described: str = "", scope: str = "", path: str = "/reports") -> Starlette:
    """A report that the contract's words or scopes keep for some."""
    people = People()

    async def report(request: Request, person: Person) -> Response:
        return problem(403, "Forbidden") if asks else answer([{"name": "a", "total": 1}])

    scopes = [{"bearer": [scope]}] if scope else None
    said = {**operation(gives=things("name", total="integer"), security=scopes), "description": described}
    return service({**people.routes, f"GET {path}": people.only(report)}, {**DOORS, f"GET {path}": said})


def app(*, vulnerable: bool) -> Starlette:
    return Members(["stats"] if vulnerable else []).app()


def public_status() -> Starlette:
    """Something under /admin that the contract lets everybody read."""
    people = People()

    async def status(request: Request) -> Response:
        return answer({"status": "up"})

    return service(
        {**people.routes, "GET /admin/status": status},
        {**DOORS, "GET /admin/status": operation(gives=thing("status"), public=True)},
    )


VARIANTS = {
    "the contract's words": lambda: with_words(asks=False, described="Requires admin privileges."),
    "the contract's scopes": lambda: with_words(asks=False, scope="staff:read"),
}
TRAPS = {
    "words": lambda: with_words(asks=True, described="Only admins may see it."),
    "scopes": lambda: with_words(asks=True, scope="admin"),
    "an error with 200": lambda: Saying({"error": "admins only"}).app(),
    "an empty object": lambda: Saying({}).app(),
    "null": lambda: Saying(None).app(),
    "other fields": lambda: Saying({"message": "not for you"}).app(),
    "managers of something else": lambda: with_words(asks=False, path="/users/by-manager"),
    "public": public_status,
}
