"""Demands of authorization that could mean nothing are told at load, with their place and how to mend them."""

from typing import Any

import msgspec
import pytest

from garrison.config.expression import MAX_LENGTH
from garrison.config.load import examine, load_settings
from garrison.config.tables import MAX_BYTES, read_table
from garrison.core.errors import ConfigError, Problem
from garrison.wiring import build_policy

SCHEMES = {"schemes": {"bearer": {"jwt": [{"issuer": "https://id.example", "audiences": ["api"]}]}}}
CONTRACT = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "security": [{"bearer": []}],
    "components": {"securitySchemes": {"bearer": {"type": "oauth2", "flows": {}}}},
    "paths": {
        "/a/{id}": {
            "get": {
                "operationId": "getA",
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {},
            }
        },
        "/b": {"get": {"operationId": "getB", "responses": {}}},
    },
}


def problems(controls: dict[str, Any], operations: list[Any] | None = None, **more: Any) -> list[Problem]:
    data = {"controls": {"authentication": SCHEMES, **controls}, "operations": operations or [], **more}
    return list(examine(msgspec.json.encode(data), "garrison.yaml").problems)


@pytest.mark.parametrize(
    ("source", "message", "hint"),
    [
        ("1 +", "is no CEL expression: line 1, column 4: mismatched input '<EOF>'", "example"),
        ("'a' b", "is no CEL expression: line 1, column 5: extraneous input 'b'", "example"),
        ("user.id == 'a'", "`user` is not known", "there are `params`, `peer`, `principal`, `request`"),
        ("principal.id.lower() == 'a'", "`lower` is no function", "there are `bytes`, `contains`"),
        ("[1].all(x, [1].all(y, x == y))", "goes through a list inside of another", "split it"),
        ("true || " * 600 + "true", f"is longer than {MAX_LENGTH} characters", "split it"),
    ],
)
def test_expressions(source: str, message: str, hint: str) -> None:
    for place, found in (
        ("$.controls", problems({"function-access": {"requires": {"cel": source}}})),
        (
            "$.operations[0].controls",
            problems({}, [{"match": "getA", "controls": {"function-access": {"requires": {"cel": source}}}}]),
        ),
    ):
        (problem,) = found
        assert problem.path == f"{place}.function-access.requires.cel"
        assert problem.message.startswith(message)
        assert problem.hint.startswith(hint)


@pytest.mark.parametrize(
    "source",
    [
        "principal.roles.exists(r, r == 'a') && params.query.tags.all(t, t.startsWith('x'))",
        "principal.id == '.all(x, .all(y, '",
        "has(principal.claims.a) ? principal.claims.a == 1 : false",
        "timestamp('2026-01-01T00:00:00Z').getHours() in [1, 2] && size(peer.address) > 0",
        "request.path.matches('^/a/')",
    ],
)
def test_good_expressions(source: str) -> None:
    assert problems({"function-access": {"requires": {"cel": source}}}) == []


@pytest.mark.parametrize(
    ("owner", "place", "message"),
    [
        ({"claim": "a"}, "", "must have one of `parameter`, `field` and `answer`"),
        ({"parameter": "id", "answer": "/a"}, "", "must have one of"),
        ({"answer": "a"}, ".answer", "`a` is no JSON Pointer"),
        ({"field": "a/b"}, ".field", "`a/b` is no JSON Pointer"),
        ({"parameter": "id", "table": "sold"}, ".table", "there is no table `sold`"),
    ],
)
def test_owners(owner: dict[str, Any], place: str, message: str) -> None:
    found = problems({}, [{"match": "getA", "controls": {"object-access": {"owners": [owner]}}}])
    assert found[0].path == f"$.operations[0].controls.object-access.owners[0]{place}"
    assert found[0].message.startswith(message)


def test_pointers_are_of_single_operations() -> None:
    (problem,) = problems({"object-access": {"owners": [{"answer": "/a"}]}})
    assert problem.path == "$.controls.object-access.owners[0].answer"
    assert problem.hint == "put it under `operations`, with the operations that have it"


