from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.contract.describing import answer_of, body_of, described, judged, only, places

from garrison.contract.body import UNREADABLE
from garrison.core.document import (
    Document,
    FormDocument,
    JsonDocument,
    MultipartDocument,
    OpaqueDocument,
    Part,
    TextDocument,
)

PERSON = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "maxLength": 5},
        "age": {"type": "integer", "minimum": 0},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
}


def operation(content: Any, **more: Any) -> Any:
    return only(described({"/b": {"post": {"requestBody": {"content": content}, "responses": {}}}}, **more))


def test_json() -> None:
    body = body_of(PERSON)
    assert (body.kind, body.media_type) == ("json", "application/json")
    assert judged(body, {"name": "a", "age": 1}) == []
    assert judged(body, {"age": -1, "tags": ["a", 1]}) == [
        ("body/name", "required"),
        ("body/age", "minimum"),
        ("body/tags/1", "type"),
    ]


def test_the_media_type_decides_and_the_most_specific_range_wins() -> None:
    found = operation(
        {
            "application/json": {"schema": {"type": "object"}},
            "application/*+json": {"schema": {"type": "array"}},
            "image/*": {},
            "*/*": {"schema": {"type": "string", "maxLength": 3}},
        }
    )
    assert judged(found.request_body("application/json"), []) == [("body", "type")]
    assert judged(found.request_body("application/problem+json"), {}) == [("body", "type")]
    assert found.request_body("image/png").kind == "opaque"
    text = found.request_body("text/plain")
    assert text.kind == "text"
    assert places(text.violations(TextDocument("abcd"))) == [("body", "maxLength")]
    assert found.request_body("application/x-www-form-urlencoded").kind == "form"
    assert operation({"application/json": {}}).request_body("text/plain") is None
    assert only(described({"/b": {"get": {"responses": {}}}})).request_body("application/json") is None


def test_the_same_media_type_with_different_parameters_means_either() -> None:
    found = operation(
        {"application/json;v=1": {"schema": {"type": "string"}}, "application/json; v=2": {"schema": {"type": "null"}}}
    )
    body = found.request_body("application/json")
    assert judged(body, "a") == []
    assert judged(body, None) == []
    assert [keyword for _, keyword in judged(body, 3)] == ["anyOf"]
    assert found.operation.request_media_types == ("application/json",)


@pytest.mark.parametrize(
    ("media_type", "schema", "kind"),
    [
        ("application/json", None, "json"),
        ("application/json", {"type": "string", "format": "binary"}, "opaque"),
        ("application/octet-stream", {"type": "string"}, "opaque"),
        ("application/xml", {"type": "object"}, "xml"),
        ("text/plain", None, "opaque"),
        ("text/csv", {"type": "string"}, "text"),
        ("text/plain", {"type": "object"}, "opaque"),
        ("text/plain", {"type": "string", "format": "binary"}, "opaque"),
        ("multipart/form-data", None, "opaque"),
        ("text/event-stream", {"type": "string"}, "stream"),
        ("application/jsonl", None, "stream"),
    ],
)
def test_kinds(media_type: str, schema: Any, kind: str) -> None:
    media = {} if schema is None else {"schema": schema}
    body = operation({media_type: media}).request_body(media_type)
    assert body.kind == kind
    if kind in ("opaque", "stream"):
        assert body.violations(OpaqueDocument(5)) == ()
        assert body.undeclared(OpaqueDocument(5)) == ()


@pytest.mark.parametrize(
    ("schema", "text", "found"),
    [
        ({"type": "integer"}, "5", []),
        ({"type": "integer"}, "x", [("body", "type")]),
        ({"type": "string", "maxLength": 2}, "abc", [("body", "maxLength")]),
        ({"enum": ["a"]}, "b", [("body", "enum")]),
    ],
)
def test_text(schema: Any, text: str, found: list[tuple[str, str]]) -> None:
    assert places(body_of(schema, media_type="text/plain").violations(TextDocument(text))) == found


FORM = "application/x-www-form-urlencoded"


