"""A service of members with roles: administrators manage the others. A twin says in what it is weak."""

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.authorization.keeping import service
from tests.assess.twins.parts import (
    DOORS,
    Handler,
    People,
    Person,
    Tokens,
    answer,
    body_of,
    operation,
    problem,
    thing,
)

ROLE = {"type": "string", "enum": ["member", "treasurer", "admin"]}
SHOWN = thing("username", "email", role=ROLE)


class Members(People):
    """Members with roles. `weak` names operations that forget to ask for the role or for whom: `role`, `delete`,
    `stats`, `change`."""

    path = "/members"

    def __init__(self, weak: Iterable[str] = (), tokens: Tokens | None = None) -> None:
        super().__init__(tokens)
        self.weak = frozenset(weak)
        self.add("root", "the password of root", "admin", "root@example.com")
        for name in ("olga", "pete"):
            self.add(name, f"the password of {name}", "member")

    def add(self, username: str, password: str, role: str = "member", email: str = "") -> Person:
        """Somebody new."""
        return super().add(username, password, role, email)

    def app(self) -> Starlette:
        """The application, with its contract."""
        return service(self.routes, self.operations)

    @property
    def one(self) -> str:
        """The path of one member."""
        return f"{self.path}/{{username}}"

    @property
    def routes(self) -> dict[str, Handler]:
        """What is served."""
        return {
            **super().routes,
            f"GET {self.one}": self.only(self.read),
            f"PUT {self.one}": self.only(self.change),
            f"DELETE {self.one}": self.only(self.delete),
            f"PUT {self.one}/role": self.only(self.set_role),
            "GET /admin/stats": self.only(self.stats),
        }

    @property
    def operations(self) -> dict[str, Mapping[str, Any]]:
        """What the contract says of them."""
        return {
            **DOORS,
            "GET /me": operation(gives=SHOWN),
            f"GET {self.one}": operation(gives=SHOWN),
            f"PUT {self.one}": operation(takes=thing("email"), status=204),
            f"DELETE {self.one}": {**operation(status=204), "summary": "Delete a member (only administrators)"},
            f"PUT {self.one}/role": {**operation(takes=thing(role=ROLE), status=204), "summary": "Admins only"},
            "GET /admin/stats": operation(gives=thing(members="integer")),
        }

    def shown(self, person: Person) -> dict[str, Any]:
        """What is shown of somebody."""
        return {"username": person.username, "email": person.email, "role": person.role, **person.more}

    def subject(self, request: Request) -> Person | None:
        """Whom a request is about."""
        return self.all.get(request.path_params["username"])

    def may(self, person: Person, weakness: str) -> bool:
        """Whether somebody may do what administrators do."""
        return person.role == "admin" or weakness in self.weak

    async def me(self, request: Request, person: Person) -> Response:
        """`GET /me`."""
        return answer(self.shown(person))

    async def read(self, request: Request, person: Person) -> Response:
        """Read a member: oneself, or for administrators anybody."""
        subject = self.subject(request)
        if subject is None or (subject is not person and person.role != "admin"):
            return problem(404, "Not Found")
        return answer(self.shown(subject))

    async def change(self, request: Request, person: Person) -> Response:
        """Change a member: oneself."""
        subject = self.subject(request)
        if subject is None or (subject is not person and "change" not in self.weak):
            return problem(404, "Not Found")
        self.write(subject, await body_of(request))
        return Response(status_code=204)

    def write(self, subject: Person, given: Mapping[str, Any]) -> None:
        """Take what may be written."""
        subject.email = str(given.get("email", subject.email))

    async def delete(self, request: Request, person: Person) -> Response:
        """Delete a member."""
        subject = self.subject(request)
        if not self.may(person, "delete"):
            return problem(403, "Forbidden")
        if subject is None:
            return problem(404, "Not Found")
        del self.all[subject.username]
        return Response(status_code=204)

    async def set_role(self, request: Request, person: Person) -> Response:
        """Give a member a role."""
        subject, role = self.subject(request), (await body_of(request)).get("role")
        if not self.may(person, "role"):
            return problem(403, "Forbidden")
        if subject is None or role not in ROLE["enum"]:
            return problem(400, "Bad Request")
        subject.role = str(role)
        return Response(status_code=204)

    async def stats(self, request: Request, person: Person) -> Response:
        """Figures for administrators."""
        return answer({"members": len(self.all)}) if self.may(person, "stats") else problem(403, "Forbidden")


ROOT = [("root", ("root", "the password of root"))]
"""An administrator as an identity."""
