"""Orders with Starlette. Run it with `uvicorn starlette_app:app` in this folder."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from garrison.asgi import Garrison

orders: dict[int, dict[str, Any]] = {1: {"number": 1, "item": "tea", "quantity": 2, "margin": 0.4}}


async def create_order(request: Request) -> Response:
    number = len(orders) + 1
    orders[number] = {"number": number, **await request.json(), "margin": 0.4}
    return JSONResponse(orders[number], 201)


async def get_order(request: Request) -> Response:
    order = orders.get(int(request.path_params["number"]))
    return JSONResponse(order) if order else Response(status_code=404)


async def watch_orders(request: Request) -> Response:
    return StreamingResponse(changes(), media_type="text/event-stream")


async def changes() -> AsyncIterator[str]:
    for number in orders:
        yield f"data: {number}\n\n"


app = Starlette(
    routes=[
        Route("/orders", create_order, methods=["POST"]),
        Route("/orders/{number}", get_order),
        Route("/changes", watch_orders),
    ],
    middleware=[Middleware(Garrison, config=Path(__file__).with_name("garrison.yaml"))],
)