@pytest.mark.parametrize(
    ("controls", "place"),
    [
        ({"function-access": {"requires": {"roles": ["a"]}}}, "function-access.requires"),
        ({"object-access": {"owners": [{"parameter": "id"}]}}, "object-access.owners"),
        ({"object-access": {"decision-point": {"url": "https://pdp.example/x"}}}, "object-access.decision-point"),
    ],
)
def test_demands_of_principals_where_nobody_is_authenticated(controls: dict[str, Any], place: str) -> None:
    (problem,) = problems({"authentication": {}, **controls})
    assert problem.path == f"$.controls.{place}"
    assert problem.message == "nobody is authenticated, so this would not be looked at"
    entry = {"match": "getA", "controls": controls}
    (problem,) = problems({"authentication": {}}, [entry])
    assert problem.path == f"$.operations[0].controls.{place}"
    assert problems({}, [entry]) == []


def build(settings: dict[str, Any], tables: dict[str, bytes] | None = None) -> Any:
    files = {"/api.json": msgspec.json.encode(CONTRACT), **(tables or {})}

    def read(place: str) -> bytes:
        if place not in files:
            raise FileNotFoundError(2, "No such file or directory", place)
        return files[place]

    controls = {"authentication": SCHEMES, **settings.pop("controls", {})}
    data = {"contract": {"file": "/api.json"}, "controls": controls, **settings}
    return build_policy(load_settings(msgspec.json.encode(data), "/etc/garrison.yaml"), read=read)


def owners(*named: str) -> dict[str, Any]:
    return {"object-access": {"owners": [{"parameter": name} for name in named]}}


def test_an_owner_in_a_parameter_that_no_operation_has() -> None:
    build({"controls": owners("id", "path.id")})
    with pytest.raises(ConfigError, match=r"owners\[1\].parameter: no operation here has a parameter `path.ids`"):
        build({"controls": owners("id", "path.ids")})
    with pytest.raises(ConfigError, match=r"operations\[0\].controls.object-access.owners\[0\].parameter"):
        build({"operations": [{"match": "getB", "controls": owners("id")}]})


SOLD = {"object-access": {"tables": {"sold": {"file": "sold.csv"}}, "owners": [{"parameter": "id", "table": "sold"}]}}


def test_tables_are_read_beside_garrison_yaml() -> None:
    policy = build({"controls": SOLD}, {"/etc/sold.csv": b"dealer,vehicle\nacme,V1\nacme,V2\n"})
    assert policy.state.tables == {"/etc/sold.csv": {"acme": {"V1", "V2"}}}


def test_a_change_of_a_table_is_another_policy() -> None:
    first, second = (build({"controls": SOLD}, {"/etc/sold.csv": b"a,b\n" + row}) for row in (b"x,y\n", b"x,z\n"))
    assert first.digest != second.digest


def test_a_table_that_is_missing_or_broken() -> None:
    place = r"\$.controls.object-access.tables.sold.file: `/etc/sold.csv`"
    with pytest.raises(ConfigError, match=f"{place} cannot be read: no such file"):
        build({"controls": SOLD})
    with pytest.raises(ConfigError, match=f"{place} is no table: must begin with a line of two column names"):
        build({"controls": SOLD}, {"/etc/sold.csv": b""})


@pytest.mark.parametrize(
    ("data", "file", "message"),
    [
        (b"a\nb\n", "t.csv", "must begin with a line of two column names"),
        (b"a,b\nc\n", "t.csv", "line 2 must have two values"),
        (b"a,b\nc,\n", "t.csv", "line 2 must have two values"),
        (b'a,b\n"c,d\n', "t.csv", "line 2"),
        (b"\xff,b\n", "t.csv", "is not UTF-8"),
        (b"a,b\n" + b"x" * 200_000 + b",y\n", "t.csv", "line 2: field larger"),
        (b"{", "t.json", "must be an object of lists of texts"),
        (b'{"a": "b"}', "t.json", "must be an object of lists of texts"),
        (b'{"a": [1]}', "t.json", "must be an object of lists of texts"),
        (b"\xff", "t.json", "must be an object of lists of texts"),
        (b" " * (MAX_BYTES + 1), "t.csv", "is larger than 64 MiB"),
    ],
)
def test_broken_tables(data: bytes, file: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_table(data, file)


def test_good_tables() -> None:
    rows = '\ufeffdealer,vehicle\r\nacme,"V,1"\r\nacme,V2\r\nbölt,V3\r\n'.encode()
    assert read_table(rows, "t.csv") == {"acme": {"V,1", "V2"}, "bölt": {"V3"}}
    assert read_table(b'{"acme": ["V1", "V2", "V1"]}', "t.json") == {"acme": {"V1", "V2"}}
