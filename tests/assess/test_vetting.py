"""Vetting live servers on loopback: one that is kept well, and one that is not."""

import datetime as dt
import json
import ssl
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import trustme
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.assess.secured import secured
from tests.unit.adapters.probing.servers import answering, raw_server

from garrison.assess.tools import Certificate, Tls, Tools, Unusable
from garrison.core.errors import GatewayError
from garrison.core.findings_report import Report
from garrison.core.opinion import Grade
from garrison.vetting import MOST_REQUESTS, Wanted, vet

CONTRACT = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "1"},
    "servers": [{"url": "/v1"}],
    "security": [{"oauth": ["orders:read"]}],
    "paths": {
        "/orders": {"get": {"responses": {"200": {"description": "orders"}}}},
        "/orders/{id}": {"get": {"responses": {"200": {"description": "order"}}}, "delete": {"responses": {}}},
        "/reports/export": {"get": {"responses": {"200": {"description": "a long one"}}}},
        "/events": {
            "get": {"parameters": [{"name": "since", "in": "query", "required": True, "schema": {}}], "responses": {}}
        },
    },
    "components": {"securitySchemes": {"oauth": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}},
}
KEPT = {"strict-transport-security": "max-age=31536000", "x-content-type-options": "nosniff"}


class Shop:
    """A shop, and what it was asked."""

    def __init__(self, *, is_careless: bool, has_contract: bool = True) -> None:
        self.asked: list[str] = []
        self.credentials: list[str] = []
        self._is_careless = is_careless
        self._has_contract = has_contract
        self.app = Starlette(routes=[Route("/{path:path}", self._answer, methods=["GET", "POST", "DELETE"])])

    async def _answer(self, request: Request) -> Response:
        self.asked.append(f"{request.method} {request.url.path}")
        self.credentials += [value for name, value in request.headers.items() if name in ("authorization", "cookie")]
        if self._has_contract and request.url.path == "/v1/openapi.json":
            return JSONResponse(CONTRACT)
        if not self._is_careless:
            return JSONResponse({"title": "who are you"}, 401, headers=KEPT)
        headers = {"x-powered-by": "PHP/5.6.40", "set-cookie": "PHPSESSID=0123456789abcdef; path=/"}
        if origin := request.headers.get("origin"):
            headers |= {"access-control-allow-origin": origin, "access-control-allow-credentials": "true"}
        return JSONResponse([{"id": 1}], headers=headers)


class Said:
    """A scanner that says what it is told."""

    def __init__(self, tls: Tls | None) -> None:
        self._tls = tls

    def scan(self) -> Tls:
        """Say it."""
        if self._tls is None:
            raise Unusable("`sslyze` is not there")
        return self._tls


def certificate(*, is_expired: bool) -> Certificate:
    return Certificate(
        "CN=shop", "2026-01-01T00:00:00", "2026-06-01T00:00:00", is_expired, not is_expired, True, False, "EC 256",
        False, "sha256",
    )  # fmt: skip


GOOD_TLS = Tls(("TLS 1.3",), (("TLS 1.3", "TLS_AES_128_GCM_SHA256"),), (certificate(is_expired=False),))
BAD_TLS = Tls(("TLS 1.0", "TLS 1.2"), (("TLS 1.2", "TLS_AES_128_GCM_SHA256"),), (certificate(is_expired=True),))


@pytest.fixture(scope="module")
def context() -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    now = dt.datetime.now(dt.UTC)
    spoiled = trustme.CA().issue_cert("other.example.com", not_after=now - dt.timedelta(days=3))
    spoiled.configure_cert(made)
    return made


def vetted(shop: Shop, context: ssl.SSLContext, tls: Tls | None, contract: str = "") -> Report:
    with secured(shop.app, context) as origin:
        return vet(Wanted(place=f"{origin}/v1", contract=contract), lambda _: Tools(Said(tls)))


