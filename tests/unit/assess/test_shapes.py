"""Shapes of answers: names and types, and nothing of what stands in them."""

from garrison.assess.call import Answer
from garrison.assess.shapes import shape_of_answer, shape_of_value


def test_each_place_has_its_types_and_whether_it_is_everywhere() -> None:
    shape = shape_of_value({"users": [{"id": 1, "name": "ann"}, {"id": "x", "name": None, "age": 3}], "next": None})
    assert {way: (field.types, field.steady) for way, field in shape.items()} == {
        "": (("object",), 1),
        "/users": (("array",), 1),
        "/users/*": (("object",), 0),
        "/users/*/id": (("number", "string"), 1),
        "/users/*/name": (("null", "string"), 1),
        "/users/*/age": (("number",), 0),
        "/next": (("null",), 1),
    }


def test_keys_that_are_values_are_not_named() -> None:
    people = {"ann@example.com": 1, "4711": 2, "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed": 3, "address2": 4}
    assert set(shape_of_value(people)) == {"", "/{}", "/address2"}
    assert set(shape_of_value({f"name{count}": count for count in range(100)})) == {"", "/{}"}


def test_what_is_no_json_has_its_media_type() -> None:
    answer = Answer(200, (("content-type", "text/csv; charset=utf-8"),), b"a,b")
    assert shape_of_answer(answer)[""].types == ("text/csv",)


def test_half_an_answer_has_no_shape() -> None:
    assert shape_of_answer(Answer(200, (), b'{"a": 1}', is_cut=True)) == {}
    assert shape_of_answer(Answer(204)) == {}
