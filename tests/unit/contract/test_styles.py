"""Every style, exploded or not, in every place (the table of OpenAPI 3.2, section 4.12.6)."""

from typing import Any

import pytest
from tests.unit.contract.describing import places, read, with_parameters

ARRAY = {"type": "array", "items": {"type": "integer"}}
OBJECT = {"type": "object", "properties": {"x": {"type": "integer"}, "b": {"type": "boolean"}, "s": {"type": "string"}}}
VALUE = {"x": 1, "b": True, "s": "t"}


def parameter(place: str, style: str, explode: bool, schema: Any) -> dict[str, Any]:
    return {"name": "c", "in": place, "style": style, "explode": explode, "schema": schema, "required": place == "path"}


@pytest.mark.parametrize(
    ("style", "explode", "schema", "text", "value"),
    [
        ("simple", False, {"type": "integer"}, "5", 5),
        ("simple", True, {"type": "integer"}, "5", 5),
        ("simple", False, ARRAY, "1,2,3", [1, 2, 3]),
        ("simple", True, ARRAY, "1,2,3", [1, 2, 3]),
        ("simple", False, ARRAY, "1", [1]),
        ("simple", False, OBJECT, "x,1,b,true,s,t", VALUE),
        ("simple", True, OBJECT, "x=1,b=true,s=t", VALUE),
        ("label", False, {"type": "integer"}, ".5", 5),
        ("label", False, ARRAY, ".1,2,3", [1, 2, 3]),
        ("label", True, ARRAY, ".1.2.3", [1, 2, 3]),
        ("label", False, OBJECT, ".x,1,b,true,s,t", VALUE),
        ("label", True, OBJECT, ".x=1.b=true.s=t", VALUE),
        ("matrix", False, {"type": "integer"}, ";c=5", 5),
        ("matrix", False, ARRAY, ";c=1,2,3", [1, 2, 3]),
        ("matrix", True, ARRAY, ";c=1;c=2;c=3", [1, 2, 3]),
        ("matrix", False, OBJECT, ";c=x,1,b,true,s,t", VALUE),
        ("matrix", True, OBJECT, ";x=1;b=true;s=t", VALUE),
    ],
)
def test_path(style: str, explode: bool, schema: Any, text: str, value: object) -> None:
    operation = with_parameters(parameter("path", style, explode, schema), path="/p/{c}")
    reading = read(operation, path=[text])
    assert reading.values["path"] == {"c": value}
    assert reading.violations == ()


@pytest.mark.parametrize(
    ("style", "explode", "schema", "text"),
    [
        ("label", False, {"type": "integer"}, "5"),
        ("label", False, ARRAY, "1,2"),
        ("matrix", False, {"type": "integer"}, ";d=5"),
        ("matrix", False, ARRAY, "1,2"),
        ("matrix", True, OBJECT, "x=1"),
        ("simple", False, ARRAY, "1,,3"),
        ("simple", False, OBJECT, "x,1,b"),
        ("simple", True, OBJECT, "x,1"),
        ("simple", True, OBJECT, "x=a"),
    ],
)
def test_path_in_another_syntax_breaks_the_schema(style: str, explode: bool, schema: Any, text: str) -> None:
    operation = with_parameters(parameter("path", style, explode, schema), path="/p/{c}")
    assert [violation.keyword for violation in read(operation, path=[text]).violations] == ["type"]


@pytest.mark.parametrize(
    ("style", "explode", "schema", "query", "value"),
    [
        ("form", True, {"type": "integer"}, [("c", "5")], 5),
        ("form", False, {"type": "integer"}, [("c", "5")], 5),
        ("form", True, ARRAY, [("c", "1"), ("c", "2")], [1, 2]),
        ("form", True, ARRAY, [("c", "1")], [1]),
        ("form", False, ARRAY, [("c", "1,2")], [1, 2]),
        ("form", False, ARRAY, [("c", "")], []),
        ("form", True, OBJECT, [("x", "1"), ("b", "true"), ("s", "t")], VALUE),
        ("form", False, OBJECT, [("c", "x,1,b,true,s,t")], VALUE),
        ("spaceDelimited", False, ARRAY, [("c", "1 2 3")], [1, 2, 3]),
        ("spaceDelimited", True, ARRAY, [("c", "1 2 3")], [1, 2, 3]),
        ("spaceDelimited", False, OBJECT, [("c", "x 1 b true s t")], VALUE),
        ("spaceDelimited", True, ARRAY, [("c", "1"), ("c", "2")], [1, 2]),
        ("pipeDelimited", False, ARRAY, [("c", "1|2|3")], [1, 2, 3]),
        ("pipeDelimited", False, OBJECT, [("c", "x|1|b|true|s|t")], VALUE),
        ("deepObject", True, OBJECT, [("c[x]", "1"), ("c[b]", "true"), ("c[s]", "t")], VALUE),
        ("deepObject", True, ARRAY, [("c[]", "1"), ("c[]", "2")], [1, 2]),
        ("deepObject", True, ARRAY, [("c[1]", "2"), ("c[0]", "1"), ("c[10]", "3")], [1, 2, 3]),
    ],
)
def test_query(style: str, explode: bool, schema: Any, query: list[tuple[str, str]], value: object) -> None:
    reading = read(with_parameters(parameter("query", style, explode, schema)), query)
    assert reading.values["query"] == {"c": value}
    assert (reading.violations, reading.undeclared, reading.repeated) == ((), (), ())


