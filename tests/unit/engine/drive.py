"""Drives exchanges in memory: a small contract, requests and responses in one line, and what became of them."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from garrison.config.load import load_settings
from garrison.core.decision import Decision
from garrison.core.event import Event
from garrison.core.http import Headers, Peer, RequestHead, ResponseHead
from garrison.core.ids import EventId
from garrison.engine.exchange import Exchange
from garrison.engine.heads import AnswerMemory
from garrison.engine.plan import Plan, Policy
from garrison.engine.step import Hold, Observe, Pass, Refuse, Step
from garrison.wiring import build_policy

EVENT_ID = EventId("01890a5d-ac96-774b-bcce-b302099a8057")
PEER = Peer("192.0.2.1", 40000)

CONTRACT = """
openapi: 3.1.0
info: {title: Small, version: "1"}
paths:
  /items:
    get:
      operationId: listItems
      parameters:
        - {name: limit, in: query, schema: {type: integer, maximum: 10}}
        - {name: tag, in: query, schema: {type: array, items: {type: string}}}
        - {name: X-Mode, in: header, schema: {enum: [fast, slow]}}
        - {name: session, in: cookie, schema: {type: string, maxLength: 4}}
      responses:
        "200":
          description: ok
          headers:
            X-Total: {schema: {type: integer}}
          content:
            application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Item"}}}
            text/csv: {schema: {type: string, maxLength: 20}}
        "202": {description: taken}
        "204": {description: none}
        5XX:
          description: error
          content: {application/problem+json: {schema: {type: object}}, text/plain: {}}
    post:
      operationId: addItem
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: "#/components/schemas/Item"}}
          application/x-www-form-urlencoded: {schema: {$ref: "#/components/schemas/Item"}}
          multipart/form-data: {schema: {$ref: "#/components/schemas/Item"}}
          text/plain: {schema: {type: string, maxLength: 5}}
      responses: {default: {description: any}}
    patch:
      operationId: changeItems
      requestBody:
        content: {application/json: {schema: {type: object}}, application/x-ndjson: {}}
      responses: {default: {description: any}}
  /items/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string, maxLength: 8}}]
    get:
      operationId: getItem
      responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Item"}}}}}
    put:
      operationId: putImage
      requestBody: {required: true, content: {image/png: {}}}
      responses: {default: {description: any}}
  /search:
    get:
      operationId: search
      parameters: [{name: q, in: query, required: true, schema: {type: string}}]
      responses: {default: {description: any}}
  /events:
    get:
      operationId: watch
      responses:
        "200": {description: ok, content: {text/event-stream: {}}}
        default: {description: error, content: {application/json: {schema: {type: object}}}}
  /feed:
    post:
      operationId: feed
      x-garrison-stream: true
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {"200": {description: ok, content: {application/json: {schema: {type: object}}}}}
  /chat:
    get:
      operationId: chat
      x-garrison-stream: websocket
      responses: {"101": {description: switched}}
  /override:
    get:
      operationId: override
      parameters: [{name: X-HTTP-Method-Override, in: header, schema: {type: string}}]
      responses: {default: {description: any}}
  /matrix/{at}:
    get:
      operationId: matrix
      parameters:
        - {name: at, in: path, required: true, style: matrix, schema: {type: string}}
      responses: {default: {description: any}}
  /broken:
    get:
      operationId: broken
      parameters: [{name: q, in: query, schema: {$ref: "#/components/schemas/Nowhere"}}]
      responses: {default: {description: any}}
components:
  schemas:
    Item:
      type: object
      required: [name]
      properties:
        name: {type: string, maxLength: 10}
        size: {type: integer}
        inner: {type: object, properties: {a: {type: string}}}
