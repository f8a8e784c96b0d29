"""Whoever has an account gives themselves a role; a role that does not exist shuts the account out."""

from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.authorization.members import Members
from tests.assess.twins.parts import Handler, Person, answer, body_of, operation, problem, thing

CONTRACT = Members().app().state.contract


class Breaking(Members):
    """Takes any role, with which an account can do nothing any more where there is none such."""

    roles = ("member", "treasurer", "admin")

    @property
    def operations(self) -> dict[str, Mapping[str, Any]]:
        """What the contract says: nothing of which roles there are."""
        said = super().operations
        return {**said, f"PUT {self.one}/role": operation(takes=thing("role"), status=204)}

    def who(self, request: Request) -> Person | None:
        """Who sends a request; nobody whose role there is not."""
        person = super().who(request)
        return person if person is not None and person.role in self.roles else None

    async def set_role(self, request: Request, person: Person) -> Response:
        """Give a member a role."""
        subject = self.subject(request)
        if subject is None or not self.may(person, "role"):
            return problem(403, "Forbidden")
        subject.role = str((await body_of(request)).get("role"))
        return Response(status_code=204)


class Named(Members):
    """The member is named in the body."""

    @property
    def routes(self) -> dict[str, Handler]:
        """What is served."""
        return {**super().routes, "PUT /roles": self.only(self.named)}

    @property
    def operations(self) -> dict[str, Mapping[str, Any]]:
        """What the contract says."""
        return {**super().operations, "PUT /roles": operation(takes=thing("username", "role"), gives=thing("username"))}

    async def named(self, request: Request, person: Person) -> Response:
        """Give somebody a role."""
        given = await body_of(request)
        subject = self.all.get(str(given.get("username")))
        if subject is None or not self.may(person, "named"):
            return problem(403, "Forbidden")
        subject.role = str(given["role"])
        return answer(self.shown(subject))


class Agreeing(Members):
    """Says the new role in its answer, and gives none."""

    async def set_role(self, request: Request, person: Person) -> Response:
        """Give a member a role."""
        return answer({**self.shown(person), **await body_of(request)})


def app(*, vulnerable: bool) -> Starlette:
    return Members(["role"] if vulnerable else []).app()


VARIANTS = {
    "roles that are not listed": lambda: Breaking(["role"]).app(),
    "named in the body": lambda: Named(["named"]).app(),
}
TRAPS = {
    "roles that are not listed": lambda: Breaking().app(),
    "named in the body": lambda: Named().app(),
    "an answer that agrees": lambda: Agreeing().app(),
}
