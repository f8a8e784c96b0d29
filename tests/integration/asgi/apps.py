"""The same little API in three frameworks: it notes what it did, and leaks what the contract does not declare."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path
from fastapi import BackgroundTasks, FastAPI
from fastapi.responses import StreamingResponse as FastStreaming
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from garrison.adapters.asgi import App

LEAKY = {"name": "tea", "cost": 3}


class State:
    """What the application of one test did; `gate` lets its stream go on."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.gate = asyncio.Event()

    def note(self, what: str) -> None:
        self.done.append(what)

    async def events(self) -> AsyncIterator[str]:
        yield "data: 1\n\n"
        await self.gate.wait()
        yield "data: 2\n\n"
        self.note("streamed")

    async def forever(self) -> AsyncIterator[str]:
        while True:
            yield "x" * 1000
            await asyncio.sleep(0)


def starlette(state: State) -> App:
    async def create(request: Request) -> Response:
        item = await request.json()
        state.note(f"created {item['name']}")
        return JSONResponse(item, 201, background=BackgroundTask(state.note, "background"))

    async def get(request: Request) -> Response:
        state.note("got")
        return JSONResponse(LEAKY)

    async def broken(request: Request) -> Response:
        raise LookupError("no such table")

    async def changes(request: Request) -> Response:
        return StreamingResponse(state.events(), media_type="text/event-stream")

    async def endless(request: Request) -> Response:
        return StreamingResponse(state.forever(), media_type="text/plain")

    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()
        async for text in websocket.iter_text():
            await websocket.send_text(text.upper())
        state.note("talked")

    return Starlette(
        routes=[
            Route("/items", create, methods=["POST"]),
            Route("/items/{number}", get, methods=["GET", "HEAD"]),
            Route("/broken", broken),
            Route("/changes", changes),
            Route("/endless", endless),
            WebSocketRoute("/socket", talk),
        ]
    )


def fastapi(state: State) -> App:
    api = FastAPI()

    @api.post("/items", status_code=201)
    async def create(item: dict[str, Any], tasks: BackgroundTasks) -> dict[str, Any]:
        state.note(f"created {item['name']}")
        tasks.add_task(state.note, "background")
        return item

    @api.api_route("/items/{number}", methods=["GET", "HEAD"])
    async def get(number: int) -> dict[str, Any]:
        state.note("got")
        return LEAKY

    @api.get("/broken")
    async def broken() -> None:
        raise LookupError("no such table")

    @api.get("/changes")
    async def changes() -> FastStreaming:
        return FastStreaming(state.events(), media_type="text/event-stream")

    @api.get("/endless")
    async def endless() -> FastStreaming:
        return FastStreaming(state.forever(), media_type="text/plain")

    @api.websocket("/socket")
    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()
        async for text in websocket.iter_text():
            await websocket.send_text(text.upper())
        state.note("talked")

    return api


def django(state: State) -> App:
    class Urls:
        """The URL configuration: Django takes any object with `urlpatterns`."""

        urlpatterns = django_urls(state)

    if not settings.configured:
        settings.configure(
            ALLOWED_HOSTS=["*"], SECRET_KEY="for tests", ROOT_URLCONF="", USE_TZ=True, LOGGING_CONFIG=None
        )
    application = get_asgi_application()

    async def run(scope: Any, receive: Any, send: Any) -> None:
        settings.ROOT_URLCONF = Urls
        await application(scope, receive, send)

    return run


def django_urls(state: State) -> list[Any]:
    async def create(request: HttpRequest) -> HttpResponse:
        item = json.loads(request.body)
        state.note(f"created {item['name']}")
        response = JsonResponse(item, status=201)
        response._resource_closers.append(lambda: state.note("background"))
        return response

    async def get(request: HttpRequest, number: int) -> HttpResponse:
        state.note("got")
        return JsonResponse(LEAKY)

    async def broken(request: HttpRequest) -> HttpResponse:
        raise LookupError("no such table")

    async def changes(request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(state.events(), content_type="text/event-stream")

    async def endless(request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(state.forever(), content_type="text/plain")

    return [
        path("items", create),
        path("items/<int:number>", get),
        path("broken", broken),
        path("changes", changes),
        path("endless", endless),
    ]


FRAMEWORKS = {"starlette": starlette, "fastapi": fastapi, "django": django}
"""Makers of the application by framework."""

WITH_SOCKETS = ("starlette", "fastapi")
"""Django's own ASGI handler serves no WebSockets."""
