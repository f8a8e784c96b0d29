"""Requests that schemathesis makes up, as requests of an assessment."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from garrison.adapters.probing.conformance import Schemathesis
from garrison.assess.request import NOTHING
from garrison.assess.target import Api
from garrison.assess.tools import Unusable
from garrison.assessing import read_api
from garrison.core.document import JsonDocument

ORDER: dict[str, Any] = {
    "type": "object",
    "required": ["tea", "grams"],
    "properties": {"tea": {"type": "string", "minLength": 1}, "grams": {"type": "integer", "minimum": 1}},
    "additionalProperties": False,
}
CONTRACT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Tea", "version": "1"},
    "paths": {
        "/shops/{shop}/orders": {
            "parameters": [{"name": "shop", "in": "path", "required": True, "schema": {"type": "integer"}}],
            "post": {
                "parameters": [
                    {"name": "dry", "in": "query", "schema": {"type": "boolean"}},
                    {"name": "X-Trace", "in": "header", "required": True, "schema": {"type": "string", "minLength": 4}},
                ],
                "requestBody": {"required": True, "content": {"application/json": {"schema": ORDER}}},
                "responses": {"201": {"description": "made"}},
            },
        },
        "/ping": {"get": {"responses": {"200": {"description": "here"}}}},
    },
}


@pytest.fixture
def api(tmp_path: Path) -> Api:
    source = tmp_path / "openapi.json"
    source.write_text(json.dumps(CONTRACT))
    return read_api(str(source), seed=1)


def test_right_ones_are_what_the_contract_allows(api: Api) -> None:
    target = next(each for each in api.targets if each.method == "POST")
    assert target.compiled is not None
    schema = target.compiled.request_body("application/json")
    assert schema is not None
    cases = Schemathesis(api, 1).cases(target, 12, valid=True)
    assert len(cases) >= 3
    for case in cases:
        assert schema.violations(JsonDocument(case.body)) == ()
        assert int(case.path["shop"]) is not None
        assert case.call().target.startswith("/shops/")


def test_nearly_right_ones_differ_from_it(api: Api) -> None:
    target = next(each for each in api.targets if each.method == "POST")
    assert target.compiled is not None
    schema = target.compiled.request_body("application/json")
    assert schema is not None
    cases = Schemathesis(api, 1).cases(target, 12, valid=False)
    broken = [
        case
        for case in cases
        if case.raw_body is not None or case.body is NOTHING or schema.violations(JsonDocument(case.body))
    ]
    assert broken
    assert all(case.call().method == "POST" for case in cases)


def test_the_same_seed_makes_the_same_ones(api: Api) -> None:
    target = next(each for each in api.targets if each.method == "POST")
    one, two = (Schemathesis(api, 5).cases(target, 8, valid=True) for _ in range(2))
    assert one == two


def test_an_operation_that_takes_nothing_has_one_right_request(api: Api) -> None:
    target = next(each for each in api.targets if each.method == "GET")
    (case,) = Schemathesis(api, 1).cases(target, 8, valid=True)
    assert (case.method, case.call().target, case.body) == ("GET", "/ping", NOTHING)


def test_says_how_to_install_it(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Unusable, match=r"garrison\[assess\]"):
        Schemathesis(api, 1).cases(api.targets[0], 1, valid=True)
