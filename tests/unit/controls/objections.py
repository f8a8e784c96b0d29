"""One exchange for each reason of each control, and the reason it must give: place by place."""

import gzip
import json
from typing import Any

import msgspec
from tests.unit.engine.drive import FORM, JSON, MULTIPART, PNG, TEXT, request_head

from garrison.core.http import Headers, RequestHead, ResponseHead

ENFORCE_ANSWERS = "controls: {response-schema: {mode: enforce}}"
ITEM = b'{"name":"a"}'
PLAIN_500 = ResponseHead(500, TEXT)


class Objection(msgspec.Struct, frozen=True):
    """An exchange that one control objects to."""

    expected: str
    """`control: reason location`."""
    head: RequestHead
    body: bytes | None = None
    answer: tuple[ResponseHead, bytes] | None = None
    settings: str = ""
    """garrison.yaml besides mode and contract."""

    @property
    def control(self) -> str:
        """The control's id."""
        return self.expected.partition(":")[0]

    @property
    def reason(self) -> str:
        """The reason's id."""
        return self.expected.partition(": ")[2].partition(" ")[0]


def get(expected: str, target: str = "/items", headers: Headers = (), *, settings: str = "", **more: Any) -> Objection:
    """Objected to at the head of a GET."""
    return Objection(expected, request_head(f"GET {target}", headers, **more), settings=settings)


def send(
    expected: str, body: bytes, headers: Headers = JSON, *, line: str = "POST /items", settings: str = "", **more: Any
) -> Objection:
    """Objected to for the body of a request."""
    return Objection(expected, request_head(line, headers, body, **more), body, settings=settings)


def answer(
    expected: str,
    status: int,
    body: bytes,
    headers: Headers = JSON,
    *,
    target: str = "/items",
    settings: str = ENFORCE_ANSWERS,
) -> Objection:
    """Objected to for the response."""
    head = request_head(f"GET {target}")
    return Objection(expected, head, None, (ResponseHead(status, headers), body), settings)


GZIP = (*JSON, ("content-encoding", "gzip"))

CHARSET = (("content-type", "application/json; charset=x"),)
TWICE = (("authorization", "a"), ("authorization", "b"))
ONE_KEY = "controls: {request-limits: {object-keys: 1}}"

CANONICAL = [
    get("canonical-form: ambiguous-header-name header.content_type", headers=(("content_type", "a/b"),)),
    get(
        "canonical-form: conflicting-framing header.transfer-encoding",
        headers=(("content-length", "0"), ("transfer-encoding", "chunked")),
    ),
    get("canonical-form: control-character query.tag", "/items?tag=%00"),
    send("canonical-form: control-character body", b'{"name":"\\u0000"}'),
    get("canonical-form: dot-segment path", "/x/../items"),
    get("canonical-form: double-encoding query.tag", "/items?tag=%2527"),
    send("canonical-form: double-encoding body.name", b"name=%2527", FORM),
    send("canonical-form: duplicate-key body", b'{"name":"a","name":"b"}'),
    get("canonical-form: empty-segment path", "//items"),
    get("canonical-form: encoded-separator path", "/items/a%2Fb"),
    get("canonical-form: invalid-authority authority", authority="a b"),
    send("canonical-form: invalid-content-encoding body", b"x", GZIP),
    get("canonical-form: invalid-encoding path", "/items/%zz"),
    send("canonical-form: invalid-encoding header.content-type", ITEM, CHARSET),
    send("canonical-form: invalid-form body", b"name=<", FORM),
    get("canonical-form: invalid-header header", headers=(("a b", "c"),)),
    send("canonical-form: invalid-json body", b"{"),
    send("canonical-form: invalid-multipart body", b"--c--", MULTIPART),
    get("canonical-form: invalid-target path", "/items "),
    get("canonical-form: method-override header.x-http-method-override", headers=(("x-http-method-override", "PUT"),)),
    get("canonical-form: path-override header.x-original-url", headers=(("x-original-url", "/admin"),)),
    get("canonical-form: path-parameter path", "/items;a=b"),
    get("canonical-form: repeated-header header.authorization", headers=TWICE),
    get("canonical-form: repeated-parameter query.limit", "/items?limit=1&limit=2"),
    get("canonical-form: separator-lookalike path", "/items/%5C"),
]  # fmt: skip

INVENTORY = [
    get("inventory: unknown-operation path", "/nowhere"),
    send("inventory: method-not-allowed method", b"", (), line="DELETE /items"),
    get("inventory: uncompiled-operation path", "/broken"),
]

