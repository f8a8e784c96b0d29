"""Who may do what in Harbour: every cell of `matrix.md`, through the ASGI middleware and through Envoy."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.integration.access.harbour import EXAMPLE, People, Reached, place, send, serving, tables
from tests.integration.gateway.running import Guard

from garrison.adapters.sources import read_source
from garrison.asgi import Garrison
from garrison.config.load import load_settings
from garrison.wiring import load_contract

REQUESTS, FIELDS = tables()
WHO = tuple(REQUESTS[0].cells)


@pytest.fixture(scope="module", params=["asgi", "envoy"])
def gateway(
    request: pytest.FixtureRequest, built_filter: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[httpx.Client, People, Reached]]:
    directory = tmp_path_factory.mktemp("access")
    settings, key = place(directory)
    reached, people = Reached(), People(key)
    if request.param == "asgi":
        (directory / "garrison.json").write_text(json.dumps(settings))
        app = Garrison(reached, directory / "garrison.json", sink=lambda _: None)
        with serving(app) as port, httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            yield client, people, reached
        app.close()
        return
    with serving(reached) as upstream:
        guard = Guard(directory, upstream, settings, str(built_filter))
        with httpx.Client(base_url=f"http://127.0.0.1:{guard.port()}", timeout=60) as client:
            yield client, people, reached
        assert guard.stop() == 0


def test_every_cell(gateway: tuple[httpx.Client, People, Reached]) -> None:
    """Fields first: the last rows of the other table remove customers."""
    client, people, reached = gateway
    seen = {}
    for row in FIELDS:
        for who, cell in row.cells.items():
            if cell:
                value = send(client, people, who, row).value
                seen[row.request, row.field, who] = (cell, "r" if _has(value, row.field) else "-")
    wrong = {key: cells for key, cells in seen.items() if cells[0] != cells[1]}
    assert wrong == {}
    for row, who in itertools.product(REQUESTS, WHO):
        before = reached.count
        cell = send(client, people, who, row).cell
        if cell != row.cells[who]:
            wrong[row.request, row.body, who] = (row.cells[who], cell)
        if row.cells[who] in {"401", "403"} and reached.count != before:
            wrong[row.request, row.body, who] = (row.cells[who], "it reached the application")
    assert wrong == {}


def test_every_operation_and_every_field_stands_in_the_matrix() -> None:
    settings = load_settings(EXAMPLE.read_bytes(), str(EXAMPLE))
    contract = load_contract(settings, read_source)
    assert contract is not None
    assert contract.problems == ()
    found = set()
    for row in REQUESTS:
        method, _, target = row.request.partition(" ")
        matched = contract.catalogue.match(method, "", tuple(target.partition("?")[0][1:].split("/")))
        found.add(getattr(getattr(matched, "operation", None), "index", None))
    assert found == {None, *range(len(contract.catalogue.operations))}
    one = {row.field for row in FIELDS if row.request == "GET /v1/customers/100000001"}
    assert one == {"accountNumber", "name", "plan", "lines", "email", "birthDate", "passwordHash"}


def _has(value: Any, field: str) -> bool:
    for step in field.split("/"):
        if isinstance(value, list):
            value = value[int(step)]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            return False
    return True
