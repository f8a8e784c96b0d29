"""Harbour, the bundled sample API: a small mobile operator, described by `openapi.yaml` beside this file.

It is an ordinary API with ordinary carelessness, for Garrison to stand in front of: `getCustomer` answers with
more than its contract declares, and the account `100000013` makes it fail with a stack trace. It checks little
of what it is sent. Never serve it to anyone but yourself.
"""

import asyncio
import json
import traceback
from collections.abc import AsyncIterator
from importlib.resources import files
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

DESCRIPTION = files("garrison.lab") / "openapi.yaml"
"""The API's OpenAPI description, as installed."""

BROKEN_ACCOUNT = "100000013"
"""Asking for this customer fails inside the application."""

_NAMES = ("Ada Example", "Grace Sample", "Alan Specimen", "Edith Instance", "Kurt Probe")
_PLANS = ("basic", "plus", "max")
_PRICES = {"basic": 9.9, "plus": 19.9, "max": 39.9}
_TILE = bytes.fromhex(  # one transparent pixel
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000b49444154789c63600002000005"
    "00017a5eab3f0000000049454e44ae426082"
)


def create_app(customers: int = 50) -> Starlette:
    """The sample API with this many made-up customers, numbered from 100000001; each app has its own."""
    store = {customer["accountNumber"]: customer for customer in map(_customer, range(1, customers + 1))}
    return Starlette(routes=_routes(_Harbour(store)))


def _customer(index: int) -> dict[str, Any]:
    return {
        "accountNumber": f"{100_000_000 + index}",
        "name": _NAMES[index % len(_NAMES)],
        "email": f"customer{index}@example.com",
        "plan": _PLANS[index % len(_PLANS)],
        "lines": [f"1555{100_000 + index:07d}"],
        # never declared in the contract, and never meant to leave the building
        "passwordHash": "$2b$12$" + "x" * 22,
        "birthDate": f"19{50 + index % 50}-01-01",
    }


class _Harbour:
    """The handlers; state is the dictionary of customers by account number."""

    def __init__(self, store: dict[str, dict[str, Any]]) -> None:
        self._store = store

    async def list_customers(self, request: Request) -> Response:
        limit = int(request.query_params.get("limit", 20))
        after = request.query_params.get("after", "")
        plans = set(request.query_params.getlist("plan"))
        found = [
            {key: customer[key] for key in ("accountNumber", "name", "plan")}
            for number, customer in sorted(self._store.items())
            if number > after and (not plans or customer["plan"] in plans)
        ]
        page: dict[str, Any] = {"customers": found[:limit]}
        if len(found) > limit:
            page["next"] = found[limit - 1]["accountNumber"]
        return JSONResponse(page)

    async def create_customer(self, request: Request) -> Response:
        content_type = request.headers.get("content-type", "")
        data = dict(await request.form()) if "form" in content_type else await request.json()
        number = f"{100_000_000 + len(self._store) + 1}"
        self._store[number] = {"lines": [], **data, "accountNumber": number}
        return JSONResponse(self._store[number], 201, headers={"location": f"/v1/customers/{number}"})

    async def get_customer(self, request: Request) -> Response:
        number = request.path_params["number"]
        if number == BROKEN_ACCOUNT:
            return _broken()
        customer = self._store.get(number)
        return JSONResponse(customer) if customer else _problem(404, "Not Found")

    async def update_customer(self, request: Request) -> Response:
        customer = self._store.get(request.path_params["number"])
        if customer is None:
            return _problem(404, "Not Found")
        customer.update(await request.json())
        return JSONResponse(customer)

    async def delete_customer(self, request: Request) -> Response:
        removed = self._store.pop(request.path_params["number"], None)
        return Response(status_code=204) if removed else _problem(404, "Not Found")

    async def add_document(self, request: Request) -> Response:
        async with request.form() as form:
            file = form["file"]
            size = len(file) if isinstance(file, str) else len(await file.read())
            return JSONResponse({"title": form["title"], "bytes": size}, 201)

    async def read_notes(self, request: Request) -> Response:
        customer = self._store.get(request.path_params["number"])
        return PlainTextResponse(customer.get("notes", "")) if customer else _problem(404, "Not Found")

    async def write_notes(self, request: Request) -> Response:
        customer = self._store.get(request.path_params["number"])
        if customer is None:
            return _problem(404, "Not Found")
        customer["notes"] = (await request.body()).decode()
        return Response(status_code=204)

    async def list_invoices(self, request: Request) -> Response:
        if request.path_params["number"] not in self._store:
            return _problem(404, "Not Found")
        invoices = [
            {"number": 7001, "amount": 20.5, "due": "2026-05-31", "state": "paid"},
            {"number": 7002, "amount": 23.0, "due": "2026-06-30", "state": "open"},
        ]
        return JSONResponse(invoices, headers={"x-total-count": str(len(invoices))})

    async def get_line(self, request: Request) -> Response:
        number = request.path_params["number"]
        for customer in self._store.values():
            if number in customer["lines"]:
                return JSONResponse({"number": number, "accountNumber": customer["accountNumber"]})
        return _problem(404, "Not Found")


