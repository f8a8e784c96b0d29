"""Services that keep objects of people, in the shapes that APIs have. A twin says in what its service is weak."""

import itertools
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import (
    BEARER,
    COOKIE,
    DOORS,
    KEY_HEADER,
    CookiePeople,
    Handler,
    People,
    Person,
    Sessions,
    answer,
    body_of,
    contract,
    operation,
    problem,
    serving,
    thing,
)

from garrison.assess.identity import Credential

Item = dict[str, Any]
NumberOrText = int | str


def service(
    routes: Mapping[str, Handler],
    operations: Mapping[str, Mapping[str, Any]],
    schemes: Mapping[str, Mapping[str, Any]] = BEARER,
) -> Starlette:
    """An application that brings its own contract."""
    app = serving(routes)
    app.state.contract = contract(operations, schemes)
    return app


class HeaderPeople(People):
    """People whose tokens travel in a header of their own."""

    def __init__(self) -> None:
        super().__init__(Sessions())

    def token_in(self, request: Request) -> str:
        """The token that a request carries."""
        return request.headers.get("x-auth-token", "")


def random_id(count: int) -> NumberOrText:
    """An id that nobody guesses."""
    return str(uuid.uuid4())


def number(count: int) -> NumberOrText:
    """An id that is a number."""
    return 1000 + count


def object_id(count: int) -> NumberOrText:
    """An id as MongoDB gives it: 24 hexadecimal digits."""
    return uuid.uuid4().hex[:24]


def slug(count: int) -> NumberOrText:
    """An id that is a text with a number in it."""
    return f"ord-{uuid.uuid4().hex[:6]}-{count}"


def not_found(request: Request) -> Response:
    """The refusal that tells least."""
    return problem(404, "Not Found")


@dataclass
class Shape:
    """How a service looks from outside."""

    people: Callable[[], People] = People
    schemes: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: BEARER)
    path: str = "/orders"
    """Of the collection; `{username}` in it is whoever the objects belong to."""
    variable: str = "orderId"
    key: str = "id"
    """The name of the id in the objects."""
    new_id: Callable[[int], NumberOrText] = random_id
    owner: str = "owner"
    """The field that says whose it is; empty where none does."""
    wraps: Callable[[Any], Any] = lambda value: value
    """How lists are wrapped."""
    is_shown: bool = True
    """Whether what was made stands in the answer; else only `Location` names it."""
    has_list: bool = True
    has_doors: bool = True
    """Whether people may register; else there are two given tokens."""
    change: str = "PUT"
    refusal: Callable[[Request], Response] = not_found
    is_soft: bool = False
    """Whether what was deleted is still there, and says so."""
    says: str = ""
    """What the contract writes of an operation about one object."""


SHAPES: Mapping[str, Callable[[], Shape]] = {
    "numbers": lambda: Shape(new_id=number, variable="order_id"),
    "texts": lambda: Shape(new_id=slug),
    "mongo": lambda: Shape(key="_id", variable="id", new_id=object_id, owner="userId"),
    "snake case": lambda: Shape(key="order_id", variable="order_id", owner="owner_name", change="PATCH"),
    "camel case": lambda: Shape(
        key="orderId", variable="orderId", owner="ownerName", wraps=lambda each: {"data": each}
    ),
    "pages": lambda: Shape(wraps=lambda each: {"items": each, "total": len(each), "page": 1}, variable="id"),
    "nested": lambda: Shape(path="/users/{username}/orders", variable="oid"),
    "only a location": lambda: Shape(is_shown=False, has_list=False, owner=""),
    "no list": lambda: Shape(has_list=False, new_id=number),
    "no owner": lambda: Shape(owner="", variable="id"),
    "cookies": lambda: Shape(people=CookiePeople, schemes=COOKIE),
    "a header": lambda: Shape(people=HeaderPeople, schemes=KEY_HEADER),
    "two tokens": lambda: Shape(has_doors=False, people=lambda: People(Sessions())),
}
"""Shapes by name."""


