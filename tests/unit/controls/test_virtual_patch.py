"""`virtual-patch` refuses what stands where a patch says, whatever way it is written, until the patch ends."""

import base64
import json
from typing import Any

import pytest
from tests.unit.engine.drive import CONTRACT, FORM, JSON, MULTIPART, TEXT, Played, play, request_head, small_policy

from garrison.core.http import Headers, ResponseHead
from garrison.engine.plan import Policy
from garrison.engine.step import Pass

AN_ANSWER = {"name": "a", "inner": {"a": "secret"}, "all": [{"a": 1, "b": 2}, {"b": 3}]}


def patched(mode: str = "enforce", contract: str = CONTRACT, **patch: Any) -> Policy:
    """A policy with one patch and nothing else in force."""
    off = {
        name: {"mode": "off"}
        for name in ("canonical-form", "media-type", "request-schema", "response-schema", "error-leakage")
    }
    controls = {**off, "virtual-patch": {"mode": mode, "patches": [{"id": "p", **patch}]}}
    return small_policy(f"mode: enforce\ncontrols: {json.dumps(controls)}", contract)


def sent(policy: Policy, line: str, headers: Headers = (), body: bytes | None = None) -> Played:
    return play(policy, request_head(line, headers, body), body)


XML = (("content-type", "application/xml"),)
PART = b'--b\r\ncontent-disposition: form-data; name="role"\r\n\r\n1\r\n--b--\r\n'
QUOTED = {"matches": "'"}
SEARCH = {"operation": "search", "where": "query.q"}
ADDED = {"operation": "addItem", "where": "body/name"}


@pytest.mark.parametrize(
    ("patch", "line", "reason"),
    [
        ({**SEARCH, "refuse": QUOTED}, "GET /search?q=a%27b", "value-refused query.q"),
        ({**SEARCH, "refuse": QUOTED}, "GET /search?q=a&Q=%27", "value-refused query.q"),
        ({**SEARCH, "refuse": QUOTED}, "GET /search?q=a&q=%27", "value-refused query.q"),
        ({**SEARCH, "refuse": {"matches": "ne"}}, "GET /search?q[$ne]=1", "value-refused query.q"),
        ({**SEARCH, "refuse": QUOTED}, "GET /search?q=ab&r=%27", ""),
        ({**SEARCH, "refuse": {"unlike": "[a-z]+"}}, "GET /search?q=ab1", "value-refused query.q"),
        ({**SEARCH, "refuse": {"unlike": "[a-z]+"}}, "GET /search?q=ab", ""),
        ({**SEARCH, "refuse": {"longer-than": 3}}, "GET /search?q=abcd", "value-refused query.q"),
        ({**SEARCH, "refuse": {"longer-than": 3}}, "GET /search?q=abc", ""),
        ({**SEARCH, "refuse": {"above": 10}}, "GET /search?q=11", "value-refused query.q"),
        ({**SEARCH, "refuse": {"above": 10}}, "GET /search?q=nan", "value-refused query.q"),
        ({**SEARCH, "refuse": {"above": 10}}, "GET /search?q=ten", "value-refused query.q"),
        ({**SEARCH, "refuse": {"above": 10}}, "GET /search?q=10", ""),
        ({**SEARCH, "refuse": {"repeated": True}}, "GET /search?q=1&q=2", "value-refused query.q"),
        ({**SEARCH, "refuse": {"not-one-of": ["a", "b"]}}, "GET /search?q=c", "value-refused query.q"),
        ({**SEARCH, "refuse": {"not-one-of": ["a", "b"]}}, "GET /search?q=b", ""),
        ({**SEARCH, "where": "query.x", "refuse": {"present": True}}, "GET /search?q=1&x=", "value-refused query.x"),
        ({**SEARCH, "where": "query.x", "refuse": {"absent": True}}, "GET /search?q=1", "value-refused query.x"),
        ({**SEARCH, "where": "query", "refuse": QUOTED}, "GET /search?q=1&%27=2", "value-refused query"),
        ({**SEARCH, "refuse": {"cel": "params.query.q == 'x'"}}, "GET /search?q=x", "value-refused query.q"),
        ({**SEARCH, "refuse": {"cel": "params.query.q == 'x'"}}, "GET /search?q=y", ""),
        ({**SEARCH, "refuse": {"cel": "params.query.zz == 'x'"}}, "GET /search?q=y", "value-refused query.q"),
        (
            {"operation": "getItem", "where": "path.id", "refuse": {"matches": r"\.\."}},
            "GET /items/..%2fa",
            "value-refused path.id",
        ),
        ({"operation": "getItem", "where": "path.id", "refuse": {"matches": "9"}}, "GET /items/1", ""),
        ({"operation": "search", "deny": True}, "GET /search?q=1", "operation-denied "),
        ({"operation": "search", "deny": True}, "GET /items", ""),
        ({"deny": True}, "GET /items", "operation-denied "),
        ({"operation": "search", "deny": True, "expires": "1969-12-31"}, "GET /search?q=1", ""),
        ({"operation": "search", "deny": True, "expires": "1970-01-01"}, "GET /search?q=1", "operation-denied "),
    ],
)
def test_a_place_in_the_head(patch: dict[str, Any], line: str, reason: str) -> None:
    played = sent(patched(**patch), line)
    assert [each for each in played.reasons if each.split()[0] in PATCHED] == ([reason] if reason else [])