async def _put_photo(request: Request) -> Response:
    async for _ in request.stream():
        pass
    return Response(status_code=204)


async def _pay(request: Request) -> Response:
    payment = await request.json()
    payment.pop("securityCode", None)
    return JSONResponse({**payment, "id": "pay-1"}, 202)


async def _compare_tariffs(request: Request) -> Response:
    return JSONResponse({plan: _PRICES.get(plan, 0.0) for plan in request.path_params["plans"].split(",")})


async def _get_coverage(request: Request) -> Response:
    del request
    return JSONResponse({"signal": 4})


async def _get_tile(request: Request) -> Response:
    del request
    return Response(_TILE, media_type="image/png")


async def _watch(request: Request) -> Response:
    count = min(int(request.headers.get("x-sample-events", "3")), 1000)
    return StreamingResponse(_events(count), media_type="text/event-stream")


async def _events(count: int) -> AsyncIterator[str]:
    for index in range(count):
        yield f"id: {index}\ndata: {json.dumps({'change': index})}\n\n"
        await asyncio.sleep(0.05)


async def _chat(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(f"support: {text}")


async def _health(request: Request) -> Response:
    del request
    return JSONResponse({"status": "ok"})


def _broken() -> Response:
    try:
        _customer(int("customers_2021"))
    except ValueError:
        return PlainTextResponse(traceback.format_exc(), 500)
    return Response(status_code=204)


def _problem(status: int, title: str) -> Response:
    body = {"type": "about:blank", "title": title, "status": status}
    return JSONResponse(body, status, media_type="application/problem+json")


def _routes(harbour: _Harbour) -> list[Route | WebSocketRoute]:
    return [
        Route("/v1/customers", harbour.list_customers, methods=["GET"]),
        Route("/v1/customers", harbour.create_customer, methods=["POST"]),
        Route("/v1/customers/{number}", harbour.get_customer, methods=["GET"]),
        Route("/v1/customers/{number}", harbour.update_customer, methods=["PATCH"]),
        Route("/v1/customers/{number}", harbour.delete_customer, methods=["DELETE"]),
        Route("/v1/customers/{number}/photo", _put_photo, methods=["PUT"]),
        Route("/v1/customers/{number}/documents", harbour.add_document, methods=["POST"]),
        Route("/v1/customers/{number}/events", _watch, methods=["GET"]),
        Route("/v1/customers/{number}/notes", harbour.read_notes, methods=["GET"]),
        Route("/v1/customers/{number}/notes", harbour.write_notes, methods=["PUT"]),
        Route("/v1/customers/{number}/invoices", harbour.list_invoices, methods=["GET"]),
        Route("/v1/customers/{number}/payments", _pay, methods=["POST"]),
        Route("/v1/lines/{number}", harbour.get_line, methods=["GET"]),
        Route("/v1/tariffs/{plans}", _compare_tariffs, methods=["GET"]),
        Route("/v1/coverage/{position}", _get_coverage, methods=["GET"]),
        Route("/v1/maps/{tile}", _get_tile, methods=["GET"]),
        WebSocketRoute("/v1/support/chat", _chat),
        Route("/v1/health", _health, methods=["GET", "HEAD"]),
    ]
