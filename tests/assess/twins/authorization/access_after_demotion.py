"""The role stands in the token, and the program looks no further."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.authorization.members import ROOT, Members
from tests.assess.twins.parts import Person, answer, problem

CONTRACT = Members().app().state.contract
IDENTITIES = ROOT


class Remembering(Members):
    """Everybody has the role in which they logged in."""

    def __init__(self) -> None:
        super().__init__()
        self.roles: dict[str, str] = {}

    def welcome(self, person: Person) -> Response:
        """The answer to somebody who has logged in."""
        token = self.tokens.issue(person.username)
        self.roles[token] = person.role
        return answer({"token": token})

    async def stats(self, request: Request, person: Person) -> Response:
        """Figures for administrators."""
        is_admin = self.roles.get(self.token_in(request)) == "admin"
        return answer({"members": len(self.all)}) if is_admin else problem(403, "Forbidden")


class Once(Remembering):
    """Rights are given for good: nothing is taken away."""

    async def set_role(self, request: Request, person: Person) -> Response:
        """Give a member a role."""
        subject = self.subject(request)
        if subject is not None and subject.role == "admin":
            return Response(status_code=204)
        return await super().set_role(request, person)


def app(*, vulnerable: bool) -> Starlette:
    return (Remembering() if vulnerable else Members()).app()


TRAPS = {
    "nothing is taken away": lambda: Once().app(),
    "open to all": lambda: Members(["stats"]).app(),
}