class TestForm:
    """URL-encoded bodies."""

    def test_values_are_typed_by_the_schema(self) -> None:
        body = body_of(PERSON, media_type=FORM)
        assert body.violations(FormDocument((("name", "a"), ("age", "5"), ("tags", "x"), ("tags", "y")))) == ()
        assert places(body.violations(FormDocument((("age", "-1"), ("tags", "x"))))) == [
            ("body/name", "required"),
            ("body/age", "minimum"),
        ]
        assert places(body.violations(FormDocument((("name", "a"), ("age", "+5"))))) == [("body/age", "type")]

    def test_what_is_declared_may_stand_there_once(self) -> None:
        body = body_of(PERSON, media_type="application/x-www-form-urlencoded")
        again = FormDocument((("name", "a"), ("name", "b"), ("x", "1"), ("x", "2"), ("tags", "x"), ("tags", "y")))
        assert places(body.violations(again)) == [("body/name", "repeated")]
        assert (body.read(again)["name"], body.marked(again)) == ("a", UNREADABLE)
        described = {**PERSON, "additionalProperties": {"type": "string", "maxLength": 3}}
        closed = body_of(described, media_type="application/x-www-form-urlencoded")
        assert places(closed.violations(again)) == [("body/name", "repeated"), ("body/*", "repeated")]

    def test_undeclared_fields_are_kept_for_the_schema(self) -> None:
        closed = {**PERSON, "additionalProperties": False}
        fields = FormDocument((("name", "a"), ("x", "1")))
        assert places(body_of(closed, media_type=FORM).violations(fields)) == [("body", "additionalProperties")]
        assert body_of(PERSON, media_type=FORM).violations(fields) == ()
        assert body_of(PERSON, media_type=FORM).undeclared(fields) == ("x",)

    def test_encoding(self) -> None:
        schema = {
            "type": "object",
            "properties": {
                "deep": {"type": "object", "properties": {"n": {"type": "integer"}}},
                "list": {"type": "array", "items": {"type": "integer"}},
                "json": {"type": "object", "properties": {"n": {"type": "integer"}}},
                "plain": {"type": "object", "properties": {"n": {"type": "integer"}}},
            },
        }
        encoding = {
            "deep": {"style": "deepObject", "explode": True},
            "list": {"style": "pipeDelimited"},
            "json": {"contentType": "application/json"},
        }
        body = body_of(schema, media_type=FORM, encoding=encoding)
        good = (("deep[n]", "1"), ("list", "1|2"), ("json", '{"n": 1}'), ("plain", '{"n": 1}'))
        assert body.violations(FormDocument(good)) == ()
        bad = (("deep[n]", "x"), ("list", "1|x"), ("json", '{"n": "x"}'), ("plain", "{"))
        assert sorted(places(body.violations(FormDocument(bad)))) == [
            ("body/deep/n", "type"),
            ("body/json/n", "type"),
            ("body/list/1", "type"),
            ("body/plain", "type"),
        ]


class TestMultipart:
    """multipart/form-data bodies."""

    SCHEMA: Any = {  # noqa: RUF012 - never changed
        "type": "object",
        "required": ["name", "file"],
        "properties": {
            "name": {"type": "string", "maxLength": 5},
            "count": {"type": "integer"},
            "address": {"type": "object", "required": ["street"]},
            "tags": {"type": "array", "items": {"type": "integer"}},
            "file": {"type": "string", "format": "binary", "maxLength": 10},
            "picture": {"type": "string", "contentMediaType": "image/png"},
        },
    }

    @staticmethod
    def document(**parts: Any) -> MultipartDocument:
        found = [part if isinstance(part, Part) else Part(name, part) for name, part in parts.items()]
        return MultipartDocument(tuple(found))

    def test_parts_are_typed_by_the_schema(self) -> None:
        body = body_of(self.SCHEMA, media_type="multipart/form-data")
        good = self.document(
            name=b"a",
            count=b"5",
            address=Part("address", b'{"street": "x"}', content_type="application/json"),
            file=Part("file", b"\xff\x00", filename="f", content_type="application/octet-stream"),
        )
        assert body.violations(good) == ()
        bad = self.document(name=b"abcdef", count=b"x", address=b"{}")
        assert places(body.violations(bad)) == [
            ("body/file", "required"),
            ("body/name", "maxLength"),
            ("body/count", "type"),
            ("body/address/street", "required"),
        ]

    def test_the_size_of_a_binary_part_is_its_length(self) -> None:
        body = body_of(self.SCHEMA, media_type="multipart/form-data")
        assert places(body.violations(self.document(name=b"a", file=b"\xff" * 11))) == [("body/file", "maxLength")]
        assert body.violations(self.document(name=b"a", file=b"\xff" * 10)) == ()

    def test_repeated_parts(self) -> None:
        body = body_of(self.SCHEMA, media_type="multipart/form-data")
        parts = (Part("name", b"a"), Part("file", b""), Part("tags", b"1"), Part("tags", b"x"), Part("name", b"b"))
        assert places(body.violations(MultipartDocument(parts))) == [("body/name", "repeated"), ("body/tags/1", "type")]

    def test_the_media_type_of_a_part(self) -> None:
        encoding = {"picture": {"contentType": "image/png, image/jpeg"}, "name": {"contentType": "text/*"}}
        body = body_of(self.SCHEMA, media_type="multipart/form-data", encoding=encoding)
        good = Part("picture", b"\x89", content_type="IMAGE/PNG; q=1")
        assert body.violations(self.document(name=b"a", file=b"", picture=good)) == ()
        bad = Part("picture", b"\x89", content_type="text/html")
        assert places(body.violations(self.document(name=b"a", file=b"", picture=bad))) == [
            ("body/picture", "contentType")
        ]

    @pytest.mark.parametrize("text", [b'{"\xff": 1}', b'{"street":', b'{"street":"a","str\\u0065et":1}'])
    def test_a_part_that_is_not_readable_as_json_in_one_way_is_text(self, text: bytes) -> None:
        body = body_of(self.SCHEMA, media_type="multipart/form-data")
        address = Part("address", text, content_type="application/json")
        assert places(body.violations(self.document(name=b"a", file=b"", address=address))) == [
            ("body/address", "type")
        ]

    def test_names_of_undeclared_parts_are_not_shown(self) -> None:
        body = body_of(
            {"type": "object", "additionalProperties": {"type": "integer"}}, media_type="multipart/form-data"
        )
        assert places(body.violations(self.document(secret=b"x"))) == [("body/*", "type")]
        twice = MultipartDocument((Part("secret", b"1"), Part("secret", b"1"), Part("b", b"1"), Part("b", b"1")))
        assert places(body.violations(twice)) == [("body/*", "repeated")]


