"""Principals act on a small API: what they may is what a test says, without any credential."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace
from tests.unit.engine.drive import EVENT_ID, PEER, request_head

from garrison.config.load import load_settings
from garrison.config.overrides import controls_for
from garrison.contract.catalogue import CompiledOperation
from garrison.contract.load import load
from garrison.controls.catalogue import CONTROLS
from garrison.core.decision import Grant, Outcome
from garrison.core.event import Event
from garrison.core.http import Headers, Peer, ResponseHead
from garrison.core.ids import ControlId
from garrison.core.principal import ANONYMOUS, Principal
from garrison.core.question import UNANSWERED, Answer, Question
from garrison.engine.control import Checks
from garrison.engine.exchange import Exchange
from garrison.engine.facts import Facts
from garrison.engine.plan import compile_policy
from garrison.engine.state import State
from garrison.engine.step import Ask, Pass, Refuse

_GRANT = Grant(ControlId("authentication"))
_SCHEMES = "authentication: {schemes: {bearer: {jwt: [{issuer: 'https://id.example', audiences: [api]}]}}}"
JSON: Headers = (("content-type", "application/json"),)


def principal(subject: str = "ada", scopes: str = "", roles: str = "", **claims: Any) -> Principal:
    """A principal of the realm `r`; scopes and roles are words."""
    names = frozenset(scopes.split()), frozenset(roles.split())
    return Principal(f"r:{subject}", "r", subject, "app", *names, claims=claims, schemes=("bearer",))


def api(paths: Mapping[str, Any], **components: Any) -> dict[str, Any]:
    """A contract whose operations need a token."""
    schemes = {"bearer": {"type": "oauth2", "flows": {}}, "key": {"type": "apiKey", "in": "header", "name": "x-key"}}
    return {
        "openapi": components.pop("openapi", "3.1.0"),
        "info": {"title": "t", "version": "1"},
        "security": [{"bearer": []}],
        "components": {"securitySchemes": schemes, **components},
        "paths": paths,
    }


def operation(answer: Any = None, body: Any = None, **more: Any) -> dict[str, Any]:
    """An operation with these schemas, of JSON, or by media type where the schema is a tuple."""
    found: dict[str, Any] = {"responses": {"200": {"description": ""}}, **more}
    if answer is not None:
        found["responses"] = {"200": {"description": "", "content": _content(answer)}, "204": {"description": ""}}
    if body is not None:
        found["requestBody"] = {"content": _content(body)}
    return found


def _content(schema: Any) -> dict[str, Any]:
    if isinstance(schema, tuple):
        return {media_type: {"schema": inner} if inner is not None else {} for media_type, inner in schema}
    return {"application/json": {"schema": schema}}


class Seen(NamedTuple):
    """What came of one exchange."""

    status: int
    """That of the answer, or of the refusal."""
    value: Any
    """The answer's body as the client gets it, decoded; None where it was refused or has none."""
    reasons: tuple[str, ...]
    """`reason-id location`."""
    event: Event
    asked: tuple[Question, ...]
    headers: Mapping[str, str]
    """Those that the gateway sets."""


class Stage:
    """A gateway under `controls` (YAML, in braces) in front of an API."""

    def __init__(
        self, contract: Mapping[str, Any], controls: str = "", more: str = "", *, mode: str = "enforce"
    ) -> None:
        text = f"mode: {mode}\ncontract: {{file: /api.json}}\ncontrols: {{{_SCHEMES}, {controls}}}\n{more}"
        settings = load_settings(text.encode(), "garrison.yaml")
        loaded = load("/api.json", (), read=lambda _: msgspec.json.encode(contract))
        assert loaded.problems == ()
        find = controls_for(settings)
        every = [replace(one, compile=self._compile) if one.id == "authentication" else one for one in CONTROLS]
        self.state = State(b"secret")
        self.answers: list[Answer] = []
        """What a decision point answers, one after the other; then nothing."""
        self._who = ANONYMOUS
        self.policy = compile_policy(
            loaded.catalogue, every, settings, lambda one: find(one.operation if one else None), self.state
        )

    def _compile(self, operation: CompiledOperation | None, settings: Any) -> Checks:
        del operation, settings

        def check(facts: Facts) -> Outcome:
            facts.principal = self._who
            return _GRANT

        return Checks(head=check)

    def ask(
        self,
        who: Principal | None,
        line: str,
        body: Any = None,
        answer: Any = msgspec.UNSET,
        **more: Any,
    ) -> Seen:
        """One exchange. `body` and `answer` are JSON values, or bytes; `status`, `sends` and `returns` (headers),
        `peer` and `now` may be said besides, and with `broke_off` that `answer` is only what came of it."""
        self._who = who or ANONYMOUS
        sends: Headers = more.get("sends", JSON if body is not None else ())
        exchange = Exchange(self.policy, EVENT_ID, more.get("now", 1.0))
        data = _encoded(body)
        head = request_head(line, sends, data, peer=Peer(more.get("peer", PEER.address), 1))
        step = exchange.request(head, data)
        asked: tuple[Question, ...] = ()
        while isinstance(step, Ask):
            asked += (step.question,)
            step = exchange.answer(self.answers.pop(0) if self.answers else UNANSWERED)
        status, value, broke_off = more.get("status", 200), None, more.get("broke_off", False)
        if not isinstance(step, Refuse):
            given = _encoded(answer) if answer is not msgspec.UNSET else b""
            returns = more.get("returns", JSON if given else ())
            has_body = more.get("has_body", bool(given))
            step = exchange.response(ResponseHead(status, returns, has_body=has_body), given, not broke_off)
            value = _decoded(given) if given else None
            if isinstance(step, Pass) and step.mutation is not None and step.mutation.body is not None:
                value = _decoded(step.mutation.body)
        headers: Mapping[str, str] = {}
        if isinstance(step, Refuse):
            status, value, headers = step.reply.status, None, dict(step.reply.headers)
        event = exchange.close(2.0, broke_off)
        return Seen(status, value, _reasons(event.reasons), event, asked, headers)


def _reasons(reasons: Sequence[Any]) -> tuple[str, ...]:
    return tuple(f"{each.id} {each.location}".strip() for each in reasons)


def _encoded(value: Any) -> bytes | None:
    return value if value is None or isinstance(value, bytes) else msgspec.json.encode(value)


def _decoded(data: bytes | None) -> Any:
    try:
        return msgspec.json.decode(data or b"null")
    except msgspec.DecodeError:
        return data