def test_the_password_of_a_contract_is_in_no_report(context: ssl.SSLContext) -> None:
    shop = Shop(is_careless=False)
    with raw_server(answering(json.dumps(CONTRACT).encode())) as origin:
        report = vetted(shop, context, GOOD_TLS, f"{origin.replace('://', '://reader:hunter2@')}/openapi.json")
    assert report.contract.endswith("/openapi.json")
    assert b"hunter2" not in msgspec.json.encode(report)


def grades(report: Report) -> Iterator[tuple[str, Grade]]:
    assert report.opinion is not None
    return ((each.id, each.grade) for each in report.opinion.concerns)


def test_a_server_that_is_kept_well_passes(context: ssl.SSLContext) -> None:
    shop = Shop(is_careless=False)
    report = vetted(shop, context, GOOD_TLS)
    assert dict(grades(report))["transport"] is Grade.GOOD
    assert not [each for each in report.findings if each.finding.source is None]


def test_a_server_that_is_not_is_found_out(context: ssl.SSLContext) -> None:
    report = vetted(Shop(is_careless=True), context, BAD_TLS)
    found = {each.finding.check for each in report.findings if each.finding.source is None}
    assert found >= {
        "tls-certificate", "tls-old-version", "hsts-missing", "cookie-flags", "cors-any-origin", "version-banner",
        "nosniff-missing",
    }  # fmt: skip
    assert report.opinion is not None
    assert report.opinion.grade is Grade.BAD
    transport = report.opinion.concerns[0]
    assert transport.grade is Grade.BAD
    assert any("is not valid now" in each for each in transport.says)
    assert any("is another host's" in each for each in transport.says)


def test_few_reads_go_out_and_none_with_a_credential(context: ssl.SSLContext) -> None:
    shop = Shop(is_careless=True)
    report = vetted(shop, context, GOOD_TLS)
    assert len(shop.asked) == report.requests <= MOST_REQUESTS
    assert {each.split()[0] for each in shop.asked} == {"GET"}
    assert set(shop.asked) == {"GET /v1", "GET /v1/openapi.json", "GET /v1/orders", "GET /v1/orders/"}
    assert shop.credentials == []


def test_without_a_contract_its_address_alone_is_looked_at(context: ssl.SSLContext) -> None:
    shop = Shop(is_careless=True, has_contract=False)
    report = vetted(shop, context, GOOD_TLS)
    told = dict(grades(report))
    assert told["data"] is told["answers"] is told["limits"] is Grade.UNSEEN
    assert "version-banner" in {each.finding.check for each in report.findings}
    assert len(shop.asked) <= MOST_REQUESTS


def test_a_scanner_that_is_missing_leaves_the_way_unknown(context: ssl.SSLContext) -> None:
    report = vetted(Shop(is_careless=False), context, None)
    assert dict(grades(report))["transport"] is Grade.UNSEEN
    assert "`sslyze` is not there" in {each.why for each in report.untested}


def test_a_contract_that_lies_on_another_server_sends_nothing_there(context: ssl.SSLContext, tmp_path: Path) -> None:
    contract = {**CONTRACT, "servers": [{"url": "https://api.example.com/v1"}]}
    app = Starlette(routes=[Route("/shop.json", lambda _: JSONResponse(contract))])
    with secured(app, context) as origin:
        report = vet(Wanted(place=f"{origin}/shop.json"), lambda _: Tools(Said(GOOD_TLS)))
    assert report.requests == 1
    assert any("garrison vet https://api.example.com/v1 --contract" in each.why for each in report.untested)


def test_a_contract_that_is_given_is_not_looked_for(context: ssl.SSLContext, tmp_path: Path) -> None:
    (tmp_path / "shop.json").write_text(json.dumps(CONTRACT))
    shop = Shop(is_careless=False)
    report = vetted(shop, context, GOOD_TLS, contract=str(tmp_path / "shop.json"))
    assert "GET /v1/openapi.json" not in shop.asked
    assert report.title == "Shop"


def test_a_server_that_is_not_there_cannot_be_looked_at() -> None:
    with pytest.raises(GatewayError, match="cannot be looked at"):
        vet(Wanted(place="http://127.0.0.1:9"))
