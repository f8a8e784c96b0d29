"""Whoever has an account deletes members, which only administrators may. 204 with nothing done is a trap."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.authorization.members import ROOT, Members
from tests.assess.twins.parts import Person

CONTRACT = Members().app().state.contract
IDENTITIES = ROOT


class Pretending(Members):
    """Says 204 to everybody, and does it for administrators alone."""

    async def delete(self, request: Request, person: Person) -> Response:
        """Delete a member."""
        await super().delete(request, person)
        return Response(status_code=204)

    async def set_role(self, request: Request, person: Person) -> Response:
        """Give a member a role."""
        await super().set_role(request, person)
        return Response(status_code=204)


class Confused(Members):
    """Deletes whoever calls, whoever is named."""

    async def delete(self, request: Request, person: Person) -> Response:
        """Delete a member."""
        if person.role != "admin":
            self.all.pop(person.username, None)
        return Response(status_code=204)


class UnderAdmin(Members):
    """The same operations under /admin, which the contract says nothing else of."""

    path = "/admin/accounts"


def app(*, vulnerable: bool) -> Starlette:
    return Members(["delete"] if vulnerable else []).app()


VARIANTS = {
    "a role is given": lambda: Members(["role"]).app(),
    "by the path alone": lambda: UnderAdmin(["delete"]).app(),
}
TRAPS = {
    "204 and nothing done": lambda: Pretending().app(),
    "204 and the caller deleted": lambda: Confused().app(),
}
