"""Whoever has an account sets anybody's password. 204 that changes the caller's own is a trap."""

from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.authorization.keeping import service
from tests.assess.twins.parts import DOORS, Handler, People, Person, answer, body_of, operation, problem, thing


class InPath(People):
    """The account stands in the path. `whose` is who gets the new password: `named`, `own`, `nobody`, `only own`."""

    key = "PUT /users/{username}/password"

    def __init__(self, whose: str) -> None:
        super().__init__()
        self.whose = whose

    def app(self) -> Starlette:
        """The application, with its contract."""
        return service(self.routes, {**DOORS, self.key: self.described})

    @property
    def described(self) -> Mapping[str, Any]:
        """What the contract says of it."""
        return operation(takes=thing("password"), status=204)

    @property
    def routes(self) -> dict[str, Handler]:
        """What is served."""
        return {**super().routes, self.key: self.only(self.change)}

    def subject(self, request: Request, given: Mapping[str, Any]) -> Person | None:
        """Whose password is meant."""
        return self.all.get(request.path_params["username"])

    async def change(self, request: Request, person: Person) -> Response:
        """Set a password."""
        given = await body_of(request)
        subject = {"named": self.subject(request, given), "own": person, "nobody": None}.get(self.whose)
        if self.whose == "only own":
            subject = self.subject(request, given)
            if subject is not person:
                return problem(403, "Forbidden")
        if subject is not None:
            subject.password = str(given.get(self.field))
        return self.done(subject)

    field = "password"

    def done(self, subject: Person | None) -> Response:
        """The answer."""
        return Response(status_code=204)


class InBody(InPath):
    """The account is named in the body."""

    key = "POST /change-password"
    field = "new_password"

    @property
    def described(self) -> Mapping[str, Any]:
        """What the contract says of it."""
        return operation(takes=thing("email", "new_password"), gives=thing("message"))

    def subject(self, request: Request, given: Mapping[str, Any]) -> Person | None:
        """Whose password is meant."""
        return next((each for each in self.all.values() if each.email == given.get("email")), None)

    def done(self, subject: Person | None) -> Response:
        """The answer."""
        return answer({"message": "done"})


class WithOld(InBody):
    """The caller's own old password suffices."""

    @property
    def described(self) -> Mapping[str, Any]:
        """What the contract says of it."""
        return operation(takes=thing("username", "old_password", "new_password"), gives=thing("message"))

    def subject(self, request: Request, given: Mapping[str, Any]) -> Person | None:
        """Whose password is meant."""
        caller = self.who(request)
        is_known = caller is not None and caller.password == given.get("old_password")
        return self.all.get(str(given.get("username"))) if is_known else None


CONTRACT = InPath("named").app().state.contract


def app(*, vulnerable: bool) -> Starlette:
    return InPath("named" if vulnerable else "only own").app()


VARIANTS = {"named in the body": lambda: InBody("named").app(), "with the old one": lambda: WithOld("named").app()}
TRAPS = {
    f"{title}: {whose}": (lambda kind=kind, whose=whose: kind(whose).app())
    for title, kind in (("in the path", InPath), ("in the body", InBody))
    for whose in ("own", "nobody", "only own")
}
