"""Several changes to one answer: what every one of them leaves, in any order."""

import itertools
import json
from typing import Any

import pytest

from garrison.engine.composed import composed


@pytest.mark.parametrize(
    ("bodies", "expected"),
    [
        ([{"a": 1}], {"a": 1}),
        ([{"a": 1, "b": 2}, {"b": 2, "c": 3}], {"b": 2}),
        ([{"a": {"b": 1, "c": 2}, "d": 1}, {"a": {"c": 2}}, {"a": {"b": 1, "c": 2}}], {"a": {"c": 2}}),
        ([[{"a": 1, "b": 2}, {"a": 3}], [{"a": 1}, {"a": 3, "c": 1}]], [{"a": 1}, {"a": 3}]),
        ([{"a": [1, None]}, {"a": [None, 2]}], {"a": [None, None]}),
        ([{"a": None}, {"a": {"b": 1}}], {"a": None}),
        ([{"a": 1.5}, {"a": 1.5}], {"a": 1.5}),
    ],
)
def test_the_client_gets_what_every_one_leaves(bodies: list[Any], expected: Any) -> None:
    for order in itertools.permutations(bodies):
        assert json.loads(composed([json.dumps(each).encode() for each in order])) == expected
        twice = [json.dumps(each).encode() for each in (*order, *order)]
        assert json.loads(composed(twice)) == expected


def test_one_change_is_left_as_it_is() -> None:
    assert composed([b'{ "a" : 1 }']) == b'{ "a" : 1 }'


def test_of_what_is_no_json_the_last_one_counts() -> None:
    assert composed([b"one", b"two"]) == b"two"
