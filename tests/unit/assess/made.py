"""Parts of the tests of assessing: an API made of a few operations, and a transport that answers as it is told."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from garrison.assess.call import Answer, Call
from garrison.assess.identity import Credential, Identity, Send
from garrison.assess.probe import Exchange
from garrison.assess.request import Request
from garrison.assess.sampling import Sampler
from garrison.assess.target import Api, Target
from garrison.contract import load
from garrison.contract.described import Description
from garrison.core.ids import OperationId

OP = OperationId("op")
"""The id of an operation that nothing describes."""
BEARER = {"bearer": {"type": "http", "scheme": "bearer"}}


def api_of(
    operations: Mapping[str, Mapping[str, Any]], schemes: Mapping[str, Any] = BEARER, components: Any = None
) -> Api:
    """The API with these operations: `GET /things/{id}`."""
    paths: dict[str, Any] = {}
    for key, described in operations.items():
        method, _, path = key.partition(" ")
        names = [step[1:-1] for step in path.split("/") if step.startswith("{")]
        variables = [{"name": n, "in": "path", "required": True, "schema": {"type": "string"}} for n in names]
        whole = {"responses": {"200": {"description": "done"}}, **described}
        whole["parameters"] = [*variables, *described.get("parameters", ())]
        paths.setdefault(path, {})[method.lower()] = whole
    text = json.dumps(
        {
            "openapi": "3.1.0",
            "info": {"title": "t", "version": "1"},
            "paths": paths,
            "security": [{name: []} for name in schemes],
            "components": {"securitySchemes": dict(schemes), **(components or {})},
        }
    ).encode()
    description = Description("api.json", (), read=lambda place: text)
    contract = load("api.json", (), read=lambda place: text)
    return Api(description, contract.catalogue, Sampler(description, 7, "run"))


def takes(media_type: str = "application/json", **properties: Any) -> dict[str, Any]:
    """An operation that takes an object with these properties, all of them needed; `True` stands for any text."""
    schemas = {name: {"type": "string"} if each is True else each for name, each in properties.items()}
    schema = {"type": "object", "required": list(schemas), "properties": schemas}
    return {"requestBody": {"required": True, "content": {media_type: {"schema": schema}}}}


def target_of(api: Api, key: str) -> Target:
    """The operation `GET /things/{id}`."""
    method, _, path = key.partition(" ")
    return next(each for each in api.targets if each.method == method and each.template == path)


def json_answer(value: Any, status: int = 200, **headers: str) -> Answer:
    """An answer of JSON."""
    given = tuple((name.replace("_", "-"), text) for name, text in headers.items())
    return Answer(status, (("content-type", "application/json"), *given), json.dumps(value).encode())


def exchanged(request: Request, answer: Answer, identity: Identity | None = None) -> Exchange:
    """The exchange of a request and an answer."""
    return Exchange(request, request.call(), answer, identity)


class Told:
    """A transport whose answers a function gives; keeps what was sent."""

    def __init__(self, answers: Callable[[Call], Answer] | None = None) -> None:
        self._answers = answers or (lambda call: json_answer({"ok": True}))
        self.calls: list[Call] = []

    @property
    def origin(self) -> str:
        return "http://127.0.0.1:1"

    def send(self, call: Call) -> Answer:
        self.calls.append(call)
        return self._answers(call)

    def burst(self, calls: Sequence[Call], width: int) -> tuple[Answer, ...]:
        return tuple(self.send(call) for call in calls)


def numbered(name: str, *, can_renew: bool = True, expires: float = 0.0) -> Identity:
    """An identity whose tokens are numbered: `alice-1`, `alice-2`."""
    count = iter(range(1, 1000))

    def log_in(send: Send) -> Credential:
        return Credential(headers=(("authorization", f"Bearer {name}-{next(count)}"),), expires=expires)

    return Identity(name, log_in, can_renew=can_renew)
