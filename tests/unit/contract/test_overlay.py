from typing import Any

import pytest
from tests.unit.contract.describing import described

from garrison.contract.overlay import apply_overlay
from garrison.contract.place import Problems
from garrison.core.errors import DescriptionError, Problem


def applied(root: Any, *actions: Any, version: str = "1.0.0") -> tuple[Any, tuple[Problem, ...]]:
    problems = Problems()
    overlay = {"overlay": version, "info": {"title": "o", "version": "1"}, "actions": list(actions)}
    return apply_overlay(root, "o.yaml", overlay, problems), problems.all()


def test_an_update_merges_objects_and_leaves_the_original_alone() -> None:
    root = {"info": {"title": "a", "x": {"y": 1}}, "tags": [1]}
    changed, problems = applied(root, {"target": "$.info", "update": {"title": "b", "x": {"z": 2}}})
    assert changed == {"info": {"title": "b", "x": {"y": 1, "z": 2}}, "tags": [1]}
    assert root == {"info": {"title": "a", "x": {"y": 1}}, "tags": [1]}
    assert problems == ()


def test_an_update_of_the_root() -> None:
    assert applied({"a": [1]}, {"target": "$", "update": {"a": [2], "b": 3}})[0] == {"a": [1, 2], "b": 3}


def test_an_update_adds_to_lists() -> None:
    assert applied({"a": [1]}, {"target": "$.a", "update": {"n": 2}})[0] == {"a": [1, {"n": 2}]}
    assert applied({"a": [1]}, {"target": "$.a", "update": [2, 3]})[0] == {"a": [1, 2, 3]}


def test_an_update_replaces_primitive_values() -> None:
    assert applied({"a": {"b": 1}}, {"target": "$.a.b", "update": "x"}, version="1.1.0")[0] == {"a": {"b": "x"}}


def test_removal_of_properties_and_items() -> None:
    root = {"a": {"b": 1, "c": 2}, "l": [{"x": 1}, {"x": 2}, {"x": 1}, 5]}
    changed, problems = applied(root, {"target": "$.a.b", "remove": True}, {"target": "$.l[?@.x == 1]", "remove": True})
    assert changed == {"a": {"c": 2}, "l": [{"x": 2}, 5]}
    assert problems == ()


def test_removal_of_nested_matches() -> None:
    assert applied({"a": {"a": {"a": 1}}, "b": 2}, {"target": "$..a", "remove": True})[0] == {"b": 2}


def test_a_copy_merges_what_it_finds_elsewhere() -> None:
    root = {"paths": {"/a": {"get": {"summary": "s"}}, "/b": {}}}
    changed, problems = applied(root, {"target": "$.paths['/b']", "copy": "$.paths['/a']"}, version="1.1.0")
    assert changed["paths"]["/b"] == {"get": {"summary": "s"}}
    assert changed["paths"]["/b"]["get"] is not changed["paths"]["/a"]["get"]
    assert problems == ()


def test_actions_apply_in_order() -> None:
    changed, _ = applied(
        {"paths": {"/a": {}}},
        {"target": "$.paths", "update": {"/b": {"get": {}}}},
        {"target": "$.paths['/b'].get", "update": {"x": 1}},
        {"target": "$.paths['/a']", "remove": True},
    )
    assert changed == {"paths": {"/b": {"get": {"x": 1}}}}


@pytest.mark.parametrize(
    ("action", "place", "words"),
    [
        ({"update": {}}, "$.actions[0]", "must have a `target`"),
        ("x", "$.actions[0]", "must have a `target`"),
        ({"target": "$["}, "$.actions[0].target", "not a JSONPath query"),
        ({"target": "a.b"}, "$.actions[0].target", "not a JSONPath query"),
        ({"target": "$.nothing", "remove": True}, "$.actions[0].target", "matches nothing"),
        ({"target": "$.a"}, "$.actions[0]", "must have one of"),
        ({"target": "$.a", "update": {}, "copy": "$.a"}, "$.actions[0]", "must have one of"),
        ({"target": "$", "remove": True}, "$.actions[0].target", "cannot be removed"),
        ({"target": "$.a", "update": 3}, "$.actions[0]", "different kinds"),
        ({"target": "$.a", "update": {"b": {"c": 1}}}, "$.actions[0]", "different kinds"),
        ({"target": "$.a", "copy": "$.*"}, "$.actions[0].copy", "exactly one value"),
        ({"target": "$.a", "copy": 3}, "$.actions[0].copy", "exactly one value"),
        ({"target": "$.a", "copy": "$["}, "$.actions[0].copy", "not a JSONPath query"),
    ],
)
def test_an_action_that_cannot_be_applied_is_a_problem_and_changes_nothing(action: Any, place: str, words: str) -> None:
    root = {"a": {"b": 1}, "c": 2}
    changed, problems = applied(root, action)
    assert changed == root
    assert [(problem.file, problem.path) for problem in problems] == [("o.yaml", place)]
    assert words in problems[0].message


@pytest.mark.parametrize("overlay", [None, [], {"openapi": "3.1.0"}, {"overlay": "2.0.0"}, {"overlay": 3}])
def test_what_is_no_overlay_is_a_description_error(overlay: Any) -> None:
    with pytest.raises(DescriptionError, match="not an OpenAPI Overlay"):
        apply_overlay({}, "o.yaml", overlay, Problems())


@pytest.mark.parametrize("actions", [None, [], {}, 3])
def test_an_overlay_without_actions_is_a_problem(actions: Any) -> None:
    problems = Problems()
    assert apply_overlay({"a": 1}, "o.yaml", {"overlay": "1.1.0", "actions": actions}, problems) == {"a": 1}
    assert [problem.path for problem in problems.all()] == ["$.actions"]


def test_overlays_are_applied_before_anything_is_compiled() -> None:
    overlay = b"""
overlay: 1.0.0
info: {title: o, version: 1}
actions:
- target: $.paths['/old']
  remove: true
- target: $.paths.*.get
  update: {x-owner: team, parameters: [{name: n, in: query, schema: {type: integer}}]}
"""
    contract = described(
        {"/old": {"get": {"responses": {}}}, "/new": {"get": {"operationId": "n", "responses": {}}}},
        others={"o.yaml": overlay},
        overlays=["o.yaml"],
    )
    (operation,) = contract.catalogue.operations
    assert operation.operation.path == "/new"
    assert operation.operation.extensions == {"x-owner": "team"}
    assert [each.name for each in operation.operation.parameters] == ["n"]
    assert contract.problems == ()
