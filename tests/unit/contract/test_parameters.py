from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.contract.describing import described, only, places, read, with_parameters


def query(name: str, schema: Any = None, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema if schema is not None else {}, **more}


def test_typed_values_of_every_place() -> None:
    operation = with_parameters(
        {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}},
        query("limit", {"type": "integer", "maximum": 100}),
        {"name": "X-Trace", "in": "header", "schema": {"type": "string", "maxLength": 4}},
        {"name": "s", "in": "cookie", "schema": {"type": "boolean"}},
        path="/p/{id}",
    )
    reading = read(operation, [("limit", "5")], path=["7"], headers={"x-trace": "abc"}, cookies=[("s", "true")])
    assert reading.values == {
        "path": {"id": 7},
        "query": {"limit": 5},
        "header": {"x-trace": "abc"},
        "cookie": {"s": True},
    }
    assert (reading.violations, reading.undeclared, reading.repeated) == ((), (), ())


def test_violations_say_where_and_what_and_never_the_value() -> None:
    operation = with_parameters(
        {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}},
        query("limit", {"type": "integer", "maximum": 100}),
        query("tags", {"type": "array", "items": {"enum": ["a", "b"]}}),
        query("must", {"type": "string"}, required=True),
        {"name": "X-Trace", "in": "header", "required": True, "schema": {"type": "string", "maxLength": 4}},
        {"name": "s", "in": "cookie", "required": True, "schema": {}},
        path="/p/{id}",
    )
    reading = read(
        operation,
        [("limit", "101"), ("tags", "a"), ("tags", "secret")],
        path=["secret"],
        headers={"x-trace": "secret"},
    )
    assert sorted(places(reading.violations)) == [
        ("cookie.s", "required"),
        ("header.x-trace", "maxLength"),
        ("path.id", "type"),
        ("query.limit", "maximum"),
        ("query.must", "required"),
        ("query.tags/1", "enum"),
    ]
    assert "secret" not in repr(reading.violations)
    details = {violation.location: violation.detail for violation in reading.violations}
    assert details["query.limit"] == "must be at most 100"
    assert details["header.x-trace"] == "must be at most 4 characters long"
    assert details["query.tags/1"] == "must be one of `a`, `b`"
    assert details["path.id"] == "must be of type `integer`"


def test_undeclared_and_repeated_names() -> None:
    operation = with_parameters(query("a"), query("list", {"type": "array"}))
    reading = read(operation, [("x", "1"), ("a", "1"), ("a", "2"), ("list", "1"), ("list", "2"), ("x", "2"), ("A", "")])
    assert reading.undeclared == ("x", "A")
    assert reading.repeated == ("a",)
    assert reading.values["query"] == {"a": "1", "list": ["1", "2"]}


def test_nothing_declared_at_all() -> None:
    assert only(described({"/p": {"get": {"responses": {}}}})).parameters is None


def test_an_object_that_takes_every_other_name() -> None:
    operation = with_parameters(
        query("page", {"type": "integer"}),
        query("params", {"type": "object", "additionalProperties": {"type": "integer"}}),
    )
    reading = read(operation, [("page", "1"), ("any", "2"), ("other", "x")])
    assert reading.values["query"] == {"page": 1, "params": {"any": 2, "other": "x"}}
    assert places(reading.violations) == [("query.params/*", "type")]
    assert reading.undeclared == ()


def test_credentials_in_the_query_are_not_undeclared() -> None:
    components = {
        "securitySchemes": {
            "key": {"type": "apiKey", "in": "query", "name": "api_key"},
            "other": {"type": "apiKey", "in": "query", "name": "other_key"},
            "head": {"type": "apiKey", "in": "header", "name": "x"},
        }
    }
    operation = with_parameters(query("a"), components=components, security=[{"key": []}, {"head": []}])
    assert read(operation, [("api_key", "s"), ("other_key", "s")]).undeclared == ("other_key",)
    bare = only(described({"/p": {"get": {"responses": {}}}}, components=components, security=[{"key": []}]))
    assert read(bare, [("api_key", "s"), ("x", "")]).undeclared == ("x",)


def test_an_empty_value_may_stand_for_presence() -> None:
    schema = {"type": "integer"}
    assert read(with_parameters(query("flag", schema, allowEmptyValue=True)), [("flag", "")]).violations == ()
    assert places(read(with_parameters(query("flag", schema)), [("flag", "")]).violations) == [("query.flag", "type")]