class Keeper:
    """Keeps objects of people apart, but for what it is weak in: `read`, `change`, `delete`, `list`."""

    def __init__(self, shape: Shape | None = None, weak: Iterable[str] = ()) -> None:
        self.shape = shape or Shape()
        self.weak = frozenset(weak)
        self.people = self.shape.people()
        self.all: dict[str, Item] = {}
        self.owners: dict[str, str] = {}
        self.count = itertools.count(1)

    @property
    def one(self) -> str:
        """The path of one object."""
        return f"{self.shape.path}/{{{self.shape.variable}}}"

    def app(self) -> Starlette:
        """The application, with its contract."""
        app = service(self.routes, self.operations, self.shape.schemes)
        if not self.shape.has_doors:
            app.state.identities = [(name, self._given(name)) for name in ("ann", "ben")]
        return app

    def _given(self, name: str) -> Credential:
        self.people.add(name, "a long password of theirs")
        return Credential(headers=(("authorization", f"Bearer {self.people.tokens.issue(name)}"),))

    @property
    def routes(self) -> dict[str, Handler]:
        """What is served."""
        only = self.people.only
        routes = {
            f"POST {self.shape.path}": only(self.make),
            f"GET {self.one}": only(self.read),
            f"{self.shape.change} {self.one}": only(self.change),
            f"DELETE {self.one}": only(self.delete),
        }
        if self.shape.has_list:
            routes[f"GET {self.shape.path}"] = only(self.list)
        return {**self.people.routes, **routes} if self.shape.has_doors else routes

    @property
    def operations(self) -> dict[str, dict[str, Any]]:
        """What the contract says of them."""
        shape = self.shape
        id_type = "integer" if shape.new_id is number else "string"
        shown = thing("tea", "note", *filter(None, [shape.owner]), **{shape.key: id_type})
        said = {"description": shape.says} if shape.says else {}
        wrapped = shape.wraps([])
        listed: dict[str, Any] = {"type": "array", "items": shown} if isinstance(wrapped, list) else {"type": "object"}
        operations = {
            f"POST {shape.path}": operation(
                takes=thing("tea", "note"), gives=shown if shape.is_shown else None, status=201
            ),
            f"GET {self.one}": {**operation(gives=shown), **said},
            f"{shape.change} {self.one}": {**operation(takes=thing("tea", "note"), status=204), **said},
            f"DELETE {self.one}": {**operation(status=204), **said},
        }
        if shape.has_list:
            operations[f"GET {shape.path}"] = operation(gives=listed)
        return {**DOORS, **operations} if shape.has_doors else operations

    def found(self, request: Request, person: Person, weakness: str) -> Item | None:
        """The object that a request is about, if it is the person's, or the service is weak."""
        name = request.path_params[self.shape.variable]
        item = self.all.get(name)
        of = request.path_params.get("username", self.owners.get(name))
        is_there = item is not None and of == self.owners[name]
        return item if is_there and (weakness in self.weak or self.owners[name] == person.username) else None

    async def make(self, request: Request, person: Person) -> Response:
        """Make an object."""
        if request.path_params.get("username", person.username) != person.username:
            return self.shape.refusal(request)
        given = await body_of(request)
        new = self.shape.new_id(next(self.count))
        item = {self.shape.key: new, "tea": given.get("tea"), "note": given.get("note")}
        if self.shape.owner:
            item[self.shape.owner] = person.username
        self.all[str(new)], self.owners[str(new)] = item, person.username
        where = {"location": f"{request.url.path}/{new}"}
        return answer(item, 201, where) if self.shape.is_shown else Response(status_code=201, headers=where)

    async def list(self, request: Request, person: Person) -> Response:
        """The person's objects."""
        if request.path_params.get("username", person.username) != person.username and "list" not in self.weak:
            return self.shape.refusal(request)
        shown = [item for key, item in self.all.items() if "list" in self.weak or self.owners[key] == person.username]
        return answer(self.shape.wraps(shown))

    async def read(self, request: Request, person: Person) -> Response:
        """One object."""
        item = self.found(request, person, "read")
        return self.shape.refusal(request) if item is None else answer(item)

    async def change(self, request: Request, person: Person) -> Response:
        """Change one object."""
        item = self.found(request, person, "change")
        if item is None:
            return self.shape.refusal(request)
        item.update({name: value for name, value in (await body_of(request)).items() if name in ("tea", "note")})
        return Response(status_code=204)

    async def delete(self, request: Request, person: Person) -> Response:
        """Delete one object."""
        item = self.found(request, person, "delete")
        if item is None:
            return self.shape.refusal(request)
        if self.shape.is_soft:
            item["deleted"] = True
        else:
            del self.all[request.path_params[self.shape.variable]]
        return Response(status_code=204)


def forbidden(request: Request) -> Response:
    """The plain refusal."""
    return problem(403, "Forbidden")


def unauthorized(request: Request) -> Response:
    """A refusal that should be 403."""
    return problem(401, "Unauthorized")


def told_with_200(request: Request) -> Response:
    """A refusal whose status says that all is well."""
    return answer({"status": "error", "message": "this is not yours"})


def plain_message(request: Request) -> Response:
    """A refusal whose status says that all is well, and whose text alone tells that it is not."""
    return answer({"message": "you may not see this"})


def empty(request: Request) -> Response:
    """A refusal that is an empty success."""
    return answer({})


def nothing(request: Request) -> Response:
    """A refusal that is `null`."""
    return answer(None)


REFUSALS: Mapping[str, Callable[[Request], Response]] = {
    "403": forbidden,
    "401 for 403": unauthorized,
    "an error with 200": told_with_200,
    "a message with 200": plain_message,
    "an empty object": empty,
    "null": nothing,
}
"""Ways to say no, by name."""


def refusing() -> dict[str, Callable[[], Starlette]]:
    """Services that are not weak, one for each way to say no: traps."""
    return {name: partial(_built, Shape(refusal=say)) for name, say in REFUSALS.items()}


def weak_in(weakness: str, *names: str) -> dict[str, Callable[[], Starlette]]:
    """Services of these shapes, or of all, that are weak in this: variants."""
    return {name: partial(_built, SHAPES[name](), weakness) for name in names or SHAPES}


def sound(*names: str) -> dict[str, Callable[[], Starlette]]:
    """Services of these shapes, or of all, that are not weak: traps."""
    return {name: partial(_built, SHAPES[name]()) for name in names or SHAPES}


def _built(shape: Shape, *weak: str) -> Starlette:
    return Keeper(shape, weak).app()
