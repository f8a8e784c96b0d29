"""Schemas of every dialect as what they demand of bodies."""

from typing import Any

import pytest
from tests.unit.contract.describing import answer_of, body_of, described, judged

SELF = "#/components/schemas/"


def accepts(schema: Any, value: Any, openapi: str = "3.1.0") -> bool:
    return not judged(body_of(schema, openapi=openapi), value)


@pytest.mark.parametrize(
    ("schema", "value", "in_30", "in_31"),
    [
        # nullable
        ({"type": "string"}, None, False, False),
        ({"type": "string", "nullable": True}, None, True, False),
        ({"type": "string", "nullable": False}, None, False, False),
        ({"type": "string", "nullable": True, "maxLength": 2}, "abc", False, False),
        ({"type": "string", "nullable": True, "enum": ["a"]}, None, True, False),
        ({"type": "string", "nullable": True, "enum": ["a"]}, "b", False, False),
        ({"nullable": True, "allOf": [{"type": "object"}]}, None, True, False),
        ({"nullable": True, "oneOf": [{"type": "object"}, {"type": "array"}]}, None, True, False),
        ({"nullable": True, "anyOf": [{"type": "object"}]}, 3, False, False),
        ({"type": ["string", "null"]}, None, True, True),
        # bounds
        ({"minimum": 5, "exclusiveMinimum": True}, 5, False, False),
        ({"minimum": 5, "exclusiveMinimum": True}, 6, True, True),
        ({"minimum": 5, "exclusiveMinimum": False}, 5, True, True),
        ({"maximum": 5, "exclusiveMaximum": True}, 5, False, False),
        ({"exclusiveMaximum": True}, 5, True, True),
        ({"exclusiveMinimum": 5}, 5, False, False),
        # siblings of a reference
        ({"$ref": SELF + "S", "maxLength": 1}, "abc", True, False),
        ({"$ref": SELF + "S", "maxLength": 1}, 3, False, False),
        ({"$ref": SELF + "S", "nullable": True}, None, False, False),
    ],
)
def test_differences_between_versions(schema: Any, value: Any, in_30: bool, in_31: bool) -> None:
    components = {"schemas": {"S": {"type": "string"}}}
    for openapi, expected in (("3.0.3", in_30), ("3.1.0", in_31), ("3.2.0", in_31)):
        paths = {
            "/b": {"post": {"requestBody": {"content": {"application/json": {"schema": schema}}}, "responses": {}}}
        }
        contract = described(paths, openapi=openapi, components=components)
        body = contract.catalogue.operations[0].request_body("application/json")
        assert body is not None
        assert (not judged(body, value)) is expected, openapi


def test_what_means_nothing_in_31_is_noted() -> None:
    schema = {"type": "string", "nullable": True}
    number = {"minimum": 1, "exclusiveMinimum": True}
    contract = described({}, components={"schemas": {"S": schema, "N": number}})
    assert sorted(problem.path for problem in contract.problems) == [
        "$.components.schemas.N.exclusiveMinimum",
        "$.components.schemas.S.nullable",
    ]
    assert described({}, openapi="3.0.0", components={"schemas": {"S": schema, "N": number}}).problems == ()


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        ("int32", [2147483647, -2147483648], [2147483648, -2147483649]),
        ("int64", [9223372036854775807, -9223372036854775808], [9223372036854775808, -(2**63) - 1]),
        ("float", [3.4e38], [3.5e38, -3.5e38]),
        ("double", [1e308], [10**309]),
        ("byte", ["", "aGk=", "AAAA"], ["a", "aGk", "a b=", "é"]),
        ("base64url", ["aGk", "aGk=", "_-8"], ["a+b/", "é"]),
        ("uuid", ["2eb8aa08-aa98-11ea-b4aa-73b441d16380"], ["2eb8aa08", "2eb8aa08-aa98-11ea-b4aa-73b441d1638g"]),
        ("date", ["2024-02-29"], ["2023-02-29", "2024-2-9", "x"]),
        ("date-time", ["2024-02-29T10:00:00Z"], ["2024-02-29", "2024-02-29 25:00:00Z"]),
        ("email", ["a@b.example"], ["a", "@b"]),
        ("uri", ["https://a.example/b"], ["a b", "/relative"]),
        ("ipv4", ["192.0.2.1"], ["192.0.2.256", "1.2.3", "192.0.02.1"]),
        ("ipv6", ["::1", "2001:db8::1"], ["::g", "1.2.3.4"]),
        ("no-such-format", ["anything"], []),
        ("password", ["anything"], []),
    ],
)
def test_formats(form: str, good: list[Any], bad: list[Any]) -> None:
    for openapi in ("3.0.3", "3.1.0"):
        body = body_of({"format": form}, openapi=openapi)
        assert [value for value in good if judged(body, value)] == []
        assert [value for value in bad if not judged(body, value)] == []