def test_parameters_of_the_path_item_are_inherited_and_overridden() -> None:
    paths = {
        "/p": {
            "parameters": [query("a", {"type": "integer"}), query("b", {"type": "integer"})],
            "get": {"parameters": [query("a", {"type": "boolean"})], "responses": {}},
        }
    }
    reading = read(only(described(paths)), [("a", "true"), ("b", "1")])
    assert reading.values["query"] == {"a": True, "b": 1}
    assert reading.violations == ()


def test_headers_that_openapi_ignores() -> None:
    ignored = [
        {"name": name, "in": "header", "required": True, "schema": {"type": "integer"}}
        for name in ("Accept", "content-type", "AUTHORIZATION")
    ]
    operation = with_parameters(query("a"), *ignored)
    assert read(operation).violations == ()
    assert [each.name for each in operation.operation.parameters] == ["a"]


def test_json_inside_a_parameter() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    operation = with_parameters({"name": "filter", "in": "query", "content": {"application/json": {"schema": schema}}})
    assert read(operation, [("filter", '{"n": 1}')]).values["query"] == {"filter": {"n": 1}}
    assert places(read(operation, [("filter", '{"n": "x"}')]).violations) == [("query.filter/n", "type")]
    assert places(read(operation, [("filter", '{"n": ')]).violations) == [("query.filter", "type")]
    assert places(read(operation, [("filter", "[" * 100_000)]).violations) == [("query.filter", "type")]


class TestQuerystring:
    """OpenAPI 3.2: the query as one value."""

    @staticmethod
    def operation(media_type: str) -> Any:
        schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
        content = {media_type: {"schema": schema}}
        return with_parameters(
            {"name": "q", "in": "querystring", "required": True, "content": content}, openapi="3.2.0"
        )

    def test_as_a_form(self) -> None:
        operation = self.operation("application/x-www-form-urlencoded")
        assert read(operation, [("n", "1")]).values["query"] == {"q": {"n": 1}}
        assert places(read(operation, [("n", "x")]).violations) == [("query.q/n", "type")]

    def test_as_json(self) -> None:
        operation = self.operation("application/json")
        assert read(operation, [('{"n": 1}', "")]).values["query"] == {"q": {"n": 1}}
        assert places(read(operation, [("{}", "")]).violations) == [("query.q/n", "required")]
        assert places(read(operation, []).violations) == [("query.q", "required")]


@pytest.mark.parametrize(
    ("schema", "text", "ok"),
    [
        ({"type": ["integer", "string"], "maxLength": 2}, "7", True),
        ({"type": ["integer", "string"], "maxLength": 2}, "abc", False),
        ({"oneOf": [{"type": "integer"}, {"type": "boolean"}]}, "true", True),
        ({"oneOf": [{"type": "integer"}, {"type": "boolean"}]}, "yes", False),
        ({"enum": [1, 2]}, "2", True),
        ({"enum": ["1", "2"]}, "2", True),
        ({"enum": ["1", "2"]}, "3", False),
        ({"type": "string", "format": "date"}, "2024-02-30", False),
        ({"type": "string", "pattern": "^[a-z]+$"}, "abc\n", False),
        ({"type": "integer", "format": "int64"}, "9" * 30, False),
        ({"$ref": "#/components/schemas/N"}, "3", True),
        ({"$ref": "#/components/schemas/N"}, "x", False),
        ({"type": "string", "pattern": "."}, "\ud800", False),
    ],
)
def test_schemas(schema: Any, text: str, ok: bool) -> None:
    operation = with_parameters(query("v", schema), components={"schemas": {"N": {"type": "integer"}}})
    assert (read(operation, [("v", text)]).violations == ()) is ok


