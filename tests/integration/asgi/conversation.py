"""A server's side of one ASGI connection, step by step."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias

from tests.conformance.harness import inside
from tests.conformance.values import Request
from tests.integration.asgi.apps import FRAMEWORKS, State

from garrison.adapters.asgi import App
from garrison.adapters.asgi_messages import Message, Scope
from garrison.asgi import Garrison
from garrison.config.controls import ControlsSettings, ResponseSchemaSettings
from garrison.config.model import ContractSettings, Settings
from garrison.core.decision import Mode
from garrison.core.event import Event

GUARD = 60
"""Seconds after which a conversation is stuck."""

CONTRACT = ContractSettings(file=str(Path(__file__).with_name("items.openapi.yaml")))
STRICT = Settings(
    mode="enforce",
    contract=CONTRACT,
    controls=ControlsSettings(response_schema=ResponseSchemaSettings(mode=Mode.ENFORCE, action="strip")),
)
WATCHING = Settings(mode="monitor", contract=CONTRACT)

Talk: TypeAlias = Callable[["Connection", State], Awaitable[None]]


class Connection:
    """One connection: what the server hands in, and what it was told."""

    def __init__(self, app: App, scope: Scope) -> None:
        self.sent: list[Message] = []
        self._inbox: asyncio.Queue[Message] = asyncio.Queue()
        self._changed = asyncio.Event()
        self.task = asyncio.create_task(self._run(app, scope))

    async def _run(self, app: App, scope: Scope) -> None:
        try:
            await app(scope, self._inbox.get, self._send)
        finally:
            self._changed.set()

    async def _send(self, message: Message) -> None:
        self.sent.append(message)
        self._changed.set()
        await asyncio.sleep(0)

    def put(self, kind: str, **fields: Any) -> None:
        """Hand in a message."""
        self._inbox.put_nowait({"type": kind, **fields})

    def body(self, body: bytes = b"", *, more: bool = False) -> None:
        """Hand in a piece of the request's body."""
        self.put("http.request", body=body, more_body=more)

    async def told(self, count: int) -> Message:
        """Wait until the server was told so many messages; the last of them."""
        async with asyncio.timeout(GUARD):
            while len(self.sent) < count and not self.task.done():
                self._changed.clear()
                await self._changed.wait()
        return self.sent[count - 1]

    async def over(self) -> None:
        """Wait until the application is done; raises what it raised."""
        async with asyncio.timeout(GUARD):
            await self.task

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode().lower(): value.decode() for name, value in self.sent[0]["headers"]}

    @property
    def content(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent[1:])


def converse(framework: str, request: Request, talk: Talk, settings: Settings = STRICT) -> tuple[list[Event], State]:
    """Hold a conversation with the framework's application inside the middleware."""
    events: list[Event] = []

    async def run() -> State:
        state = State()
        app = Garrison(FRAMEWORKS[framework](state), config=settings, sink=events.append)
        connection = Connection(app, inside.scope(request))
        try:
            await talk(connection, state)
        finally:
            connection.task.cancel()
            await asyncio.gather(connection.task, return_exceptions=True)
        return state

    return events, asyncio.run(run())