PATCHED = {"value-refused", "operation-denied", "value-unreadable", "field-stripped"}


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ((("x-forwarded-host", "evil.example"),), "value-refused header.x-forwarded-host"),
        ((("x-forwarded-for", "evil.example"),), ""),
    ],
)
def test_a_header(headers: Headers, reason: str) -> None:
    policy = patched(where="header.X-Forwarded-Host", refuse={"present": True})
    assert sent(policy, "GET /items", headers).reasons == ([reason] if reason else [])


def test_a_cookie() -> None:
    policy = patched(where="cookie.sid", refuse={"matches": "^admin"})
    assert sent(policy, "GET /items", (("cookie", "a=1; sid=admin7"),)).refused == 400
    assert sent(policy, "GET /items", (("cookie", "a=admin; sid=7"),)).refused == 0


@pytest.mark.parametrize(("cookie", "refused"), [('sid="admin7"', 400), ("sid=%61dmin7", 400), ("sid=%37", 0)])
def test_a_cookie_as_servers_read_it(cookie: str, refused: int) -> None:
    policy = patched(where="cookie.sid", refuse={"matches": "^admin", "repeated": True})
    assert sent(policy, "GET /items", (("cookie", cookie),)).refused == refused


@pytest.mark.parametrize(
    ("headers", "body", "reason"),
    [
        (JSON, b'{"name":"a","role":"admin"}', "value-refused body/role"),
        (JSON, b'{"name":"a","ROLE":1}', "value-refused body/role"),
        (JSON, b'[{"name":"a"},{"name":"b","role":1}]', "value-refused body/role"),
        (JSON, b'{"name":"a"}', ""),
        (FORM, b"name=a&role=admin", "value-refused body/role"),
        (FORM, b"name=a&role[0]=admin", "value-refused body/role"),
        (FORM, b"name=a", ""),
        (MULTIPART, PART, "value-refused body/role"),
        (JSON, b'{"name":', "value-unreadable body/role"),
        (TEXT, b'{"name":"a","role":"admin"}', "value-unreadable body/role"),
        (XML, b"<item><role>admin</role></item>", "value-unreadable body/role"),
        ((("content-type", "text/csv"),), b"name,role\na,admin\n", "value-unreadable body/role"),
    ],
)  # fmt: skip
def test_a_place_in_the_body(headers: Headers, body: bytes, reason: str) -> None:
    policy = patched(operation="addItem", where="body/role", refuse={"present": True})
    assert sent(policy, "POST /items", headers, body).reasons == ([reason] if reason else [])


def token(head: str, claims: str = "{}") -> str:
    """A token (JWT) with a signature that nobody verifies."""
    return ".".join(base64.urlsafe_b64encode(each.encode()).rstrip(b"=").decode() for each in (head, claims, "sig"))


GOOD = token('{"alg":"RS256"}', '{"exp":1}')
NONE = token('{"alg":"None"}')
ESCAPED = r'{"alg":"\u006eone"}'
SPELT = {
    "plain": f"Bearer {NONE}",
    "with blanks": "Bearer " + token('\n{ "alg" : "none" }'),
    "named twice": "Bearer " + token('{"alg":"none","alg":"RS256"}'),
    "with a sign that is no base64": f"Bearer {NONE[:5]}!{NONE[5:]}",
    "escaped": f"Bearer {token(ESCAPED)}",
    "without a scheme": NONE,
}
REFUSED = ["value-refused token.head.alg"]


@pytest.mark.parametrize("spelling", SPELT)
def test_what_a_token_says_whatever_way_it_is_spelt(spelling: str) -> None:
    policy = patched(where="token.head.alg", refuse={"matches": "(?i)^none$"})
    assert sent(policy, "GET /items", (("authorization", SPELT[spelling]),)).reasons == REFUSED