@pytest.mark.parametrize(
    ("parameter", "path", "words"),
    [
        ({"in": "query"}, "", "must have a `name`"),
        ({"name": "a"}, "", "`None` is not a place for a parameter"),
        ({"name": "a", "in": "body"}, "", "`body` is not a place for a parameter"),
        ({"name": "a", "in": "query", "style": "matrix", "schema": {}}, ".style", "`matrix` is not a style of query"),
        ({"name": "a", "in": "header", "style": "form", "schema": {}}, ".style", "is not a style of header"),
        ({"name": "a", "in": "query", "explode": "yes", "schema": {}}, ".explode", "must be true or false"),
        ({"name": "a", "in": "query", "content": {"a/b": {}, "c/d": {}}}, ".content", "exactly one media type"),
        ({"name": "a", "in": "query", "schema": 3}, ".schema", "must be an object or a boolean"),
        (3, "", "must be an object"),
        ({"$ref": "#/nope"}, "", "cannot be resolved"),
    ],
)
def test_a_parameter_that_cannot_be_used(parameter: Any, path: str, words: str) -> None:
    contract = described({"/p": {"get": {"parameters": [query("ok"), parameter], "responses": {}}}})
    (uncompiled,) = contract.uncompiled
    problem = next(each for each in uncompiled.problems if words in each.message)
    assert problem.path == "$.paths['/p'].get.parameters[1]" + path


def test_variables_and_path_parameters_must_agree() -> None:
    parameter = {"name": "b", "in": "path", "required": True, "schema": {"type": "integer"}}
    contract = described({"/p/{a}": {"get": {"parameters": [parameter], "responses": {}}}})
    assert [(problem.path, problem.message) for problem in contract.problems] == [
        ("$.paths['/p/{a}']", "the path variable `a` has no parameter"),
        ("$.paths['/p/{a}'].get.parameters[0]", "the path has no variable `b`"),
    ]
    (operation,) = contract.catalogue.operations
    reading = read(operation, path=["x"])
    assert reading.values["path"] == {"a": "x"}
    assert reading.violations == ()


def test_declared_facts() -> None:
    operation = with_parameters(
        query("l", {"type": "array", "items": {"type": "string"}}, **{"x-note": 1}),
        query("s", {"type": "array"}, explode=False),
        query("t", {"type": "string"}),
    )
    parameters = operation.operation.parameters
    assert [each.repeats for each in parameters] == [True, False, False]
    assert parameters[0].extensions == {"x-note": 1}
    assert parameters[0].schema == {"type": "array", "items": {"type": "string"}}
    assert parameters[0].pointer == "$.paths['/p'].get.parameters[0]"


TEXTS = st.text(max_size=12) | st.sampled_from(["c", "o[x]", "o[]", "1", "true", "x,1", "a|b", "o[x][y]", "o[[x]]"])


@given(
    st.lists(st.tuples(TEXTS, TEXTS), max_size=8),
    TEXTS,
    TEXTS,
    st.lists(st.tuples(TEXTS, TEXTS), max_size=4),
)
def test_reading_never_raises(
    query_pairs: list[tuple[str, str]], argument: str, header: str, cookies: list[tuple[str, str]]
) -> None:
    reading = read(EVERYTHING, query_pairs, path=[argument], headers={"h": header}, cookies=cookies)
    assert set(reading.values) == {"path", "query", "header", "cookie"}


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "string", "maxLength": 3},
        {"type": "integer", "minimum": 2},
        {"type": "array", "items": {"type": "integer"}, "maxItems": 2},
        {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]},
        {"enum": ["a", "true"]},
        {"type": ["boolean", "null"]},
    ],
)
@given(argument=TEXTS | st.sampled_from(["", "1,2,3", "x,1", "\ud800", "9" * 40]))
def test_what_stands_alone_in_the_path_is_judged_as_beside_others(schema: Any, argument: str) -> None:
    parameter = {"name": "p", "in": "path", "required": True, "schema": schema}
    alone = with_parameters(parameter, path="/p/{p}")
    beside = with_parameters(parameter, query("other", {}), path="/p/{p}")
    assert read(alone, path=[argument]) == read(beside, path=[argument])


EVERYTHING = with_parameters(
    {
        "name": "p",
        "in": "path",
        "required": True,
        "style": "matrix",
        "schema": {"type": "array", "items": {"type": "integer"}},
    },
    query("c", {"type": "array", "items": {"type": "number"}}),
    query("1", {"type": "integer"}),
    query("o", {"type": "object", "properties": {"x": {"type": "object"}}}, style="deepObject", explode=True),
    query("pipes", {"type": "object"}, style="pipeDelimited", explode=False),
    query("any", {"type": "object", "properties": {"true": {"type": "boolean"}}, "additionalProperties": True}),
    {"name": "h", "in": "header", "explode": True, "schema": {"type": "object"}},
    {"name": "c", "in": "cookie", "schema": {"type": ["integer", "null"]}},
    path="/p/{p}",
)
