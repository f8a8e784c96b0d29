"""Targets that answer everything alike: nothing of weight is found in them with high confidence, and no check fails."""

import secrets
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from tests.assess.harness import Stage, run_twin, staging
from tests.assess.twins.parts import DOORS, contract, operation, thing, things

from garrison.assess.checks.authentication import missing_credentials
from garrison.assess.checks.authorization import admin_twin_open
from garrison.assess.checks.communication import catalogue as communication
from garrison.assess.checks.configuration import catalogue as configuration
from garrison.assess.checks.configuration import method_undeclared, shadow_operation, version_dangling
from garrison.assess.checks.conformance import catalogue as conformance
from garrison.assess.checks.resources import catalogue as resources
from garrison.assess.identity import Credential
from garrison.core.detection import Confidence, Severity

CHECKS = (*communication.CHECKS, *configuration.CHECKS, *conformance.CHECKS, *resources.CHECKS)
CONTRACT = contract(
    {
        **DOORS,
        "GET /v1/teas": operation(gives=things("name"), public=True),
        "GET /v1/teas/{id}": operation(gives=thing("name"), public=True),
        "POST /v1/orders": operation(takes=thing("tea"), gives=thing("id", "tea"), status=201),
        "GET /v1/orders/{id}": operation(gives=thing("id", "tea")),
    }
)
TWIN = cast(
    "Any",
    SimpleNamespace(
        CONTRACT=CONTRACT, IDENTITIES=(("ann", Credential(headers=(("authorization", "Bearer ann-token-1"),))),)
    ),
)
ANSWERS: dict[str, Callable[[Request], Response]] = {
    "the same object": lambda _: JSONResponse({"message": "tea is all you need"}),
    "a page": lambda _: HTMLResponse("<html><body>Tea</body></html>"),
    "an echo of the path": lambda request: JSONResponse({"path": request.url.path, "tea": "Assam"}),
    "null": lambda _: JSONResponse(None),
    "nothing": lambda _: Response(status_code=200),
    "an error with 200": lambda _: JSONResponse({"success": False, "error": "no"}),
    "a fault": lambda _: PlainTextResponse("Internal Server Error", 500),
    "a refusal": lambda _: JSONResponse({"title": "Unauthorized"}, 401),
    "too many requests": lambda _: JSONResponse({"title": "Too Many Requests"}, 429, {"retry-after": "60"}),
    "a redirect elsewhere": lambda _: RedirectResponse("https://elsewhere.example.com/", 302),
    "what is no text": lambda _: Response(bytes(range(256)) * 20, media_type="application/json"),
}


@pytest.fixture(scope="module")
def stage() -> Any:
    with staging() as opened:
        yield opened


METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")


def answering(answer: Callable[[Request], Response], *others: str) -> Starlette:
    """An application that has one answer for every path, to `METHODS` and these `others`."""

    async def everything(request: Request) -> Response:
        await request.body()
        return answer(request)

    app = Starlette()
    app.add_route("/{path:path}", everything, methods=[*METHODS, *others])
    return app


@pytest.mark.parametrize("kind", ANSWERS)
def test_one_answer_for_everything(kind: str, tmp_path: Path, stage: Stage) -> None:
    seen = run_twin(answering(ANSWERS[kind], "OPTIONS", "TRACE"), TWIN, CHECKS, tmp_path, stage)
    heavy = [
        (each.check, each.method, each.template, each.says)
        for each in seen.findings
        if each.confidence is Confidence.HIGH and each.severity.rank >= Severity.MEDIUM.rank
    ]
    assert heavy == []


SERVED = (
    missing_credentials.CHECK, admin_twin_open.CHECK, version_dangling.CHECK, shadow_operation.CHECK,
    method_undeclared.CHECK,
)  # fmt: skip
"""Checks that say that somebody is served."""
SOFT: dict[str, Callable[[Request], Response]] = {
    **{kind: ANSWERS[kind] for kind in ("the same object", "a page", "nothing")},
    "a page with the path": lambda request: HTMLResponse(f"<p>Log in to see {request.url.path}</p>"),
    "a message with the path": lambda request: JSONResponse({"hint": f"nothing is at {request.url.path}"}),
    "something new each time": lambda _: JSONResponse({"id": 1, "seen": secrets.token_hex(8)}),
}


@pytest.mark.parametrize("kind", SOFT)
def test_nobody_is_served_where_everything_is_answered(kind: str, tmp_path: Path, stage: Stage) -> None:
    seen = run_twin(answering(SOFT[kind]), TWIN, SERVED, tmp_path, stage)
    certain = [each for each in seen.findings if each.confidence is Confidence.HIGH]
    assert [(each.check, each.method, each.template) for each in certain] == []
    assert any("answered in the same way" in each.why for each in seen.untested)
