"""Cures of every kind through one real gateway: what each refuses, and what it lets through as before."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.assess.twins.parts import answer, contract, operation, serving, thing
from tests.integration.gateway.running import Guard

from garrison.adapters.patch_file import write_patches
from garrison.contract import load
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding, Step
from garrison.core.patch import Patch
from garrison.lab.served import served
from garrison.patching.catalogue import cures
from garrison.patching.situation import Situation

pytestmark = pytest.mark.integration

KEY = OctKey.import_key("k" * 40)
PEOPLE = {"of-ann": "ann", "of-ben": "ben", "of-root": "root"}
ORDER = {"id": "7", "owner": "ann", "tea": "green", "margin": "a third"}
DESCRIBED = contract(
    {
        "GET /search": operation(query=["q"], gives=thing("found"), public=True),
        "GET /users/{username}/notes": operation(gives=thing("note")),
        "GET /orders/{orderId}": operation(gives=thing("id", "owner", "tea")),
        "GET /admin/stats": operation(gives=thing("members")),
        "POST /orders": operation(takes=thing("tea"), gives=thing("tea"), status=200),
        "POST /login": operation(takes=thing("username"), gives=thing("ok"), public=True),
        "GET /wipe": operation(gives=thing("done"), public=True),
        "GET /teas": operation(gives=thing("teas")),
    }
)


class Case(NamedTuple):
    """A finding, by whose cure of that number it is closed; a request that it refuses, one that it lets through."""

    check: str
    operation: str
    location: str
    cure: int
    bad: tuple[str, str, dict[str, Any]]
    refusal: int
    good: tuple[str, str, dict[str, Any]]
    answered: str = ""
    """The first answer of the proof."""


def told(token: str, **more: Any) -> dict[str, Any]:
    return {"headers": {"authorization": f"Bearer {token}"}, **more}


def unsigned() -> str:
    _, body, _ = jwt.encode({"alg": "HS256"}, {"sub": "ann"}, KEY).split(".")
    return f"eyJhbGciOiJub25lIn0.{body}."


CASES = {
    "a predicate on a value": Case(
        "sql-injection", "GET /search", "query.q", 0,
        ("GET", "/search?q=' or 1=1", {}), 400, ("GET", "/search?q=green tea", {}),
    ),
    "the owner that a parameter names": Case(
        "named-object-of-another", "GET /users/{username}/notes", "path.username", 0,
        ("GET", "/users/ann/notes", told("of-ben")), 403, ("GET", "/users/ann/notes", told("of-ann")),
    ),
    "the owner that an answer names": Case(
        "object-read-by-another", "GET /orders/{orderId}", "", 0,
        ("GET", "/orders/7", told("of-ben")), 404, ("GET", "/orders/7", told("of-ann")), json.dumps(ORDER),
    ),
    "a role": Case(
        "function-above-role", "GET /admin/stats", "", 0,
        ("GET", "/admin/stats", told("of-ben")), 403, ("GET", "/admin/stats", told("of-root")),
    ),
    "a narrower schema": Case(
        "property-undeclared", "POST /orders", "", 0,
        ("POST", "/orders", told("of-ann", json={"tea": "green", "price": 0})), 400,
        ("POST", "/orders", told("of-ann", json={"tea": "green"})),
    ),
    "an operation denied": Case(
        "unsafe-get", "GET /wipe", "", 0, ("GET", "/wipe", {}), 403, ("GET", "/search?q=a", {}),
    ),
    "what a token says": Case(
        "jwt-none", "GET /teas", "header.authorization", 0,
        ("GET", "/search?q=a", told(unsigned())), 400,
        ("GET", "/search?q=a", told(jwt.encode({"alg": "HS256"}, {"sub": "ann"}, KEY))),
    ),
}  # fmt: skip


class World(NamedTuple):
    """A gateway that authenticates, in front of an API that refuses nothing."""

    guard: Guard
    url: str

    def send(self, request: tuple[str, str, dict[str, Any]]) -> httpx.Response:
        method, path, more = request
        return httpx.request(method, f"{self.url}{path}", timeout=20, **more)


def patch_of(case: Case, described: Path) -> Patch:
    catalogue = load(str(described), (), read=lambda place: Path(place).read_bytes()).catalogue
    every = {f"{each.operation.method} {each.operation.template}": each.operation for each in catalogue.operations}
    about = every[case.operation]
    found = Finding(
        CheckId(case.check), "a weakness", Severity.HIGH, Confidence.HIGH, "what is wrong", case.check.ljust(32, "0"),
        operation=about.id, method=about.method, template=about.template, location=case.location,
        proof=(Step("it shows", about.method, about.template, identity="ann", status=200, answer=case.answered),),
    )  # fmt: skip
    return list(cures(Situation(found, about, knows_principals=True)))[case.cure]


def api() -> Starlette:
    """Answers everything to everybody."""
    given = {
        "GET /search": {"found": "a"}, "GET /users/{username}/notes": {"note": "n"}, "GET /orders/{orderId}": ORDER,
        "GET /admin/stats": {"members": "3"}, "POST /orders": {"tea": "green"}, "POST /login": {"ok": "yes"},
        "GET /wipe": {"done": "yes"}, "GET /teas": {"teas": "green", "secret": "s", "more": [{"secret": "t", "a": 1}]},
    }  # fmt: skip

    def giving(value: Any) -> Any:
        async def handler(request: Request) -> Response:
            await request.body()
            return answer(value)

        return handler

    return serving({key: giving(value) for key, value in given.items()})


async def introspect(request: Request) -> Response:
    """An authorization server that is asked about tokens (RFC 7662)."""
    name = PEOPLE.get(parse_qs((await request.body()).decode()).get("token", [""])[0])
    roles = ["admin"] if name == "root" else ["member"]
    told = {"active": True, "sub": name, "aud": "shop", "exp": int(time.time()) + 600, "roles": roles}
    return JSONResponse(told if name else {"active": False})


@pytest.fixture(scope="module")
def world(built_filter: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("kinds")
    described = folder / "openapi.json"
    described.write_text(json.dumps(DESCRIBED))
    asked = Starlette(routes=[Route("/introspect", introspect, methods=["POST"])])
    with served(api(), "the API") as upstream, served(asked, "introspection") as authority:
        scheme = {"introspection": {"url": f"{authority}/introspect", "audiences": ["shop"], "unsafe-plain-http": True}}
        watched = {name: {"mode": "monitor"} for name in ("request-schema", "inventory", "response-schema")}
        settings = {
            "mode": "enforce",
            "contract": {"file": str(described)},
            "controls": {
                **watched,
                "authentication": {"mode": "monitor", "schemes": {"bearer": scheme}, "unsafe-anonymous": True},
            },
        }
        patches = [patch_of(each, described) for each in CASES.values()]
        patches += [
            Patch(id="fields", operation="GET /teas", strip=("/**/secret",)),
            Patch(id="slow", policy={"operations": [{"match": "POST /login", "controls": {"rate-limit": LIMITED}}]}),
        ]
        write_patches(folder / "patches.yaml", patches)
        guard = Guard(folder, int(upstream.rpartition(":")[2]), settings, str(built_filter))
        try:
            yield World(guard, f"http://127.0.0.1:{guard.port()}")
        finally:
            guard.stop()


LIMITED = {"mode": "enforce", "limits": [{"name": "patch", "by": ["peer"], "rate": "3/min"}]}


@pytest.mark.parametrize("name", CASES)
def test_what_shows_the_finding_is_refused_and_what_is_benign_is_not(world: World, name: str) -> None:
    case = CASES[name]
    good = world.send(case.good)
    assert (good.status_code, world.guard.lines[-3:] if good.status_code != 200 else "") == (200, "")
    assert world.send(case.bad).status_code == case.refusal


def test_fields_are_taken_out_and_the_rest_stays(world: World) -> None:
    assert world.send(("GET", "/teas", told("of-ann"))).json() == {"teas": "green", "more": [{"a": 1}]}


def test_a_limit_holds_for_its_operation_alone(world: World) -> None:
    request = ("POST", "/login", {"json": {"username": "ann"}})
    assert [world.send(request).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    assert world.send(("GET", "/search?q=a", {})).status_code == 200