def test_number_formats_keep_narrower_bounds() -> None:
    assert not accepts({"type": "integer", "format": "int32", "maximum": 5}, 6)
    assert accepts({"type": "integer", "format": "int32", "maximum": 5}, 5)
    assert not accepts({"type": "integer", "format": "int32", "maximum": 2**40}, 2**33)


def test_content_encoding_is_checked() -> None:
    assert accepts({"type": "string", "contentEncoding": "base64"}, "aGk=")
    assert not accepts({"type": "string", "contentEncoding": "base64"}, "***")


def test_a_schema_that_contains_itself() -> None:
    node = {"type": "object", "properties": {"next": {"$ref": SELF + "Node"}, "n": {"type": "integer"}}}
    body = body_of({"$ref": SELF + "Node"}, components={"schemas": {"Node": node}})
    assert judged(body, {"next": {"next": {"n": "x"}}}) == [("body/next/next/n", "type")]


@pytest.mark.parametrize(
    "schemas",
    [
        {"A": {"$ref": SELF + "A"}},
        {"A": {"$ref": SELF + "B"}, "B": {"$ref": SELF + "A"}},
        {"A": {"allOf": [{"$ref": SELF + "A"}]}},
        {"A": {"anyOf": [{"type": "string"}, {"$ref": SELF + "B"}]}, "B": {"oneOf": [{"$ref": SELF + "A"}]}},
        {"A": {"not": {"$ref": SELF + "A"}}},
        {"A": {"if": {"$ref": SELF + "A"}}},
    ],
)
def test_a_schema_that_is_itself_judges_nothing_and_is_a_problem(schemas: Any) -> None:
    paths = {
        "/b": {
            "post": {
                "requestBody": {"content": {"application/json": {"schema": {"$ref": SELF + "A"}}}},
                "responses": {},
            }
        }
    }
    contract = described(paths, components={"schemas": schemas})
    assert len(contract.uncompiled) == 1
    assert {problem.message for problem in contract.uncompiled[0].problems} <= {
        "the schema refers to itself without end",
        "the references lead round in a circle",
    }


