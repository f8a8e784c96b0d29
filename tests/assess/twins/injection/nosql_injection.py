"""A store of documents whose filters are what clients send: in a log-in, a search by body and by query."""

import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, body_of, contract, operation, problem, serving, thing, things

CONTRACT = contract(
    {
        "GET /teas": operation(query=["name"], gives=things("name"), public=True),
        "POST /teas/search": operation(takes=thing("name"), gives=things("name"), public=True),
        "POST /register": operation(takes=thing("username", "password"), public=True, status=201),
        "POST /login": operation(takes=thing("username", "password"), gives=thing("token"), public=True),
    }
)
TEAS = [{"name": "green"}, {"name": "black"}]


def fits(document: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether a document fits a filter, as such stores understand it."""
    return all(_fits(document.get(name), condition) for name, condition in wanted.items())


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "$eq": lambda value, operand: bool(value == operand),
    "$ne": lambda value, operand: bool(value != operand),
    "$in": lambda value, operand: value in operand,
    "$nin": lambda value, operand: value not in operand,
    "$gt": lambda value, operand: isinstance(value, str) and value > operand,
}


def _fits(value: Any, condition: Any) -> bool:
    if not isinstance(condition, Mapping):
        return bool(value == condition)
    return all(name in OPERATORS and OPERATORS[name](value, operand) for name, operand in condition.items())


def found(documents: Iterable[Mapping[str, Any]], wanted: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in documents if fits(each, wanted)]


def query_of(request: Request) -> dict[str, Any]:
    """The query with objects and lists in it, as the usual parsers read `name[$in][]=x`."""
    parsed: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        matched = re.fullmatch(r"(\w+)\[([^\]]+)\](\[\])?", name)
        if matched is None:
            parsed[name] = value
        else:
            parsed.setdefault(matched[1], {})[matched[2]] = [value] if matched[3] else value
    return parsed


def build(*weak: str) -> Starlette:
    people: list[dict[str, Any]] = []

    async def by_query(request: Request) -> Response:
        if "query" in weak:
            return answer(found(TEAS, query_of(request)))
        name = request.query_params.get("name")
        return answer([each for each in TEAS if name is None or each["name"] == name])

    async def by_body(request: Request) -> Response:
        wanted = await body_of(request)
        if "body" not in weak and not isinstance(wanted.get("name"), str):
            return problem(422, "Unprocessable Content")
        return answer(found(TEAS, {"name": wanted.get("name")}))

    async def register(request: Request) -> Response:
        people.append(await body_of(request))
        return answer({}, 201)

    async def log_in(request: Request) -> Response:
        given = await body_of(request)
        wanted = {key: given.get(key) for key in ("username", "password")}
        if "log-in" not in weak and not all(isinstance(each, str) for each in wanted.values()):
            return problem(422, "Unprocessable Content")
        known = found(people, wanted)
        return answer({"token": secrets.token_urlsafe(18)}) if known else problem(401, "Unauthorized")

    return serving(
        {
            "GET /teas": by_query,
            "POST /teas/search": by_body,
            "POST /register": register,
            "POST /login": log_in,
        }
    )


def app(*, vulnerable: bool) -> Starlette:
    return build(*(["query", "body", "log-in"] if vulnerable else []))


def without_registration() -> Starlette:
    """Nobody can register: there is one person, whom nobody knows."""
    people = [{"username": "ann", "password": "a secret"}]

    async def log_in(request: Request) -> Response:
        known = found(people, await body_of(request))
        return answer({"token": secrets.token_urlsafe(18)}) if known else problem(401, "Unauthorized")

    return serving({"POST /login": log_in})


VARIANTS = {"no registration": without_registration} | {
    kind: lambda kind=kind: build(kind) for kind in ("query", "body", "log-in")
}
