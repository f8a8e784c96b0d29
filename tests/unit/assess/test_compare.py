from typing import Any

import pytest
from tests.unit.assess.made import json_answer

from garrison.assess.call import Answer
from garrison.assess.compare import (
    alike,
    differs_in_time,
    holds,
    is_slowed,
    leaves,
    name_of,
    resembles,
    same,
    shape_of,
    succeeded,
    values_of,
)

ORDER = {"id": 7, "tea": "green", "note": "strong", "items": [{"name": "cup"}]}


@pytest.mark.parametrize(
    "told",
    [
        {"status": "error", "message": "no"},
        {"status": "fail"},
        {"success": False},
        {"ok": False, "id": 7, "tea": "", "note": ""},
        {"errors": [{"message": "no"}], "data": None},
        {"error": "not yours"},
        {"code": 403, "message": "no"},
        {"statusCode": 404},
        {"result": "denied"},
    ],
)
def test_errors_told_with_200_are_no_success(told: Any) -> None:
    assert not succeeded(json_answer(told))


@pytest.mark.parametrize("empty", [None, {}, [], "", {"data": None}, {"data": {}}, {"message": "you may not"}])
def test_empty_answers_are_no_success_where_the_known_one_says_something(empty: Any) -> None:
    assert not succeeded(json_answer(empty), json_answer(ORDER))


@pytest.mark.parametrize(
    "value", [ORDER, {**ORDER, "id": 8, "note": None}, {"id": 9, "tea": "", "note": "", "items": [{"name": "x"}]}]
)
def test_answers_of_the_same_kind_are_successes(value: Any) -> None:
    assert succeeded(json_answer(value), json_answer(ORDER))


def test_words_of_errors_in_the_data_are_no_errors() -> None:
    assert succeeded(json_answer({"id": 1, "status": "open", "error": None}))
    assert succeeded(json_answer({"data": {"x": 1}, "errors": []}))


def test_statuses_and_faults_decide_first() -> None:
    assert not succeeded(json_answer(ORDER, 404))
    assert not succeeded(Answer(200, fault="the connection was cut"))
    assert succeeded(Answer(204))
    assert not succeeded(Answer(200, body=b"<html>"), json_answer(ORDER))


def test_a_list_that_is_empty_is_a_success_where_nothing_else_is_known() -> None:
    assert succeeded(json_answer([]))
    assert succeeded(json_answer([]), json_answer([]))


def test_the_same_but_for_moments_tokens_and_order() -> None:
    one = {"id": 7, "updated_at": "2026-01-01", "token": "eyJh.eyJi.c", "tags": ["a", "b"]}
    other = {"tags": ["b", "a"], "token": "eyJx.eyJy.z", "updated_at": "2026-05-05", "id": 7}
    assert same(json_answer(one), json_answer(other))
    assert not same(json_answer(one), json_answer({**other, "id": 8}))
    assert not same(json_answer(one), json_answer(other, 201))
    assert not same(json_answer(one), Answer(200, body=b"text"))


def test_nearly_the_same_resembles() -> None:
    one = {"a": 1, "b": 2, "c": 3, "d": 4}
    assert resembles(json_answer(one), json_answer({**one, "d": 5, "e": 6, "a": 1})) is False
    assert resembles(json_answer(one), json_answer({**one, "e": 6}))
    assert not resembles(json_answer(one), json_answer({"a": 1}))
    assert not resembles(json_answer({}), json_answer(one))


def test_texts_are_alike_but_for_a_few_characters() -> None:
    text = "The order was not found, please try again later. " * 4
    assert alike(text, text.replace("order", "Order", 1))
    assert not alike(text, "Something else altogether, and much shorter")
    assert alike("at 2026-01-01T10:00:00Z", "at 2027-02-03T11:22:33Z")


def test_leaves_shapes_and_values() -> None:
    value = {"users": [{"email": "a", "roles": ["x", "y"]}, {"email": "b"}], "n": 1}
    assert sorted(map(str, leaves(value))) == sorted(
        map(str, [("users/*/email", "a"), ("users/*/roles/*", "x"), ("users/*/roles/*", "y"),
                  ("users/*/email", "b"), ("n", 1)])
    )  # fmt: skip
    assert shape_of(value) == {"users/*/email", "users/*/roles/*", "n"}
    assert sorted(values_of(json_answer(value), "email")) == ["a", "b"]
    assert sorted(values_of(json_answer(value), "roles")) == ["x", "y"]
    assert values_of(Answer(200, body=b"no json"), "email") == []
    assert [name_of(way) for way in ("users/*/email", "roles/*", "*", "n")] == ["email", "roles", "", "n"]


def test_deep_values_end_nobody() -> None:
    value: Any = "x"
    for _ in range(5_000):
        value = [value]
    assert [leaf for _, leaf in leaves(value)] == ["x"]


def test_a_mark_is_held_by_body_or_headers() -> None:
    assert holds(json_answer({"a": "grsn1"}), "grsn1")
    assert holds(Answer(302, (("location", "/grsn1"),)), "grsn1")
    assert not holds(json_answer({}), "grsn1")


def test_slowness_is_told_from_noise() -> None:
    assert is_slowed([0.01, 0.02, 0.015], [1.01, 1.03, 1.0], 1.0)
    assert not is_slowed([0.01, 0.9, 0.015], [1.01, 1.03, 1.0], 1.0)
    assert not is_slowed([0.01, 0.02, 0.015], [1.01, 0.02, 1.0], 1.0)
    assert not is_slowed([0.01, 0.02], [1.0, 1.0], 1.0)
    assert differs_in_time([0.110, 0.111, 0.112, 0.110], [0.010, 0.011, 0.012, 0.010]) > 4
    assert abs(differs_in_time([0.010, 0.011, 0.012], [0.011, 0.010, 0.012])) < 1