@pytest.mark.parametrize(
    ("schema", "path", "words"),
    [
        ({"type": "strng"}, ".type", "`strng` is not a type of JSON Schema"),
        ({"type": "object", "properties": {"a": {"type": "int"}}}, ".properties.a.type", "is not a type"),
        ({"pattern": "(unclosed"}, ".pattern", "`(unclosed` is not a regular expression that can be used"),
        ({"maxLength": -1}, ".maxLength", "not a usable schema"),
        ({"maxLength": "3"}, ".maxLength", "not a usable schema"),
        ({"required": "a"}, ".required", "not a usable schema"),
        ({"required": True}, ".required", "not a usable schema"),
        ({"properties": []}, ".properties", "not a usable schema"),
        ({"properties": {"a": 3}}, ".properties.a", "must be an object or a boolean"),
        ({"allOf": {}}, ".allOf", "not a usable schema"),
        ({"allOf": [None]}, ".allOf[0]", "must be an object or a boolean"),
        ({"items": [{}]}, ".items", "not a usable schema"),
        ({"enum": "a"}, ".enum", "not a usable schema"),
        ({"$ref": 3}, "['$ref']", "a reference must be a string"),
        ({"properties": {"$ref": "#/info/title"}}, ".properties", "not a usable schema"),
        ("text", "", "must be an object or a boolean"),
        ([], "", "must be an object or a boolean"),
    ],
)
def test_an_unusable_schema_is_reported_at_its_place(schema: Any, path: str, words: str) -> None:
    contract = described(
        {
            "/a": {"get": {"responses": {"200": {"description": "", "content": {"a/json+json": {"schema": schema}}}}}},
            "/b": {"get": {"responses": {}}},
        }
    )
    (uncompiled,) = contract.uncompiled
    (problem,) = uncompiled.problems
    assert problem.path == "$.paths['/a'].get.responses['200'].content['a/json+json'].schema" + path
    assert words in problem.message
    assert problem.line == 1
    assert problem in contract.problems
    assert [each.operation.path for each in contract.catalogue.operations] == ["/b"]


def test_a_broken_component_breaks_what_uses_it_and_nothing_else() -> None:
    schemas = {
        "Bad": {"type": "x"},
        "Uses": {"type": "object", "properties": {"b": {"$ref": SELF + "Bad"}}},
        "Good": {"type": "object"},
        "Unused": {"minLength": "x"},
    }

    def post(name: str) -> Any:
        content = {"application/json": {"schema": {"$ref": SELF + name}}}
        return {"post": {"requestBody": {"content": content}, "responses": {}}}

    contract = described({"/bad": post("Uses"), "/good": post("Good")}, components={"schemas": schemas})
    assert [each.template for each in contract.uncompiled] == ["/bad"]
    assert [problem.path for problem in contract.uncompiled[0].problems] == ["$.components.schemas.Bad.type"]
    assert [problem.path for problem in contract.problems] == [
        "$.components.schemas.Bad.type",
        "$.components.schemas.Unused.minLength",
    ]


def test_older_dialects_of_json_schema() -> None:
    draft = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {
            "pair": {"items": [{"type": "integer"}, {"type": "string"}], "additionalItems": False},
            "all": {"$ref": "#/definitions/n", "type": "string"},
        },
        "dependencies": {"a": ["b"], "c": {"required": ["d"]}},
        "definitions": {"n": {"type": "integer"}},
    }
    body = body_of({"$ref": "old.json"}, others={"spec/old.json": draft})
    assert judged(body, {"pair": [1, "a"], "all": 1, "a": 1, "b": 1}) == []
    assert judged(body, {"pair": ["a"]}) == [("body/pair/0", "type")]
    assert judged(body, {"pair": [1, "a", 2]}) == [("body/pair/2", "items")]
    assert judged(body, {"a": 1}) == [("body/b", "required")]
    assert judged(body, {"c": 1}) == [("body/d", "required")]


def test_draft_4_bounds() -> None:
    draft = {"$schema": "http://json-schema.org/draft-04/schema#", "minimum": 1, "exclusiveMinimum": True}
    body = body_of({"$ref": "old.json"}, others={"spec/old.json": draft})
    assert judged(body, 1) == [("body", "exclusiveMinimum")]


def test_a_file_that_does_not_say_its_dialect_is_read_as_what_refers_to_it() -> None:
    others = {"spec/s.json": {"type": "string", "nullable": True}}
    assert judged(body_of({"$ref": "s.json"}, openapi="3.0.3", others=others), None) == []
    contract = described({}, components={"schemas": {"S": {"$ref": "s.json"}}}, others=others)
    assert [problem.path for problem in contract.problems] == ["$.nullable"]


def test_an_unknown_dialect_is_a_problem() -> None:
    contract = described({}, jsonSchemaDialect="https://example.com/mine", components={"schemas": {"S": {}}})
    assert [problem.path for problem in contract.problems] == ["$.jsonSchemaDialect"]


