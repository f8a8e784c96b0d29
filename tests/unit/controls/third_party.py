"""A third party's contract, and exchanges with it."""

from functools import cache
from typing import Any

import msgspec
from tests.unit.engine.drive import Played, play, request_head

from garrison.config.load import load_settings
from garrison.contract.catalogue import Catalogue
from garrison.contract.load import load
from garrison.core.http import Headers, ResponseHead
from garrison.engine.plan import Policy
from garrison.engine.state import State
from garrison.engine.step import Pass
from garrison.wiring import policy_on

CONTRACT = """
openapi: 3.1.0
info: {title: Mail, version: "1"}
security: [{bearer: []}]
paths:
  /v1/messages:
    post:
      operationId: sendMessage
      parameters:
        - {name: mode, in: query, schema: {type: string}}
        - {name: X-Campaign, in: header, schema: {type: string}}
        - {name: lang, in: cookie, schema: {type: string}}
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: "#/components/schemas/Message"}}
          application/x-www-form-urlencoded: {schema: {$ref: "#/components/schemas/Message"}}
          multipart/form-data: {schema: {$ref: "#/components/schemas/Message"}}
          text/plain: {schema: {type: string}}
      responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Sent"}}}}}
  /v1/customers/{customerId}/calls/{number}:
    get:
      operationId: listCalls
      parameters:
        - {name: customerId, in: path, required: true, schema: {type: string}}
        - {name: number, in: path, required: true, schema: {type: string}}
      responses: {"200": {description: ok, content: {application/json: {schema: {}}}}}
  /v1/files:
    get:
      operationId: getFile
      security: [{key: []}]
      responses:
        "200": {description: ok, content: {application/octet-stream: {}, text/html: {schema: {type: string}}}}
        "3XX": {description: elsewhere}
        "429": {description: later}
        "500": {description: broken, content: {application/json: {schema: {type: object}}}}
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
    key: {type: apiKey, in: header, name: X-Api-Key}
  schemas:
    Sent: {type: object, required: [id], properties: {id: {type: string}}}
    Message:
      type: object
      required: [to]
      properties:
        to: {type: string, format: email}
        note: {type: string, maxLength: 60}
        count: {type: integer}
        customerId: {type: string}
        bloodType: {type: string}
        tags: {type: array, items: {type: string}}
        more: {type: object, additionalProperties: {type: string}}
"""

SENT = b'{"id":"1"}'
JSON = (("content-type", "application/json"),)
OK = (ResponseHead(200, JSON), SENT)
POST = "POST /v1/messages"


def policy(settings: dict[str, Any] | None = None, *, contract: str = CONTRACT, **controls: Any) -> Policy:
    """The policy of a guard in front of the third party."""
    given = {
        "egress": {"enabled": True},
        "upstream": {"url": "https://mail.example"},
        "contract": {"file": "/api.yaml"},
        "controls": {name.replace("_", "-"): own for name, own in controls.items()},
        **(settings or {}),
    }
    parsed = load_settings(msgspec.json.encode(given), "garrison.yaml")
    made = policy_on(_catalogue(contract), parsed, state=State(b"s" * 32))
    made.state.upstream = parsed.upstream.url
    return made


@cache
def _catalogue(contract: str) -> Catalogue:
    loaded = load("/api.yaml", (), read=lambda _: contract.encode(), match_hosts=False)
    return loaded.catalogue


def send(
    under: Policy, body: Any = None, headers: Headers = (), *, line: str = POST, answer: Any = OK, kind: Headers = JSON
) -> Played:
    """A request, which is answered well unless told otherwise."""
    if body is None:
        return play(under, request_head(line, headers), None, answer)
    data = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return play(under, request_head(line, (*kind, *headers), data), data, answer)


def forwarded(played: Played) -> Any:
    """The mutation of the request."""
    assert isinstance(played.request, Pass), played.reasons
    return played.request.mutation
