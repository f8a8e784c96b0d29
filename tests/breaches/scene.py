"""A breach on a stage: an API with the flaw, Garrison in front of it, people who may ask and one who may not.

Everybody and everything is made up. What a response discloses is told by the vulnerable API itself (`subjects`), not by
Garrison, so that what is measured does not depend on what measures. Here Garrison is in the process of the API; the
same stage behind a real gateway stands in `gateway.py`.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

from garrison.adapters.asgi import Middleware
from garrison.adapters.asgi_messages import Message, Scope
from garrison.config.load import load_settings
from garrison.core.event import Event
from garrison.engine.state import State
from garrison.identity.keys import IssuerKeys, read_jwks
from garrison.wiring import build_policy

Answer = Callable[[str, str, Any], tuple[int, Any]]
"""Method, path and decoded body to status and what is answered as JSON."""

KEYS = {
    issuer: ECKey.generate_key("P-256", {"kid": "1", "use": "sig", "alg": "ES256"})
    for issuer in ("https://customers.example", "https://dealers.example", "https://staff.example")
}
"""What issuers sign with."""
CUSTOMERS, DEALERS, STAFF = KEYS


class Who(NamedTuple):
    """A principal: the issuer that vouches for it, and what its token says."""

    issuer: str
    subject: str
    claims: Mapping[str, Any] = {}

    def token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": "api",
            "sub": self.subject,
            "client_id": "app",
            "iat": now,
            "exp": now + 60,
        }
        header = {"alg": "ES256", "kid": "1", "typ": "at+jwt"}
        return jwt.encode(header, {**claims, **self.claims}, KEYS[self.issuer], algorithms=["ES256"])


NOBODY: Who | None = None


class Ask(NamedTuple):
    """One request."""

    who: Who | None
    method: str
    path: str
    body: Any = None


class Outcome(NamedTuple):
    """What came of one request."""

    ask: Ask
    status: int
    body: Any
    event: Event


class Stage:
    """The API behind Garrison."""

    def __init__(
        self,
        contract: Mapping[str, Any],
        controls: Mapping[str, Any],
        answer: Answer,
        operations: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        settings = {
            "mode": "enforce",
            "contract": {"file": "api.json"},
            "controls": controls,
            "operations": list(operations),
        }
        encoded = json.dumps(contract).encode()
        state = State()
        for issuer, key in KEYS.items():
            keys = read_jwks(json.dumps({"keys": [key.as_dict(private=False)]}).encode())
            state.identity.keys.put(issuer, IssuerKeys(keys, 0.0))
        policy = build_policy(
            load_settings(json.dumps(settings).encode(), "garrison.yaml"), read=lambda _: encoded, state=state
        )
        self._events: list[Event] = []
        self.reached: list[str] = []
        """Paths of the requests that reached the API."""
        self._app = Middleware(vulnerable(answer, self.reached), policy, self._events.append)

    def play(self, asks: Sequence[Ask]) -> list[Outcome]:
        return asyncio.run(self._play(asks))

    async def _play(self, asks: Sequence[Ask]) -> list[Outcome]:
        outcomes = []
        transport = httpx.ASGITransport(app=self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://api.example") as client:
            for ask in asks:
                headers = {"authorization": f"Bearer {ask.who.token()}"} if ask.who else {}
                response = await client.request(ask.method, ask.path, json=ask.body, headers=headers)
                found = response.json() if response.content else None
                outcomes.append(Outcome(ask, response.status_code, found, self._events[-1]))
        return outcomes


def vulnerable(answer: Answer, reached: list[str]) -> Callable[..., Any]:
    """The API that answers so; it notes the paths of the requests that reach it."""

    async def app(scope: Scope, receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        reached.append(scope["path"])
        status, found = answer(scope["method"], scope["path"], json.loads(body) if body else None)
        headers = [(b"content-type", b"application/json")]
        begin: Message = {"type": "http.response.start", "status": status, "headers": headers}
        await send(begin)
        content = found if isinstance(found, bytes) else json.dumps(found).encode()
        await send({"type": "http.response.body", "body": content})

    return app


def subjects(outcomes: Sequence[Outcome], kind: str) -> set[str]:
    """Whose records were disclosed: every value under the name `kind` anywhere in an answer of status 2xx."""
    return {found for each in outcomes if 200 <= each.status < 300 for found in _values(each.body, kind)}


def _values(value: Any, name: str) -> list[str]:
    if isinstance(value, dict):
        inner = [found for item in value.values() for found in _values(item, name)]
        return [*inner, str(value[name])] if name in value else inner
    return [found for item in value for found in _values(item, name)] if isinstance(value, list) else []


def bearer(issuer: str) -> Mapping[str, Any]:
    """Settings of a scheme that believes one issuer."""
    return {"jwt": [{"issuer": issuer, "audiences": ["api"], "realm": issuer.split("//")[1].split(".", maxsplit=1)[0]}]}


def contract(paths: Mapping[str, Any], schemes: Sequence[str] = ("bearer",)) -> Mapping[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {"title": "stage", "version": "1"},
        "security": [{schemes[0]: []}],
        "components": {"securitySchemes": {name: {"type": "oauth2", "flows": {}} for name in schemes}},
        "paths": paths,
    }


def get(schema: Mapping[str, Any], **more: Any) -> Mapping[str, Any]:
    """A GET operation that answers `schema`."""
    content = {"application/json": {"schema": schema}}
    return {
        "get": {
            "responses": {"200": {"description": "found", "content": content}, "404": {"description": "no"}},
            **more,
        }
    }


def variable(name: str, schema: Mapping[str, Any], **more: Any) -> Mapping[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema, **more}