def test_dynamic_references_take_the_outermost_anchor() -> None:
    schemas = {
        "List": {
            "type": "array",
            "items": {"$dynamicRef": "#item"},
            "$defs": {"item": {"$dynamicAnchor": "item", "not": {}}},
        },
        "Texts": {"$ref": SELF + "List", "$defs": {"item": {"$dynamicAnchor": "item", "type": "string"}}},
    }
    body = body_of({"$ref": SELF + "Texts"}, components={"schemas": schemas})
    assert judged(body, ["a"]) == []
    assert judged(body, [1]) == [("body/0", "type")]


@pytest.mark.parametrize("pattern", ["^[\\w-.]+$", "^{id}$", "^a\\/b$", "^[^]$", "\\d{2,}\\Z", "^(?!x)y$", "[\\d-x]+"])
def test_patterns_of_javascript_are_taken(pattern: str) -> None:
    described_once = described({}, components={"schemas": {"S": {"pattern": pattern}}})
    assert described_once.problems == ()


def test_a_pattern_that_backtracks_is_bounded() -> None:
    body = body_of({"type": "string", "pattern": "^(?=.*(a+)+b)(a+)+\\1c$"})
    assert judged(body, "a" * 5000) == [("body", "pattern")]


class TestReadOnlyAndWriteOnly:
    """A readOnly property is not for requests, a writeOnly one not for responses."""

    USER: Any = {  # noqa: RUF012 - never changed
        "type": "object",
        "required": ["id", "name", "password"],
        "properties": {
            "id": {"type": "integer", "readOnly": True},
            "name": {"type": "string"},
            "password": {"type": "string", "writeOnly": True},
        },
    }

    def test_in_requests(self) -> None:
        body = body_of(self.USER)
        assert judged(body, {"name": "a", "password": "p"}) == []
        assert judged(body, {"name": "a", "password": "p", "id": 1}) == [("body/id", "readOnly")]
        assert judged(body, {"name": "a"}) == [("body/password", "required")]

    def test_in_responses(self) -> None:
        body = answer_of(self.USER)
        assert judged(body, {"name": "a", "id": 1}) == []
        assert judged(body, {"name": "a", "id": 1, "password": "p"}) == [("body/password", "writeOnly")]
        assert judged(body, {"name": "a"}) == [("body/id", "required")]

    @pytest.mark.parametrize("openapi", ["3.0.3", "3.1.0"])
    def test_flag_behind_references_and_all_of(self, openapi: str) -> None:
        schemas = {
            "Id": {"type": "integer", "readOnly": True},
            "Plain": {"type": "integer"},
            "Base": {"type": "object", "properties": {"id": {"$ref": SELF + "Id"}}},
            "User": {
                "allOf": [
                    {"$ref": SELF + "Base"},
                    {
                        "type": "object",
                        "required": ["id", "made", "name"],
                        "properties": {"made": {"readOnly": True, "allOf": [{"$ref": SELF + "Plain"}]}},
                    },
                ],
                "required": ["id"],
            },
        }
        body = body_of({"$ref": SELF + "User"}, openapi=openapi, components={"schemas": schemas})
        assert judged(body, {"id": 1, "made": 2, "name": 3}) == [("body/id", "readOnly"), ("body/made", "readOnly")]
        assert judged(body, {"name": 3}) == [("body/id", "required")] or judged(body, {"name": 3}) == []

    def test_flags_mean_nothing_where_a_schema_only_selects(self) -> None:
        schema = {"not": {"required": ["id"], "properties": {"id": {"const": 1, "readOnly": True}}}}
        assert judged(body_of(schema), {"id": 1}) == [("body", "not")]
        assert judged(body_of(schema), {"id": 2}) == []


def test_property_maps_by_reference_are_followed() -> None:
    schema = {"type": "object", "properties": {"$ref": "props.json"}}
    body = body_of(schema, others={"spec/props.json": {"a": {"type": "integer"}}})
    assert judged(body, {"a": "x"}) == [("body/a", "type")]
