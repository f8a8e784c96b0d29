"""`garrison assess` from options to exit status, against a small shop."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.unit.cli.program import run
from tests.unit.report.order_shop import Shop

from garrison.lab.served import served

ORDER = {"type": "object", "properties": {"orderId": {"type": "string"}, "note": {"type": "string"}}}
CONTRACT = {
    "openapi": "3.1.0",
    "info": {"title": "Order shop", "version": "1"},
    "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
    "security": [{"bearer": []}],
    "paths": {
        "/v1/orders": {
            "post": {
                "operationId": "createOrder",
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {**ORDER, "required": ["note"]}}},
                },
                "responses": {"201": {"description": "made", "content": {"application/json": {"schema": ORDER}}}},
            }
        },
        "/v1/orders/{orderId}": {
            "get": {
                "operationId": "readOrder",
                "parameters": [{"name": "orderId", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {"200": {"description": "it", "content": {"application/json": {"schema": ORDER}}}},
            }
        },
    },
}
PEOPLE = ("--identity", "alice=bearer:A", "--identity", "bob=bearer:B", "--only", "missing-credentials", "--quiet")


@pytest.fixture(scope="module")
def vulnerable() -> Iterator[str]:
    with served(Shop(vulnerable=True).app(), "the shop") as url:
        yield url


@pytest.fixture(scope="module")
def fixed() -> Iterator[str]:
    with served(Shop(vulnerable=False).app(), "the shop") as url:
        yield url


@pytest.fixture
def contract(tmp_path: Path) -> str:
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(CONTRACT))
    return str(file)


def test_what_is_found_is_written_in_every_form(vulnerable: str, contract: str, tmp_path: Path) -> None:
    more = [
        word
        for form in ("sarif", "junit", "html", "wfc", "ocsf", "json")
        for word in ("--report", f"{form}={tmp_path}/r.{form}")
    ]
    done = run("assess", vulnerable, "--contract", contract, *PEOPLE, *more, "--write-tests", str(tmp_path / "tests"))

    assert done.returncode == 1
    assert "HIGH an operation answers without credentials" in done.stdout
    assert "2. nobody: GET /v1/orders/" in done.stdout
    assert json.loads((tmp_path / "r.sarif").read_text())["runs"][0]["results"][0]["ruleId"] == "missing-credentials"
    junit = ET.fromstring((tmp_path / "r.junit").read_text())  # noqa: S314  # made here
    assert junit.attrib["failures"] == "1"
    assert "An operation answers without credentials" in (tmp_path / "r.html").read_text()
    (test,) = (tmp_path / "tests").iterdir()
    assert json.loads((tmp_path / "r.wfc").read_text())["testFilePaths"] == [str(test)]
    assert json.loads((tmp_path / "r.ocsf").read_text())["class_uid"] == 2007
    for file in tmp_path.rglob("r.*"):
        assert "Bearer A" not in file.read_text()


def test_the_mended_api_passes(fixed: str, contract: str) -> None:
    done = run("assess", fixed, "--contract", contract, *PEOPLE)

    assert done.returncode == 0
    assert "found: nothing that counts" in done.stdout


def test_history_and_baseline_decide_what_counts(vulnerable: str, contract: str, tmp_path: Path) -> None:
    data, baseline = str(tmp_path / "d"), str(tmp_path / "baseline.json")
    common = ("assess", vulnerable, "--contract", contract, *PEOPLE, "--data", data)

    assert run(*common, "--write-baseline", baseline).returncode == 1
    again = run(*common)
    assert "since the run of" in again.stdout
    assert "1 open" in again.stdout
    assert run(*common, "--baseline", baseline).returncode == 0
    assert run(*common, "--fail-on", "critical").returncode == 0
    assert run(*common, "--fail-on", "never").returncode == 0
    identifier = run("findings", "--data", data).stdout.splitlines()[1].split()[0]
    run("findings", "accept", identifier, "--until", "2999-01-01", "--reason", "known", "--data", data)
    assert run(*common).returncode == 0
    run("findings", "accept", identifier, "--no-more", "--data", data)
    assert run(*common).returncode == 1


def test_progress_is_told_in_lines_where_nobody_watches(fixed: str, contract: str) -> None:
    done = run("assess", fixed, "--contract", contract, *PEOPLE[:-1])

    assert "garrison: logging in (" in done.stderr


def test_traffic_that_was_recorded_is_looked_at(vulnerable: str, contract: str, tmp_path: Path) -> None:
    def entry(method: str, path: str) -> dict[str, Any]:
        request = {"method": method, "url": f"http://shop.example{path}", "headers": [], "httpVersion": "HTTP/1.1"}
        return {
            "request": request,
            "response": {"status": 200, "headers": [], "content": {}},
            "time": 1,
            "startedDateTime": "2026-01-01T00:00:00Z",
        }

    from garrison.cli.assess import _traffic

    file = tmp_path / "traffic.har"
    file.write_text(
        json.dumps({"log": {"entries": [entry("GET", "/a?x=1"), entry("GET", "/a?x=2"), entry("PUT", "/b")]}})
    )
    assert _traffic(file) == ("GET /a", "PUT /b")


@pytest.mark.parametrize(
    ("arguments", "status", "why"),
    [
        (("http://127.0.0.1:1",), 3, "the connection was refused"),
        (("127.0.0.1:5000",), 2, "is no http or https URL"),
        (("http://127.0.0.1:1", "--only", "nothing"), 2, "no check and no family is called `nothing`"),
        (("http://127.0.0.1:1", "--format", "pdf"), 2, "`pdf` is not known"),
        (("http://127.0.0.1:1", "--report", "pdf=x"), 2, "`pdf=x` is not understood"),
        (("http://127.0.0.1:1", "--fail-on", "much"), 2, "`much` is not known"),
        (("http://127.0.0.1:1", "--baseline", "nowhere"), 2, "nowhere: $: cannot be read"),
        (("http://127.0.0.1:1", "--words", "nowhere"), 2, "nowhere: $: cannot be read"),
        (("http://127.0.0.1:1", "--traffic", "nowhere"), 2, "nowhere: $: cannot be read"),
    ],
)
def test_what_is_wrong(arguments: tuple[str, ...], status: int, why: str) -> None:
    done = run("assess", *arguments)

    assert (done.returncode, done.stdout) == (status, "")
    assert why in done.stderr


def test_identities_that_are_wrong_are_told_at_once(fixed: str, contract: str) -> None:
    assert "NOT_SET_ANYWHERE" not in os.environ
    done = run("assess", fixed, "--contract", contract, "--identity", "a=bearer:$NOT_SET_ANYWHERE", "--identity", "b")

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 2
