"""Whoever asks names in the query, a header or the body whose data they want."""

from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.authorization.keeping import service
from tests.assess.twins.parts import DOORS, Handler, People, Person, answer, body_of, operation, problem, thing, things


class Statements(People):
    """Everybody has an account number and a balance. `checks`: whether one may name but oneself."""

    key = "GET /statements"

    def __init__(self, *, checks: bool, ignores: bool = False) -> None:
        super().__init__()
        self.checks, self.ignores = checks, ignores

    def app(self) -> Starlette:
        """The application, with its contract."""
        shown = operation(gives=thing("username", "email", "accountNumber"))
        return service(self.routes, {**DOORS, "GET /me": shown, self.key: self.described})

    @property
    def described(self) -> Mapping[str, Any]:
        """What the contract says of it."""
        return operation(gives=thing("accountNumber", "holder", balance="integer"), query=["account_number"])

    @property
    def routes(self) -> dict[str, Handler]:
        """What is served."""
        return {**super().routes, self.key: self.only(self.statement)}

    def add(self, username: str, password: str, role: str = "user", email: str = "") -> Person:
        """Somebody new."""
        person = super().add(username, password, role, email)
        person.more = {"accountNumber": f"40{7919 * len(self.all) % 99991:08}"}
        return person

    async def me(self, request: Request, person: Person) -> Response:
        """`GET /me`."""
        return answer({"username": person.username, "email": person.email, **person.more})

    async def wanted(self, request: Request) -> str:
        """The number that is asked for."""
        return request.query_params.get("account_number", "")

    async def statement(self, request: Request, person: Person) -> Response:
        """The statement of an account."""
        number = await self.wanted(request)
        found = next((each for each in self.all.values() if each.more["accountNumber"] == number), None)
        found = person if self.ignores else found
        if found is None or (self.checks and found is not person):
            return problem(404, "Not Found")
        return answer({**found.more, "holder": found.username, "balance": 7 * len(found.username)})


class InBody(Statements):
    """The number stands in the body."""

    key = "POST /statements/search"

    @property
    def described(self) -> Mapping[str, Any]:
        """What the contract says of it."""
        return operation(takes=thing(filter=thing("accountNumber")), gives=thing("accountNumber", balance="integer"))

    async def wanted(self, request: Request) -> str:
        """The number that is asked for."""
        chosen = (await body_of(request)).get("filter", {})
        return str(chosen.get("accountNumber")) if isinstance(chosen, dict) else ""


class InHeader(Statements):
    """The number stands in a header."""

    @property
    def described(self) -> Mapping[str, Any]:
        """What the contract says of it."""
        taken = {"name": "X-Account-Number", "in": "header", "required": True, "schema": {"type": "string"}}
        return {**operation(gives=thing("accountNumber", balance="integer")), "parameters": [taken]}

    async def wanted(self, request: Request) -> str:
        """The number that is asked for."""
        return request.headers.get("x-account-number", "")


class Tenants(People):
    """Everybody has a tenant of their own, whose projects they see. `by`: where the tenant is named, a header or the
    path; `checks`: whether it must be theirs."""

    def __init__(self, by: str, *, checks: bool) -> None:
        super().__init__()
        self.by, self.checks = by, checks
        self.projects: dict[str, list[dict[str, str]]] = {}

    def app(self) -> Starlette:
        """The application, with its contract."""
        taken = {"name": "X-Tenant-Id", "in": "header", "required": True, "schema": {"type": "string"}}
        more = {"parameters": [taken]} if self.by == "header" else {}
        return service(
            self.routes,
            {
                **DOORS,
                "GET /me": operation(gives=thing("username", "tenantId")),
                f"POST {self.path}": {
                    **operation(takes=thing("title"), gives=thing("id", "title"), status=201),
                    **more,
                },
                f"GET {self.path}": {**operation(gives=things("id", "title")), **more},
            },
        )

    @property
    def path(self) -> str:
        """Of the projects."""
        return "/projects" if self.by == "header" else "/tenants/{tenantId}/projects"

    @property
    def routes(self) -> dict[str, Handler]:
        """What is served."""
        return {
            **super().routes,
            f"POST {self.path}": self.only(self.make),
            f"GET {self.path}": self.only(self.listed),
        }

    def add(self, username: str, password: str, role: str = "user", email: str = "") -> Person:
        """Somebody new."""
        person = super().add(username, password, role, email)
        person.more = {"tenantId": f"t-{7919 * len(self.all) % 99991:05}"}
        return person

    async def me(self, request: Request, person: Person) -> Response:
        """`GET /me`."""
        return answer({"username": person.username, **person.more})

    def tenant(self, request: Request, person: Person) -> str | None:
        """The tenant that a request is about."""
        named = request.path_params.get("tenantId") or request.headers.get("x-tenant-id", "")
        return None if self.checks and named != person.more["tenantId"] else str(named)

    async def make(self, request: Request, person: Person) -> Response:
        """Make a project."""
        tenant = self.tenant(request, person)
        if tenant is None:
            return problem(403, "Forbidden")
        made = {"id": f"p{sum(map(len, self.projects.values()))}", "title": str((await body_of(request)).get("title"))}
        self.projects.setdefault(tenant, []).append(made)
        return answer(made, 201)

    async def listed(self, request: Request, person: Person) -> Response:
        """The projects of a tenant."""
        tenant = self.tenant(request, person)
        return problem(403, "Forbidden") if tenant is None else answer(self.projects.get(tenant, []))


def lookups() -> Starlette:
    """A search for people by their name, which shows everybody the same."""
    people = People()

    async def search(request: Request, person: Person) -> Response:
        name = request.query_params.get("username", "")
        return answer([{"username": name}] if name in people.all else [])

    described = operation(gives=things("username"), query=["username"])
    return service(
        {**people.routes, "GET /search/people": people.only(search)}, {**DOORS, "GET /search/people": described}
    )


CONTRACT = Statements(checks=True).app().state.contract


def app(*, vulnerable: bool) -> Starlette:
    return Statements(checks=not vulnerable).app()


VARIANTS = {
    "in the body": lambda: InBody(checks=False).app(),
    "in a header": lambda: InHeader(checks=False).app(),
    "a tenant in a header": lambda: Tenants("header", checks=False).app(),
}
TRAPS = {
    "a tenant in a header": lambda: Tenants("header", checks=True).app(),
    "in the body": lambda: InBody(checks=True).app(),
    "in a header": lambda: InHeader(checks=True).app(),
    "what is named is ignored": lambda: Statements(checks=False, ignores=True).app(),
    "a search for people": lookups,
}
