"""Relations that no token tells, through both enforcement points: a table in a file, a decision point."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from tests.integration.access.harbour import People, Reached, Row, place, send, serving
from tests.integration.gateway.running import Guard

from garrison.asgi import Garrison


class DecisionPoint:
    """Lets Ada do everything and Bob nothing; is out of order for everybody else."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.app = Starlette(routes=[Route("/access/v1/evaluation", self._evaluate, methods=["POST"])])

    async def _evaluate(self, request: Request) -> JSONResponse:
        asked = await request.json()
        who = asked["subject"]["id"]
        self.asked.append((who, asked["action"]["name"], asked["resource"]["id"]))
        known = {"harbour:ada": True, "harbour:bob": False}
        return JSONResponse({"decision": known[who]}) if who in known else JSONResponse({}, 500)


@pytest.fixture(scope="module", params=["asgi", "envoy"])
def gateway(
    request: pytest.FixtureRequest, built_filter: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[httpx.Client, People, DecisionPoint]]:
    directory = tmp_path_factory.mktemp("relations")
    settings, key = place(directory)
    point, people = DecisionPoint(), People(key)
    (directory / "sold.csv").write_text("customer,account\nada,100000001\n")
    with ExitStack() as stack:
        url = f"http://127.0.0.1:{stack.enter_context(serving(point.app))}/access/v1/evaluation"
        objects = settings["controls"]["object-access"]
        objects["tables"] = {"sold": {"file": "sold.csv"}}
        controls = {
            "getCustomer": {"decision-point": {"url": url, "unsafe-plain-http": True}},
            "listInvoices": {"owners": [{"parameter": "accountNumber", "table": "sold"}]},
        }
        settings["operations"] += [
            {"match": name, "controls": {"object-access": own}} for name, own in controls.items()
        ]
        (directory / "garrison.yaml").write_text(json.dumps(settings))
        reached = Reached()
        if request.param == "asgi":
            app = Garrison(reached, directory / "garrison.yaml", sink=lambda _: None)
            stack.callback(app.close)
            port = stack.enter_context(serving(app))
        else:
            guard = Guard(directory, stack.enter_context(serving(reached)), settings, str(built_filter))
            stack.callback(guard.stop)
            port = guard.port()
        yield stack.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60)), people, point


def cell(gateway: tuple[httpx.Client, People, DecisionPoint], who: str, target: str) -> str:
    return send(gateway[0], gateway[1], who, Row(f"GET {target}", "", "", {})).cell


def test_a_decision_point_must_agree(gateway: tuple[httpx.Client, People, DecisionPoint]) -> None:
    point = gateway[2]
    point.asked.clear()
    assert cell(gateway, "ada", "/v1/customers/100000001") == "yes"
    assert cell(gateway, "bob", "/v1/customers/100000002") == "403"
    assert cell(gateway, "admin", "/v1/customers/100000002") == "503"
    assert cell(gateway, "ada", "/v1/customers/100000002") == "403", "refused before anybody is asked"
    assert point.asked == [
        ("harbour:ada", "getCustomer", "100000001"),
        ("harbour:bob", "getCustomer", "100000002"),
        ("harbour:admin", "getCustomer", "100000002"),
    ]


def test_a_table_must_have_the_pair(gateway: tuple[httpx.Client, People, DecisionPoint]) -> None:
    assert cell(gateway, "ada", "/v1/customers/100000001/invoices") == "yes"
    assert cell(gateway, "bob", "/v1/customers/100000002/invoices") == "403", "its own by the token, not by the table"
    assert cell(gateway, "admin", "/v1/customers/100000002/invoices") == "yes"