@pytest.mark.parametrize(
    ("media_type", "document"),
    [
        ("application/json", TextDocument("{}")),
        ("application/json", FormDocument(())),
        (FORM, JsonDocument({"name": "a"})),
        ("multipart/form-data", FormDocument(())),
        ("text/plain", JsonDocument("a")),
    ],
)
def test_a_body_that_was_not_decoded_as_its_media_type_demands(media_type: str, document: Document) -> None:
    schema = {"type": "string"} if media_type == "text/plain" else PERSON
    body = body_of(schema, media_type=media_type)
    assert places(body.violations(document)) == [("body", "contentMediaType")]
    assert body.undeclared(document) == ()


class TestUndeclared:
    """Properties that are neither declared nor allowed."""

    @pytest.mark.parametrize(
        ("schema", "value", "found"),
        [
            (PERSON, {"name": "a", "x": 1}, ["x"]),
            ({"type": "object"}, {"x": 1}, []),
            ({}, {"x": {"y": 1}}, []),
            (True, {"x": 1}, []),
            ({"properties": {}}, {"x": 1}, []),
            ({"properties": {"a": {}}}, {"a": {"b": 1}, "x": 1}, ["x"]),
            ({"properties": {"a": {}}, "additionalProperties": True}, {"x": 1}, []),
            ({"properties": {"a": {}}, "additionalProperties": {"type": "string"}}, {"x": 1}, []),
            ({"additionalProperties": False}, {"x": 1}, ["x"]),
            ({"properties": {"a": {}}, "unevaluatedProperties": {"type": "string"}}, {"x": 1}, []),
            ({"properties": {"a": {}}, "unevaluatedProperties": False}, {"x": 1}, ["x"]),
            ({"patternProperties": {"^x-": {"properties": {"a": {}}}}}, {"x-1": {"b": 1}, "y": 1}, ["x-1/b", "y"]),
            ({"additionalProperties": {"properties": {"a": {}}}}, {"k": {"a": 1, "b": 2}}, ["k/b"]),
            ({"items": {"properties": {"a": {}}}}, [{"a": 1}, {"b": 1, "c/d": 2}], ["1/b", "1/c~1d"]),
            ({"prefixItems": [{}, {"properties": {"a": {}}}]}, [{"z": 1}, {"z": 1}], ["1/z"]),
            (
                {"allOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}]},
                {"a": 1, "b": 1, "c": 1},
                ["c"],
            ),
            ({"allOf": [{"properties": {"a": {}}}, {"additionalProperties": True}]}, {"c": 1}, []),
            (
                {
                    "oneOf": [
                        {"properties": {"k": {"const": 1}, "a": {}}, "required": ["k"]},
                        {"properties": {"k": {"const": 2}, "b": {}}, "required": ["k"]},
                    ]
                },
                {"k": 2, "a": 1, "b": 1},
                ["a"],
            ),
            (
                {"anyOf": [{"properties": {"a": {"type": "string"}}}, {"properties": {"b": {"type": "string"}}}]},
                {"a": 1, "b": 1, "c": 1},
                ["c"],
            ),
            (
                {"if": {"required": ["k"]}, "then": {"properties": {"k": {}}}, "else": {"properties": {"m": {}}}},
                {"k": 1, "m": 1},
                ["m"],
            ),
            ({"properties": {"a": {}}, "dependentSchemas": {"a": {"properties": {"b": {}}}}}, {"a": 1, "b": 1}, []),
            ({"$ref": "#/components/schemas/Node"}, {"next": {"next": {"x": 1}, "y": 1}}, ["next/next/x", "next/y"]),
        ],
    )
    def test_what_counts(self, schema: Any, value: Any, found: list[str]) -> None:
        node = {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Node"}}}
        body = body_of(schema, components={"schemas": {"Node": node}})
        assert list(body.undeclared(JsonDocument(value))) == found
        stripped, removed = body.strip(value)
        assert list(removed) == found
        assert body.undeclared(JsonDocument(stripped)) == ()
        assert found or stripped is value

    def test_stripping_keeps_the_rest_and_the_original(self) -> None:
        body = answer_of({"type": "array", "items": PERSON})
        value: list[dict[str, Any]] = [{"name": "a", "x": {"deep": [1]}, "tags": ["t"]}, {"name": "b"}]
        stripped, removed = body.strip(value)
        assert stripped == [{"name": "a", "tags": ["t"]}, {"name": "b"}]
        assert removed == ("0/x",)
        assert "x" in value[0]

    def test_a_write_only_property_is_declared_and_still_a_violation(self) -> None:
        schema = {"type": "object", "properties": {"p": {"type": "string", "writeOnly": True}}}
        body = answer_of(schema)
        assert body.undeclared(JsonDocument({"p": "x"})) == ()
        assert judged(body, {"p": "x"}) == [("body/p", "writeOnly")]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["name", "age", "tags", "next", "x"]) | st.text(max_size=3), inner, max_size=4
        )
    ),
    max_leaves=20,
)
NESTED = body_of(
    {
        "allOf": [PERSON, {"properties": {"next": {"$ref": "#/components/schemas/P"}}}],
        "oneOf": [{"required": ["age"]}, {"required": ["tags"]}],
    },
    components={"schemas": {"P": {**PERSON, "additionalProperties": False}}},
)


