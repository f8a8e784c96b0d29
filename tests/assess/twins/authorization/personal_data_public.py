"""A list of people with their addresses is open to anybody."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.authorization.keeping import service
from tests.assess.twins.parts import DOORS, Handler, People, Person, answer, operation, things


class Directory(People):
    """Lists its members. `shows`: the fields; `asks`: whether one must have an account."""

    def __init__(self, shows: tuple[str, ...], *, asks: bool = False, people: int = 6) -> None:
        super().__init__()
        self.shows, self.asks = shows, asks
        for name in ("olga", "pete", "quin", "rosa", "sven", "tina")[:people]:
            self.add(name, f"the password of {name}", email=f"{name}@mail.example")

    @property
    def routes(self) -> dict[str, Handler]:
        """What is served."""
        only = self.only(self.listed)
        return {**super().routes, "GET /people": only if self.asks else self.open}

    async def open(self, request: Request) -> Response:
        """The list for anybody."""
        return await self.listed(request, Person("", "", ""))

    async def listed(self, request: Request, person: Person) -> Response:
        """The list."""
        everybody = [
            {
                "name": each.username,
                "email": each.email,
                "phone": f"+49 30 9018 {at:04}",
                "office": "office@tea.example",
            }
            for at, each in enumerate(self.all.values())
        ]
        return answer([{name: each[name] for name in self.shows} for each in everybody])

    def app(self, *, public: bool = False) -> Starlette:
        """The application, with its contract."""
        return service(self.routes, {**DOORS, "GET /people": operation(gives=things(*self.shows), public=public)})


CONTRACT = Directory(("name",)).app().state.contract


def app(*, vulnerable: bool) -> Starlette:
    return Directory(("name", "email"), asks=not vulnerable).app()


VARIANTS = {"telephone numbers": lambda: Directory(("name", "phone")).app()}
TRAPS = {
    "names alone": lambda: Directory(("name",)).app(),
    "one address of all": lambda: Directory(("name", "office")).app(),
    "two people": lambda: Directory(("name",), people=2).app(),
}
