"""Forms: classes of what stands where a contract leaves it open. None holds anything of the value."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.controls.acting import Stage, api, operation

from garrison.exposure import forms
from garrison.exposure.forms import CLASSES, MOST, form_of

EXAMPLES: dict[str, list[Any]] = {
    "address": ["10.0.0.1", "10.0.0.0/8", "fe80::1"],
    "base64": ["dGhpcy9pcythL3Rlc3Qvb2Y+YmFzZTY0=="],
    "boolean": [True],
    "code": ["ABC123", "WVWZZZ1JZXW000001"],
    "command": ["a; ls", "$(id)", "x|y", "a && b"],
    "control": ["a\x00"],
    "date": ["2026-01-02"],
    "digits": ["1" * 17],
    "digits1": [5, "7"],
    "digits9": ["123456789", 123456789],
    "digits16": ["4111111111111111"],
    "email": ["ada.example@x.example.com", "o'brien@example".replace("'", "") + ".com"],
    "empty": [""],
    "hex": ["0123456789abcdef"],
    "hex24": ["507f1f77bcf86cd799439011", "deadbeefdeadbeefdeadbeef"],
    "hex32": ["0" * 31 + "a"],
    "jwt": ["eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."],
    "list": [["a"]],
    "long": ["a" * 300],
    "markup": ["<script>", "<a" * 200],
    "null": [None],
    "number": ["-4.5", 1.5, -5, 10**30],
    "object": [{"$ne": 1}, '{"a":1}'.replace('"', "")],
    "other": [(1,)],
    "phone": ["+44 20 7946 0958", "(555) 010-9999"],
    "quoted": ["' OR 1=1 --", '"x', "1 -- "],
    "slug": ["my-slug_1"],
    "template": ["${jndi:ldap}", "{{7*7}}"],
    "text": ["hello, world: fine (yes)", "*"],
    "time": ["2026-01-02T10:11:12Z", "10:11", "2026-01-02 10:11:12"],
    "traversal": ["../../etc/passwd", "..\\boot", "file:///etc/passwd@"],
    "url": ["https://x.example/a?b=c"],
    "uuid": ["5f1c2d3e-0000-4000-8000-000000000000"],
    "word": ["max", "Ünïcode", "李小龙"],
    "words": ["Ada Example", "Jean-Luc O'Brien Jr."],
    "zeros": ["0", "000-00-0000", "00000000-0000-0000-0000-000000000000"],
}


@pytest.mark.parametrize(("form", "value"), [(form, value) for form, values in EXAMPLES.items() for value in values])
def test_values_and_their_forms(form: str, value: Any) -> None:
    assert form_of(value) == form


def test_every_class_but_numbers_of_digits_has_an_example() -> None:
    assert {name for name in CLASSES if not name.startswith("digits")} <= set(EXAMPLES)
    assert len(CLASSES) <= 50


@given(st.one_of(st.text(max_size=400), st.integers(), st.floats(), st.none(), st.lists(st.text(max_size=3))))
def test_whatever_comes_has_one_of_few_forms(value: Any) -> None:
    assert form_of(value) in CLASSES


PIECES = st.sampled_from(
    ["Ada", "O'B", "é", "7", "00", " ", ".", "-", "/", ":", "@", "+", "(", "T", "abc123", "\x1c", "\n"]
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_what_is_quicker_in_ascii_says_the_same(text: str) -> None:
    for anything, in_ascii in forms._FORMS if text.isascii() else ():
        one, other = anything.fullmatch(text), in_ascii.fullmatch(text)
        assert (one and one.lastgroup) == (other and other.lastgroup)


TEXT = {"type": "string"}
CONTRACT = api({
    "/things/{thing}": {
        "parameters": [{"name": "thing", "in": "path", "required": True, "schema": TEXT}],
        "get": {
            **operation({}),
            "parameters": [
                {"name": "q", "in": "query", "schema": {"type": ["string", "null"]}},
                {"name": "day", "in": "query", "schema": {"type": "string", "format": "date"}},
                {"name": "sort", "in": "query", "schema": {"enum": ["a", "b"]}},
                {"name": "code", "in": "query", "schema": {"type": "string", "pattern": "^x"}},
                {"name": "size", "in": "query", "schema": {"type": "integer"}},
                {"name": "any", "in": "query"},
            ],
        },
        "post": operation({}, {
            "allOf": [
                {"properties": {"name": {"$ref": "#/components/schemas/Name"}, "size": {"type": "integer"}}},
                {"properties": {"mail": {"type": "string", "format": "email"}, "free": {}, "kind": {"const": "k"}}},
            ]
        }),
        "put": operation({}, {"properties": {f"p{number}": TEXT for number in range(20)}}),
    },
    "/notes": {"post": operation({}, {"properties": {"note": TEXT, "size": {"type": "integer"}}})},
}, schemas={"Name": {"type": "string", "maxLength": 50}})  # fmt: skip


@pytest.mark.parametrize(
    ("line", "body", "forms"),
    [
        ("GET /things/7", None, ("path.thing=digits1",)),
        ("GET /things/a?q=Ada+Example", None, ("path.thing=word", "query.q=words")),
        ("GET /things/a?day=2026-01-02&sort=a&code=xy&size=7", None, ("path.thing=word",)),
        ("GET /things/a?any=..%2Fetc", None, ("path.thing=word", "query.any=traversal")),
        ("GET /things/a?other=secret", None, ("path.thing=word",)),
        ("POST /things/a", {"name": "Ada", "size": 1, "mail": "a@b.co", "free": {"$ne": 1}, "kind": "k"},
         ("path.thing=word", "body.free=object", "body.name=word")),
        ("POST /things/a", {"unknown": "x"}, ("path.thing=word",)),
        ("POST /things/a", ["name"], ("path.thing=word",)),
        ("POST /things/a", b"{", ("path.thing=word",)),
        ("POST /notes", {"note": "Ada Example", "size": 1}, ("body.note=words",)),
        ("POST /notes", {"note": None}, ("body.note=null",)),
        ("POST /notes", {"note": 7}, ("body.note=digits1",)),
        ("POST /notes", {"other": "x"}, ()),
        ("POST /notes", ["note"], ()),
        ("POST /notes", b"{", ()),
        ("POST /notes", None, ()),
    ],
)  # fmt: skip
def test_forms_are_told_where_the_contract_leaves_them_open(line: str, body: Any, forms: tuple[str, ...]) -> None:
    assert Stage(CONTRACT).ask(None, line, body, {}).event.forms == forms


def test_there_are_so_many_of_one_request_at_most() -> None:
    body = {f"p{number}": "a@b.co" for number in range(20)}
    event = Stage(CONTRACT).ask(None, "PUT /things/a", body, {}).event
    assert event.forms == ("path.thing=word", *(f"body.p{number}=email" for number in range(MOST - 1)))


def test_nothing_is_told_where_the_control_is_off() -> None:
    assert Stage(CONTRACT, "exposure: {mode: off}").ask(None, "GET /things/a", None, {}).event.forms == ()