LIMITS = [
    send("request-limits: array-too-long body", b"[1,2,3]", settings="controls: {request-limits: {array-items: 2}}"),
    send("request-limits: body-too-large body", ITEM, settings="controls: {request-limits: {body-bytes: 11}}"),
    send(
        "request-limits: body-too-large body",
        ITEM,
        (*JSON, ("transfer-encoding", "chunked")),
        settings="controls: {request-limits: {inspected-bytes: 11}}",
    ),
    send(
        "request-limits: decompressed-too-large body",
        gzip.compress(b" " * 1000 + ITEM),
        GZIP,
        settings="controls: {request-limits: {inspected-bytes: 500}}",
    ),
    get("request-limits: headers-too-large header", settings="controls: {request-limits: {header-bytes: 3}}",
        headers=(("ab", "cd"),)),
    send("request-limits: json-too-deep body", b"[[[]]]", settings="controls: {request-limits: {json-depth: 2}}"),
    send("request-limits: length-required header.content-length", b"\x89PNG",
         (*PNG, ("transfer-encoding", "chunked")), line="PUT /items/1"),
    get("request-limits: too-many-headers header", settings="controls: {request-limits: {header-count: 1}}",
        headers=(("a", "b"), ("c", "d"))),
    send("request-limits: too-many-keys body", b'{"a":1,"b":2}', settings=ONE_KEY),
    get("request-limits: too-many-parameters query", "/items?tag=a&tag=b",
        settings="controls: {request-limits: {query-parameters: 1}}"),
    get("request-limits: uri-too-long target", settings="controls: {request-limits: {uri-bytes: 5}}"),
]  # fmt: skip

MEDIA = [
    send("media-type: missing-content-type header.content-type", ITEM, ()),
    send("media-type: unexpected-body body", ITEM, line="GET /items"),
    get("media-type: unexpected-upgrade header.upgrade", headers=(("upgrade", "WebSocket"),)),
    send("media-type: unexpected-body body", ITEM, line="GET /chat"),
    send("media-type: unsupported-content-encoding header.content-encoding", ITEM, (*JSON, ("content-encoding", "br"))),
    send("media-type: unsupported-media-type header.content-type", ITEM, (("content-type", "application/xml"),)),
    send("media-type: unsupported-media-type header.content-type", ITEM, (("content-type", "text/event-stream"),)),
    send("media-type: unsupported-media-type header.content-type", ITEM, (("content-type", "nonsense"),)),
]

REQUESTS = [
    send("request-schema: body-invalid body/name", b'{"name":1}'),
    send("request-schema: body-invalid body/name", b"{}"),
    send("request-schema: body-invalid body", b"[]"),
    send("request-schema: body-invalid body/size", b"name=a&size=x", FORM),
    send("request-schema: body-invalid body", b"longer", TEXT),
    send("request-schema: body-missing body", b""),
    send("request-schema: body-missing body", b"", (("content-type", "image/png"),), line="PUT /items/1"),
    get("request-schema: parameter-invalid query.limit", "/items?limit=11"),
    get("request-schema: parameter-invalid query.limit", "/items?limit=x"),
    get("request-schema: parameter-invalid path.id", "/items/123456789"),
    get("request-schema: parameter-invalid header.x-mode", headers=(("x-mode", "none"),)),
    get("request-schema: parameter-invalid cookie.session", headers=(("cookie", "session=12345"),)),
    get("request-schema: parameter-missing query.q", "/search"),
    get("request-schema: undeclared-parameter query.debug", "/items?debug=1"),
    get("request-schema: undeclared-parameter query.debug", "/override?debug=1"),
    send("request-schema: undeclared-property body/admin", b'{"name":"a","admin":true}',
         settings="controls: {request-schema: {undeclared-properties: refuse}}"),
]  # fmt: skip