@given(JSON)
def test_judging_never_raises_and_stripping_is_idempotent(value: Any) -> None:
    NESTED.violations(JsonDocument(value))
    stripped, removed = NESTED.strip(value)
    assert len(removed) == len(NESTED.undeclared(JsonDocument(value)))
    assert NESTED.strip(stripped) == (stripped, ()) or removed == () or NESTED.undeclared(JsonDocument(stripped))


def test_very_deep_values_are_judged_without_a_crash() -> None:
    body = body_of({"type": "array", "items": {"$ref": "#/components/schemas/L"}}, components=LISTS)
    value: Any = "x"
    for _ in range(900):
        value = [value]
    assert body.violations(JsonDocument(value))
    assert body.strip(value)[1] == ("/".join(["0"] * 201),), "nobody follows a schema that holds itself any further"


def nested(levels: int, value: Any) -> Any:
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize("levels", [10, 400, 600, 900])
def test_what_nests_deep_hides_nothing_beside_it(levels: int) -> None:
    free = {"type": "object", "properties": {"free": {}}}
    value = {"free": nested(levels, 1), "x": 1}
    body = body_of({"type": "array", "items": free})
    assert body.strip([value]) == ([{"free": value["free"]}], ("0/x",))
    assert body.undeclared(JsonDocument([value])) == ("0/x",)
    form = body_of(free, media_type=FORM, encoding={"free": {"contentType": "application/json"}})
    fields = (("free", "[" * levels + "]" * levels), ("x", "1"))
    assert form.undeclared(FormDocument(fields)) == ("x",)


@pytest.mark.parametrize("levels", [150, 400, 490])
def test_a_schema_that_holds_itself_is_followed_for_some_levels(levels: int) -> None:
    node = {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/N"}}}
    body = body_of({"$ref": "#/components/schemas/N"}, components={"schemas": {"N": node}})
    value: Any = {"x": 1}
    for _ in range(levels):
        value = {"next": value}
    stripped, removed = body.strip(value)
    assert removed == ("next/" * levels + "x" if levels < 200 else "next/" * 200 + "next",)
    assert body.undeclared(JsonDocument(stripped)) == ()


LISTS = {"schemas": {"L": {"type": "array", "items": {"$ref": "#/components/schemas/L"}}}}


def test_long_bodies_have_one_violation_named() -> None:
    body = body_of({"type": "array", "items": {"type": "integer"}})
    assert judged(body, ["x"] * 5000) == [("body/0", "type")]
    assert len(judged(body, ["x"] * 100)) == 20
