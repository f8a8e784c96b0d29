"""`response-schema` judges whether there is a body at all, and says nothing where the contract says nothing."""

import pytest
from tests.unit.engine.drive import JSON, TEXT, Played, play, request_head, small_policy

from garrison.core.http import Headers, ResponseHead
from garrison.engine.plan import Policy

CONTRACT = """
openapi: 3.1.0
info: {title: Bodies, version: "1"}
paths:
  /json:
    get: &answers
      responses:
        "200": {description: JSON, content: {application/json: {}, application/problem+json: {}}}
        "201": {description: JSON or text, content: {application/json: {}, text/csv: {}}}
        "202": {description: nothing}
        "203": {description: anything, content: {"*/*": {}}}
        "204": {description: JSON in vain, content: {application/json: {}}}
        "206": {description: bytes, content: {application/octet-stream: {}}}
        "302": {description: nothing}
        "304": {description: JSON in vain, content: {application/json: {}}}
        4XX: {description: nothing}
        default: {description: who knows}
    head: *answers
  /errors:
    get: {responses: {default: {description: JSON, content: {application/json: {}}}}}
  /pages:
    get:
      responses:
        "201": {description: JSON, content: &json {application/json: {}}}
        "200": {description: JSON, headers: {Content-Encoding: {schema: {enum: [gzip]}}}, content: *json}
        "202": {description: JSON, headers: {X-Count: {required: true, schema: {type: integer}}}, content: *json}
        "203": {description: JSON, headers: {X-Count: {schema: {type: integer}}}, content: *json}
  /stream:
    get: {x-garrison-stream: true, responses: {"200": {description: JSON, content: {application/json: {}}}}}
"""
HTML = (("content-type", "text/html"),)
EVENTS = (("content-type", "text/event-stream"),)
PNG = (("content-type", "image/png"),)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return small_policy("mode: enforce\ncontrols: {response-schema: {mode: enforce}}", CONTRACT)


def ways(policy: Policy, line: str, status: int, headers: Headers, body: bytes) -> list[Played]:
    """The answer with and without a stated length, whole and in pieces, with and without a head that ends it."""
    sized = (*headers, ("content-length", str(len(body))))
    heads = [ResponseHead(status, headers), ResponseHead(status, sized)]
    if not body:
        heads += [ResponseHead(status, each.headers, has_body=False) for each in heads]
    head = request_head(line)
    return [play(policy, head, None, (each, body), chunks=cut) for each in heads for cut in (None, ((), (1,)))]


@pytest.mark.parametrize(
    ("line", "status", "headers", "body", "expected"),
    [
        # empty
        ("GET /json", 200, JSON, b"", "response-body-missing"),
        ("GET /json", 200, (), b"", "response-body-missing"),
        ("GET /json", 201, JSON, b"", "response-body-missing"),
        ("GET /json", 201, (), b"", ""),
        ("GET /json", 203, (), b"", ""),
        ("GET /json", 202, (), b"", ""),
        ("GET /json", 202, HTML, b"", ""),
        ("GET /json", 202, PNG, b"", ""),
        ("GET /json", 204, (), b"", ""),
        ("GET /json", 204, JSON, b"", ""),
        ("GET /json", 304, JSON, b"", ""),
        ("HEAD /json", 200, JSON, b"", ""),
        ("HEAD /json", 200, (), b"", ""),
        ("GET /errors", 302, (), b"", ""),
        ("GET /errors", 500, JSON, b"", "response-body-missing"),
        ("GET /stream", 200, (), b"", "response-body-missing"),
        # no media type
        ("GET /json", 200, (), b"{}", "response-media-type-missing"),
        ("GET /json", 201, (), b"a;b", "response-media-type-missing"),
        ("GET /json", 201, (), b"\xff", "response-media-type-missing"),
        ("GET /json", 203, (), b"a", ""),
        ("GET /json", 206, (), b"a", ""),
        ("GET /errors", 500, (), b"a", "response-media-type-missing"),
        # not declared
        ("GET /json", 202, JSON, b"{}", "undeclared-body"),
        ("GET /json", 202, (), b"\xff", "undeclared-body"),
        ("GET /json", 202, PNG, b"\xff", "undeclared-body"),
        ("GET /json", 202, EVENTS, b"data: 1\n\n", "undeclared-body"),
        ("GET /json", 302, HTML, b"<a href=/>here</a>", "undeclared-body"),
        ("GET /json", 404, TEXT, b"not found", "undeclared-body"),
        ("GET /json", 404, PNG, b"\xff", "undeclared-body"),
        ("GET /json", 500, TEXT, b"who knows", ""),
    ],
)
def test_whether_there_is_a_body(
    policy: Policy, line: str, status: int, headers: Headers, body: bytes, expected: str
) -> None:
    played = ways(policy, line, status, headers, body)
    if line == "GET /stream":
        played = played[2:]  # without a stated length nobody waits for a stream's end
    assert {tuple(reason.id for reason in each.event.reasons) for each in played} == {(expected,) if expected else ()}


def test_undeclared_stream_is_not_waited_for(policy: Policy) -> None:
    result = play(policy, request_head("GET /json"), None, (ResponseHead(202, EVENTS), b""), chunks=((), ()))
    assert result.reasons == ["undeclared-body response.body"]


def test_answers_of_a_declared_stream_are_not_waited_for(policy: Policy) -> None:
    for headers in (JSON, ()):
        result = play(policy, request_head("GET /stream"), None, (ResponseHead(200, headers), b""))
        assert result.reasons == []
        assert result.event.uninspected == ("response-body: stream",)


@pytest.mark.parametrize(
    ("status", "headers", "is_left"),
    [
        (203, (), True),
        (203, (("x-count", "7"),), True),
        (203, (("x-count", "seven"),), False),
        (203, (("x-count", "7"), ("content-encoding", "identity")), True),
        (202, (), False),
        (202, (("x-count", "7"),), True),
        (201, (("x-count", "seven"),), True),
        (200, (("content-encoding", "identity"),), False),
        (200, (), True),
    ],
)
def test_declared_headers_are_looked_at_whatever_was_answered_before(
    policy: Policy, status: int, headers: Headers, is_left: bool
) -> None:
    for before in ((), (("x-count", "1"),), headers):
        play(policy, request_head("GET /pages"), None, (ResponseHead(status, (*JSON, *before)), b"{}"))
    last = play(policy, request_head("GET /pages"), None, (ResponseHead(status, (*JSON, *headers)), b"{}"))
    assert last.event.allowed == is_left