ANSWERS = [
    answer("response-schema: response-body-missing response.body", 200, b""),
    answer("response-schema: response-invalid body/0/name", 200, b'[{"name":1}]'),
    answer("response-schema: response-invalid body", 200, b"x" * 21, (("content-type", "text/csv"),)),
    answer("response-schema: response-invalid header.x-total", 200, b"[]", (*JSON, ("x-total", "many"))),
    answer("response-schema: response-media-type response.header.content-type", 200, b"", (("content-type", "a/b"),)),
    answer(
        "response-schema: response-too-large response",
        200,
        b"[]" + b" " * 99,
        settings="controls: {response-schema: {mode: enforce, inspected-bytes: 100}}",
    ),
    answer("response-schema: response-media-type-missing response.header.content-type", 200, b"[]", ()),
    answer("response-schema: undeclared-body response.body", 202, b"[]"),
    answer("response-schema: response-unreadable response", 200, b"["),
    answer("response-schema: response-unreadable response", 200, b"[]", (*JSON, ("content-encoding", "br"))),
    answer("response-schema: undeclared-status response.status", 418, b""),
    answer("response-schema: undeclared-status response.status", 101, b""),
]


def _patch(said: str) -> str:
    return f"controls: {{virtual-patch: {{patches: [{{id: p, {said}}}]}}}}"


PATCHED = [
    get("virtual-patch: operation-denied ", settings=_patch("operation: listItems, deny: true")),
    get(
        "virtual-patch: value-refused query.tag",
        "/items?tag=%27",
        settings=_patch('operation: listItems, where: query.tag, refuse: {matches: "\'"}'),
    ),
    send(
        "virtual-patch: value-unreadable body/role",
        b"{",
        settings=_patch("operation: addItem, where: body/role, refuse: {present: true}"),
    ),
    answer(
        "virtual-patch: field-stripped response.body",
        200,
        b'[{"name":',
        settings=_patch("operation: listItems, strip: [/secret]"),
    ),
]

PATCHED_AWAY = answer(
    "virtual-patch: field-stripped response.body",
    200,
    b'[{"name":"a","size":1}]',
    settings=_patch("operation: listItems, strip: [/size]"),
)

STRIPPED = answer(
    "response-schema: undeclared-property body/0/secret",
    200,
    b'[{"name":"a","secret":1,"inner":{"a":"b","c":2}}]',
    settings="controls: {response-schema: {mode: enforce, action: strip}}",
)

LEAKS = [
    answer("error-leakage: stack-trace response.body", 500, b"Traceback (most recent call last):\n", TEXT),
    answer("error-leakage: sql-disclosure response.body", 500, b"ORA-00933: SQL command not properly ended", TEXT),
    answer("error-leakage: path-disclosure response.body", 500, b"cannot open /srv/api/settings.py", TEXT),
    answer(
        "error-leakage: unreadable-error response.body", 500, b"?", (*TEXT, ("content-encoding", "br")), settings=""
    ),
    answer("error-leakage: server-banner response.body", 502, b"<center>nginx/1.25.3</center>", TEXT),
]

TEXTS = {
    "sql": "1' or '1'='1",
    "nosql": "login[$ne]=1",
    "command": "; cat /etc/hosts",
    "path": "../../../../etc/passwd",
    "template": "{{7*7}}",
    "markup": "<script>alert(1)</script>",
    "xml": '<!DOCTYPE a [<!ENTITY b SYSTEM "c">]>',
    "request": "http://2130706433/",
    "ldap": "*)(uid=*))(|(uid=*",
    "xpath": "x' or count(/*)=1",
    "object": "!!python/object/apply:os.system",
    "runtime": "allow_url_include=1",
    "graphql": 'query { a(b: "c\' or 1") }',
    "header": "a\nHTTP/1.1 200 OK\nSet-Cookie: a=b",
    "crowded": "'or'" * 600,
}
"""A text of each class of payload, and one of which not each sign is looked at."""
PAYLOADS = [
    send(
        f"payload: payload-{kind} body/name",
        json.dumps({"name": text}).encode(),
        settings="controls: {payload: {mode: enforce}}",
    )
    for kind, text in TEXTS.items()
]

OBJECTIONS = (*CANONICAL, *INVENTORY, *LIMITS, *MEDIA, *REQUESTS, *PAYLOADS, *ANSWERS, *PATCHED)
"""Refused in enforce mode."""

REWRITTEN = (STRIPPED, PATCHED_AWAY, *LEAKS)
"""Mended in enforce mode."""


def name(case: Objection) -> str:
    """The case's name in a report."""
    return f"{case.expected} {json.dumps(case.head.target)}"


ABOUT_PRINCIPALS = {
    "authentication", "blocking", "circuit-breaker", "exposure", "field-access", "function-access", "incoming",
    "issued-ids", "object-access", "outgoing", "rate-limit", "revocation",
}  # fmt: skip
"""Controls whose cases need principals, keys, time or a third party: they are the tables of tests/unit/identity and
tests/access, and their own integration tests."""
