"""A parameter that nobody described brings related objects and stored columns into the answer."""

from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.authorization.keeping import service
from tests.assess.twins.parts import DOORS, Handler, People, Person, answer, operation, problem, things

Expands = Callable[[Request, dict[str, Any]], Response | None]


class Reviews(People):
    """Lists reviews; `expands` may add to one, or refuse the request."""

    def __init__(self, expands: Expands) -> None:
        super().__init__()
        self.expands = expands

    def app(self) -> Starlette:
        """The application, with its contract."""
        return service(self.routes, {**DOORS, "GET /reviews": operation(gives=things("text", "author_id"))})

    @property
    def routes(self) -> dict[str, Handler]:
        """What is served."""
        return {**super().routes, "GET /reviews": self.only(self.listed)}

    async def listed(self, request: Request, person: Person) -> Response:
        """The reviews."""
        review: dict[str, Any] = {"text": "good", "author_id": "7"}
        return self.expands(request, review) or answer([review])


STORED = {"name": "Ming", "email": "ming@mail.example", "password_hash": "$2b$12$KIXQ0bq8yq8y1uWqk3mO4e"}


def include(request: Request, review: dict[str, Any]) -> None:
    """`include=author` brings the stored object."""
    if "author" in request.query_params.get("include", "").split(","):
        review["author"] = STORED


def columns(request: Request, review: dict[str, Any]) -> None:
    """`fields` chooses among the columns of the stored object."""
    review.update({name: STORED[name] for name in request.query_params.get("fields", "").split(",") if name in STORED})


def public_part(request: Request, review: dict[str, Any]) -> None:
    """`include=author` brings a name."""
    if "author" in request.query_params.get("include", ""):
        review["author"] = {"name": "Ming", "joined": "2020"}


def ignored(request: Request, review: dict[str, Any]) -> None:
    """Nothing is added."""


def refused(request: Request, review: dict[str, Any]) -> Response | None:
    """What is not described is refused, and said again."""
    return problem(400, f"unknown: {request.query_params}") if request.query_params else None


def said_again(request: Request, review: dict[str, Any]) -> Response | None:
    """The parameters stand in the answer."""
    return answer([{**review, "query": dict(request.query_params)}])


CONTRACT = Reviews(ignored).app().state.contract


def app(*, vulnerable: bool) -> Starlette:
    return Reviews(include if vulnerable else ignored).app()


VARIANTS = {"columns": lambda: Reviews(columns).app()}
TRAPS = {
    "what is public": lambda: Reviews(public_part).app(),
    "refused": lambda: Reviews(refused).app(),
    "said again": lambda: Reviews(said_again).app(),
}
