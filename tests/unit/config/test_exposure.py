"""Places of data subjects in the settings that could mean nothing are told at load, with their place and a hint."""

from typing import Any

import msgspec
import pytest

from garrison.config.load import examine, load_settings
from garrison.core.errors import ConfigError, Problem
from garrison.wiring import build_policy

NUMBER = {"name": "number", "in": "path", "required": True, "schema": {"type": "string"}}
CONTRACT = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/people/{number}": {"get": {"operationId": "getPerson", "parameters": [NUMBER], "responses": {}}},
        "/tariffs": {"get": {"operationId": "listTariffs", "responses": {}}},
    },
}


def problems(entry: dict[str, Any], **more: Any) -> list[Problem]:
    data = {"controls": {"exposure": {"subjects": [entry]}}, **more}
    return list(examine(msgspec.json.encode(data), "garrison.yaml").problems)


@pytest.mark.parametrize(
    ("entry", "place", "message"),
    [
        ({"kind": "a"}, "", "must have one of `parameter`, `field` and `answer`"),
        ({"kind": "a", "match": "x", "field": "/a", "answer": "/b"}, "", "must have one of"),
        ({"kind": " ", "parameter": "a"}, ".kind", "is empty"),
        ({"kind": "a", "match": "x", "answer": "a/b"}, ".answer", "`a/b` is no JSON Pointer"),
        ({"kind": "a", "match": "x", "answer": "/a/0/b"}, ".answer", "may not name one item of a list"),
        ({"kind": "a", "answer": "/a"}, ".answer", "no two operations have the same bodies"),
    ],
)
def test_entries_that_cannot_mean_anything(entry: dict[str, Any], place: str, message: str) -> None:
    (problem,) = problems(entry)
    assert problem.path == f"$.controls.exposure.subjects[0]{place}"
    assert problem.message.startswith(message)
    assert problem.hint


def test_entries_of_single_operations_need_no_match() -> None:
    own = {"match": "getPerson", "controls": {"exposure": {"subjects": [{"kind": "a", "answer": "/a"}]}}}
    assert list(examine(msgspec.json.encode({"operations": [own]}), "garrison.yaml").problems) == []


def build(*entries: dict[str, Any], **more: Any) -> Any:
    data = {"contract": {"file": "/api.json"}, "controls": {"exposure": {"subjects": entries}}, **more}
    settings = load_settings(msgspec.json.encode(data), "/etc/garrison.yaml")
    return build_policy(settings, read=lambda _: msgspec.json.encode(CONTRACT))


def test_what_the_contract_does_not_have() -> None:
    build({"kind": "a", "parameter": "number"}, {"kind": "a", "match": "GET /people/*", "parameter": "path.number"})
    with pytest.raises(ConfigError, match=r"subjects\[0\].match: `getPersons` names no operation here"):
        build({"kind": "a", "match": "getPersons", "parameter": "number"})
    with pytest.raises(ConfigError, match=r"subjects\[0\].parameter: no operation here has a parameter `numbr`"):
        build({"kind": "a", "parameter": "numbr"})
    with pytest.raises(ConfigError, match=r"subjects\[0\].parameter: no operation here has a parameter `number`"):
        build({"kind": "a", "match": "listTariffs", "parameter": "number"})


def budgeted(kind: str, **more: Any) -> Any:
    own = {"budgets": [{"name": "hour", "limit": 5, "subject": kind}], **more}
    data = {"contract": {"file": "/api.json"}, "controls": {"exposure": own}}
    settings = load_settings(msgspec.json.encode(data), "/etc/garrison.yaml")
    return build_policy(settings, read=lambda _: msgspec.json.encode(CONTRACT))


def test_a_budget_of_a_kind_that_nothing_names_counts_nobody() -> None:
    named: dict[str, Any] = {"subjects": [{"kind": "person", "parameter": "number"}]}
    budgeted("person", **named)
    with pytest.raises(ConfigError, match=r"kind `persn`: nobody would be counted \(hint: did you mean `person`\?\)"):
        budgeted("persn", **named)
    with pytest.raises(ConfigError, match=r"budgets\[0\].subject: .* \(hint: say whose data it is\)"):
        budgeted("person", infer=False)