@pytest.mark.parametrize(
    ("headers", "line", "reasons"),
    [
        ((("cookie", f"a=1; sid={NONE}"),), "GET /items", REFUSED),
        ((), f"GET /search?q={NONE}", REFUSED),
        ((("x-token", f"{GOOD}, {NONE}"),), "GET /items", REFUSED),
        ((("authorization", f"Bearer {GOOD}"),), "GET /items", []),
        ((("authorization", "Bearer opaque.none.token"),), "GET /items", []),
        ((("authorization", "Bearer " + token("{alg:none}")),), "GET /items", ["value-unreadable token.head.alg"]),
        ((("x-many", " ".join([GOOD] * 40)),), "GET /items", ["value-unreadable token.head.alg"]),
    ],
)  # fmt: skip
def test_tokens_are_looked_for_wherever_they_travel(headers: Headers, line: str, reasons: list[str]) -> None:
    policy = patched(where="token.head.alg", refuse={"matches": "(?i)^none$"})
    found = [each for each in sent(policy, line, headers).reasons if each.split()[0] in PATCHED]
    assert found == reasons


@pytest.mark.parametrize(
    ("claims", "refused"),
    [
        ('{"exp":-1}', True), ('{"exp":99999}', False), ('{"exp":"soon"}', True), ('{"exp":-1,"exp":99999}', True),
        ("{}", False),
    ],
)  # fmt: skip
def test_a_time_that_is_over(claims: str, refused: bool) -> None:
    policy = patched(where="token.claims.exp", refuse={"past": True})
    sending = sent(policy, "GET /items", (("authorization", "Bearer " + token('{"alg":"RS256"}', claims)),))
    assert sending.reasons == (["value-refused token.claims.exp"] if refused else [])


def test_a_whole_body() -> None:
    policy = patched(operation="addItem", where="body", refuse={"matches": "(?i)<!entity"})
    assert sent(policy, "POST /items", TEXT, b"<!ENTITY").reasons == ["value-refused body"]
    assert sent(policy, "POST /items", TEXT, b"<a/>").reasons == []


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-16-be", "utf-16-le", "cp037"])
def test_a_whole_document_in_another_charset(charset: str) -> None:
    policy = patched(operation="addItem", where="body", refuse={"matches": "<!DOCTYPE"})
    document = '<?xml version="1.0"?><!DOCTYPE a><a/>'.encode(charset)
    assert sent(policy, "POST /items", XML, document).reasons == ["value-refused body"]


@pytest.mark.parametrize(
    ("headers", "body"),
    [(JSON, rb'{"name":"{\u005f_schema}"}'), (FORM, b"name={%5f_schema}"), (FORM, b"name=__sche%6da")],
)
def test_a_whole_body_with_escapes(headers: Headers, body: bytes) -> None:
    policy = patched(operation="addItem", where="body", refuse={"matches": "__schema", "repeated": True})
    assert sent(policy, "POST /items", headers, body).reasons == ["value-refused body"]
    assert sent(policy, "POST /items", headers, body.replace(b"sche", b"x")).reasons == []


@pytest.mark.parametrize(("headers", "body"), [(FORM, b"name=a&size=2"), (TEXT, b'{"name":"a"}')])
def test_an_expression_about_a_body_that_is_no_json(headers: Headers, body: bytes) -> None:
    policy = patched(operation="addItem", where="body/name", refuse={"cel": "has(body.size)"})
    assert sent(policy, "POST /items", headers, body).reasons == ["value-unreadable body/name"]
    assert sent(policy, "POST /items", JSON, b'{"name":"a"}').reasons == []


def test_fields_against_one_another() -> None:
    """A rule across fields: what is sold must be of the account that pays."""
    rule = "has(body.name) && has(body.size) && !body.name.startsWith(string(body.size))"
    policy = patched(operation="addItem", where="body/name", refuse={"cel": rule})
    assert sent(policy, "POST /items", JSON, b'{"name":"7-a","size":7}').reasons == []
    assert sent(policy, "POST /items", JSON, b'{"name":"8-a","size":7}').reasons == ["value-refused body/name"]
    assert sent(policy, "POST /items", JSON, b'{"name":"8-a"}').reasons == []
    assert sent(policy, "POST /items", JSON, b'{"name":8,"size":7}').reasons == ["value-refused body/name"]


def test_what_nobody_described() -> None:
    policy = patched(operation="* /debug*", deny=True)
    assert "operation-denied " in sent(policy, "GET /debug/vars").reasons
    assert "operation-denied " not in sent(policy, "GET /other").reasons


@pytest.mark.parametrize("patched_path", ["/debug", "/debug/"])
def test_a_slash_behind_a_path_is_no_way_around(patched_path: str) -> None:
    policy = patched(operation=f"GET {patched_path}", deny=True)
    for path, is_denied in (("/debug", True), ("/debug/", True), ("/debugger", False)):
        assert ("operation-denied " in sent(policy, f"GET {path}").reasons) is is_denied