def test_nested_deep_objects() -> None:
    inner = {"type": "object", "properties": {"list": ARRAY, "sub": OBJECT}}
    reading = read(
        with_parameters(parameter("query", "deepObject", True, inner)),
        [("c[sub][x]", "1"), ("c[list][]", "2"), ("c[list][]", "3")],
    )
    assert reading.values["query"] == {"c": {"sub": {"x": 1}, "list": [2, 3]}}
    assert reading.violations == ()


@pytest.mark.parametrize(
    "query",
    [
        [("c[x", "1")],
        [("c[x]y", "1")],
        [("c[x]", "1"), ("c[x]", "2")],
        [("c[x]", "1"), ("c[x][y]", "2")],
        [("c" + "[x]" * 50, "1")],
    ],
)
def test_deep_objects_that_cannot_be_read(query: list[tuple[str, str]]) -> None:
    reading = read(with_parameters(parameter("query", "deepObject", True, OBJECT)), query)
    assert reading.violations or reading.undeclared


def test_deep_object_names_that_are_not_declared() -> None:
    operation = with_parameters(parameter("query", "deepObject", True, OBJECT))
    assert read(operation, [("c[x]", "1"), ("c[y]", "1")]).undeclared == ("c[y]",)


@pytest.mark.parametrize(
    ("explode", "schema", "text", "value"),
    [
        (False, {"type": "integer"}, "5", 5),
        (False, ARRAY, "1, 2,3", [1, 2, 3]),
        (True, ARRAY, "1,2 ,3", [1, 2, 3]),
        (False, OBJECT, "x,1, b,true,s,t", VALUE),
        (True, OBJECT, "x=1, b=true,s=t", VALUE),
    ],
)
def test_header(explode: bool, schema: Any, text: str, value: object) -> None:
    operation = with_parameters({**parameter("header", "simple", explode, schema), "name": "X-C"})
    reading = read(operation, headers={"x-c": text, "x-other": "ignored"})
    assert reading.values["header"] == {"x-c": value}
    assert reading.violations == ()


@pytest.mark.parametrize(
    ("style", "explode", "schema", "cookies", "value"),
    [
        ("form", True, {"type": "integer"}, [("c", "5")], 5),
        ("form", False, ARRAY, [("c", "1,2")], [1, 2]),
        ("form", True, ARRAY, [("c", "1"), ("c", "2")], [1, 2]),
        ("form", False, OBJECT, [("c", "x,1,b,true,s,t")], VALUE),
        ("form", True, OBJECT, [("x", "1"), ("b", "true"), ("s", "t")], VALUE),
        ("cookie", True, OBJECT, [("x", "1"), ("b", "true"), ("s", "t")], VALUE),
        ("cookie", True, ARRAY, [("c", "1"), ("c", "2")], [1, 2]),
    ],
)
def test_cookie(style: str, explode: bool, schema: Any, cookies: list[tuple[str, str]], value: object) -> None:
    operation = with_parameters(parameter("cookie", style, explode, schema), openapi="3.2.0")
    reading = read(operation, cookies=[*cookies, ("other", "ignored")])
    assert reading.values["cookie"] == {"c": value}
    assert (reading.violations, reading.undeclared) == ((), ())


def test_a_cookie_given_twice() -> None:
    operation = with_parameters(parameter("cookie", "form", False, {"type": "string"}))
    assert places(read(operation, cookies=[("c", "a"), ("c", "b")]).violations) == [("cookie.c", "repeated")]


@pytest.mark.parametrize("text", ["1", "1,2"])
def test_one_value_or_several(text: str) -> None:
    schema = {"oneOf": [{"type": "integer"}, ARRAY]}
    operation = with_parameters(parameter("query", "form", False, schema))
    reading = read(operation, [("c", text)])
    assert reading.values["query"]["c"] == (1 if text == "1" else [1, 2])
    assert reading.violations == ()
