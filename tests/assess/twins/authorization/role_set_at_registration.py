"""Whoever registers says what they are, and is."""

from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.authorization.keeping import service
from tests.assess.twins.parts import DOORS, People, Person, answer, body_of, operation, problem, thing


class Joining(People):
    """Takes `takes` of what a registration says beside its fields; `echoes` says it in the answer and forgets it."""

    def __init__(
        self,
        takes: tuple[str, ...] = (),
        has: Mapping[str, Any] | None = None,
        *,
        echoes: bool = False,
        strict: bool = False,
    ) -> None:
        super().__init__()
        self.takes, self.has = takes, {"role": "user"} if has is None else has
        self.echoes, self.strict = echoes, strict

    def app(self) -> Starlette:
        """The application, with its contract."""
        return service(self.routes, {**DOORS, "GET /me": operation(gives=thing("username", "email"))})

    async def register(self, request: Request) -> Response:
        """`POST /register`."""
        given = await body_of(request)
        more = {name: value for name, value in given.items() if name not in ("username", "email", "password")}
        if more and self.strict:
            return problem(400, "Bad Request")
        done = await super().register(request)
        if done.status_code == 201:
            person = self.all[str(given["username"])]
            person.more = {**self.has, **{name: value for name, value in more.items() if name in self.takes}}
        return answer({"username": given["username"], **more}, 201) if self.echoes and done.status_code == 201 else done

    async def me(self, request: Request, person: Person) -> Response:
        """`GET /me`."""
        return answer({"username": person.username, "email": person.email, **person.more})


CONTRACT = Joining().app().state.contract


def app(*, vulnerable: bool) -> Starlette:
    return Joining(("role",) if vulnerable else ()).app()


VARIANTS = {
    "a flag": lambda: Joining(("is_admin",), {"is_admin": False}).app(),
    "a balance": lambda: Joining(("balance",), {"balance": 0}).app(),
    "capital letters": lambda: Joining(("role",), {"role": "USER"}).app(),
    "inside": lambda: Joining(("roles",), {"roles": ["user"]}).app(),
}
TRAPS = {
    "an echo": lambda: Joining(echoes=True).app(),
    "strict": lambda: Joining(strict=True).app(),
    "everybody has it": lambda: Joining((), {"role": "admin", "is_admin": True}).app(),
}
