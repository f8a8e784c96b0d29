"""What cannot be looked at again is not mended."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from tests.assess.harness import Stage, report_at, staging
from tests.assess.twins.parts import contract, operation, thing, things

from garrison.adapters.store.findings import Findings
from garrison.assess.checks.authorization import secrets_exposed
from garrison.assess.checks.configuration import documentation_open
from garrison.assess.identity import Credential
from garrison.core.finding import State

CHECKS = (secrets_exposed.CHECK, documentation_open.CHECK)
CONTRACT = contract({"GET /v1/teas": operation(gives=things("name")), "GET /me": operation(gives=thing("name"))})
TWIN = cast("Any", SimpleNamespace())
ANN = (("ann", Credential(headers=(("authorization", "Bearer ann-token-1"),))),)
TEAS = [{"name": name, "passwordHash": "$2b$12$abcdefghijklmnopqrstuv"} for name in ("Assam", "Sencha")]


class Shop:
    """An API parts of which may be out of order."""

    def __init__(self) -> None:
        self.down: tuple[str, ...] = ()
        self.app = Starlette()
        self.app.state.identities = ANN
        for path, value in (("/v1/teas", TEAS), ("/me", {"name": "ann"}), ("/openapi.json", CONTRACT)):
            self.app.add_route(path, self.answering(path, value))

    def answering(self, path: str, value: Any) -> Callable[[Request], Response]:
        is_public = path == "/openapi.json"

        def answer(request: Request) -> Response:
            if path in self.down:
                return JSONResponse({"title": "Service Unavailable"}, 503)
            return JSONResponse(value if is_public or request.headers.get("authorization") else {})

        return answer


@pytest.fixture
def states(tmp_path: Path) -> Iterator[Callable[..., dict[str, State]]]:
    """What becomes of the findings of one more run, by check."""
    source, shop = tmp_path / "openapi.json", Shop()
    source.write_text(json.dumps(CONTRACT))
    with staging() as stage:
        stage.app = shop.app

        def run(*down: str) -> dict[str, State]:
            shop.down = down
            report = _report(stage, shop, source)
            with Findings(tmp_path) as history:
                return {each.finding.check: each.state for each in history.take_in(report).findings}

        yield run


def _report(stage: Stage, shop: Shop, source: Path) -> Any:
    return report_at(stage.origin, str(source), shop.app, TWIN, CHECKS, stage.ear)


def test_an_operation_that_is_out_of_order_is_not_mended(states: Callable[..., dict[str, State]]) -> None:
    assert states()["secrets-exposed"] is State.NEW
    assert "secrets-exposed" not in states("/v1/teas")
    assert states()["secrets-exposed"] is State.OPEN


def test_an_api_that_is_out_of_order_is_not_mended(states: Callable[..., dict[str, State]]) -> None:
    assert states()["documentation-open"] is State.NEW
    assert "documentation-open" not in states("/v1/teas", "/me", "/openapi.json")
    assert states()["documentation-open"] is State.OPEN