"""

JSON = (("content-type", "application/json"),)
FORM = (("content-type", "application/x-www-form-urlencoded"),)
MULTIPART = (("content-type", "multipart/form-data; boundary=b"),)
TEXT = (("content-type", "text/plain"),)
PNG = (("content-type", "image/png"),)


def small_policy(settings: str = "mode: enforce", contract: str = CONTRACT) -> Policy:
    """A policy over `contract` under the garrison.yaml text `settings`."""
    parsed = load_settings(f"{settings}\ncontract: {{file: /api.yaml}}\n".encode(), "garrison.yaml")
    return build_policy(parsed, read=lambda _: contract.encode())


def asking_all(judged: Policy) -> Policy:
    """`judged` with nobody left out who could say nothing: of sound and modest requests, of heads of answers."""

    def all_of(plan: Plan) -> Plan:
        heeding = tuple(replace(each, heeds_response=None) for each in plan.response_head.checks)
        return replace(
            plan,
            head=replace(plan.head, sound=plan.head.checks, awake=plan.head.checks),
            response_head=replace(plan.response_head, checks=heeding),
            answers=AnswerMemory(plan.operation),
        )

    return replace(judged, plans=tuple(map(all_of, judged.plans)), undescribed=all_of(judged.undescribed))


def request_head(line: str, headers: Headers = (), body: bytes | None = None, **more: Any) -> RequestHead:
    """The head that `METHOD TARGET` stands for; a body that is given has a length of its own."""
    method, _, target = line.partition(" ")
    sized = body is not None and not any(name in {"content-length", "transfer-encoding"} for name, _ in headers)
    length: Headers = (("content-length", str(len(body))),) if body is not None and sized else ()
    facts: dict[str, Any] = {"authority": "api.example.com", "peer": PEER, "has_body": body is not None, **more}
    return RequestHead(method, target, headers=(*headers, *length), **facts)


class Played(msgspec.Struct, frozen=True):
    """What became of one exchange."""

    request: Step
    """The step that ended the request."""
    response: Step | None
    """The step that ended the response; None where it was not fed."""
    decision: Decision
    event: Event

    @property
    def refused(self) -> int:
        """The status of our own reply; 0 where there was none."""
        last = self.request if self.response is None else self.response
        return last.reply.status if isinstance(last, Refuse) else 0

    @property
    def reasons(self) -> list[str]:
        """`reason-id location` of every enforced reason."""
        return [f"{reason.id} {reason.location}" for reason in self.event.reasons]

    @property
    def observed(self) -> list[str]:
        """`reason-id location` of every reason in monitor mode."""
        return [f"{reason.id} {reason.location}" for reason in self.event.observed]


def cut(body: bytes, sizes: Sequence[int]) -> list[bytes]:
    """`body` in chunks of these sizes, then the rest."""
    chunks, at = [], 0
    for size in sizes:
        chunks.append(body[at : at + size])
        at += size
    return [*chunks, body[at:]]


def play(
    policy: Policy,
    head: RequestHead,
    body: bytes | None = None,
    answer: tuple[ResponseHead, bytes] | None = None,
    *,
    chunks: tuple[Sequence[int], Sequence[int]] | None = None,
) -> Played:
    """Play an exchange: messages whole, or cut into `chunks` of these sizes (request's, response's)."""
    exchange = Exchange(policy, EVENT_ID, 1.0)
    step = exchange.request(head, body if chunks is None else None)
    if chunks is not None:
        step = _feed(step, cut(body or b"", chunks[0]), exchange.request_body)
    last: Step | None = None
    if answer is not None and not isinstance(step, Refuse):
        last = exchange.response(answer[0], answer[1] if chunks is None else None)
        if chunks is not None:
            last = _feed(last, cut(answer[1], chunks[1]), exchange.response_body)
    return Played(step, last, exchange.decision, exchange.close(2.0))


def _feed(step: Step, pieces: Sequence[bytes], take: Any) -> Step:
    """Feed pieces as long as they are wanted; the mutation of an `Observe` is the one that counts."""
    mutation = None
    for index, piece in enumerate(pieces):
        if not isinstance(step, Hold | Observe):
            break
        mutation = mutation or (step.mutation if isinstance(step, Observe) else None)
        step = take(piece, index == len(pieces) - 1)
    return Pass(mutation) if mutation is not None and isinstance(step, Pass) else step