def answered(policy: Policy, value: Any, headers: Headers = JSON) -> Played:
    body = json.dumps(value).encode()
    return play(policy, request_head("GET /items/1"), answer=(ResponseHead(200, headers), body))


@pytest.mark.parametrize(
    ("pointer", "left"),
    [
        ("/inner/a", {**AN_ANSWER, "inner": {}}),
        ("/all/*/a", {**AN_ANSWER, "all": [{"b": 2}, {"b": 3}]}),
        ("/all/b", {**AN_ANSWER, "all": [{"a": 1}, {}]}),
        ("/**/a", {"name": "a", "inner": {}, "all": [{"b": 2}, {"b": 3}]}),
        ("/inner", {key: value for key, value in AN_ANSWER.items() if key != "inner"}),
    ],
)
def test_fields_taken_out_of_answers(pointer: str, left: Any) -> None:
    played = answered(patched(operation="getItem", strip=[pointer]), AN_ANSWER)
    assert isinstance(played.response, Pass)
    assert played.response.mutation is not None
    assert json.loads(played.response.mutation.body or b"") == left
    assert played.reasons == ["field-stripped response.body"]


def test_an_answer_without_the_field_leaves_as_it_is() -> None:
    played = answered(patched(operation="getItem", strip=["/password"]), AN_ANSWER)
    assert played.response == Pass()


def test_an_answer_that_cannot_be_read_does_not_leave() -> None:
    policy = patched(operation="getItem", strip=["/password"])
    played = play(policy, request_head("GET /items/1"), answer=(ResponseHead(200, JSON), b'{"password":'))
    assert played.refused == 502
    ranges = ResponseHead(206, (("content-type", "multipart/byteranges; boundary=b"),))
    played = play(policy, request_head("GET /items/1"), answer=(ranges, b'--b\r\n\r\n"secret"\r\n--b--'))
    assert played.refused == 502


def test_a_field_does_not_leave_in_another_form_of_the_answer() -> None:
    """A client chooses the form (`Accept`) where the API has several."""
    policy = patched(operation="getItem", strip=["/password"])
    for media_type, body in (("application/xml", b"<password>x</password>"), ("text/plain", b"password: x")):
        head = ResponseHead(200, (("content-type", media_type),))
        assert play(policy, request_head("GET /items/1"), answer=(head, body)).refused == 502
        empty = ResponseHead(200, head.headers, has_body=False)
        assert play(policy, request_head("GET /items/1"), answer=(empty, b"")).refused == 0
    head = ResponseHead(404, (("content-type", "text/plain"),))
    assert play(policy, request_head("GET /items/1"), answer=(head, b"there is none")).refused == 0


@pytest.mark.parametrize(
    ("media_type", "with_it", "without_it"),
    [
        ("application/x-ndjson", b'{"id": 1}\n{"id": 2, "password": "x"}\n', b'{"id": 1}\n'),
        ("text/csv", b"id,password\n1,x\n", b"id\n1\n"),
    ],
)
def test_a_field_does_not_leave_in_lines_or_a_table(media_type: str, with_it: bytes, without_it: bytes) -> None:
    declared = f"""{{"200": {{description: ok, content: {{{media_type}: {{schema: {{type: object, properties: {{
      id: {{type: integer, x-garrison-subject: customer}}}}}}}}}}}}}}"""
    contract = f"""
openapi: 3.1.0
info: {{title: Lines, version: "1"}}
paths:
  /items/{{id}}:
    parameters: [{{name: id, in: path, required: true, schema: {{type: string}}}}]
    get: {{operationId: getItem, responses: {declared}}}
"""
    policy = patched(operation="getItem", strip=["/password"], contract=contract)
    for body, refused in ((with_it, 502), (without_it, 0)):
        head = ResponseHead(200, (("content-type", media_type),))
        assert play(policy, request_head("GET /items/1"), answer=(head, body)).refused == refused


def test_header_fields_of_answers() -> None:
    policy = patched(headers={"X-Content-Type-Options": "nosniff"})
    played = answered(policy, AN_ANSWER)
    assert isinstance(played.response, Pass)
    assert played.response.mutation is not None
    assert ("x-content-type-options", "nosniff") in played.response.mutation.set_headers


def test_monitoring_changes_nothing() -> None:
    assert sent(patched("monitor", operation="search", deny=True), "GET /search?q=1").refused == 0
    played = answered(patched("monitor", headers={"x-a": "b"}), AN_ANSWER)
    assert played.response is None or (isinstance(played.response, Pass) and played.response.mutation is None)
    assert answered(patched("monitor", strip=["/inner"]), AN_ANSWER).observed == ["field-stripped response.body"]
