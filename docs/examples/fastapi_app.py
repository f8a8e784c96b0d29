"""Orders with FastAPI. Run it with `uvicorn fastapi_app:app` in this folder."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI, HTTPException
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from garrison.asgi import Garrison

api = FastAPI()
orders: dict[int, dict[str, Any]] = {1: {"number": 1, "item": "tea", "quantity": 2, "margin": 0.4}}


class NewOrder(BaseModel):
    item: str
    quantity: int


@api.post("/orders", status_code=201)
async def create_order(order: NewOrder) -> dict[str, Any]:
    number = len(orders) + 1
    orders[number] = {"number": number, **order.model_dump(), "margin": 0.4}
    return orders[number]


@api.get("/orders/{number}")
async def get_order(number: int) -> dict[str, Any]:
    if number not in orders:
        raise HTTPException(404)
    return orders[number]  # the margin is nobody's business, and the contract does not declare it


@api.get("/changes")
async def watch_orders() -> StreamingResponse:
    return StreamingResponse(changes(), media_type="text/event-stream")


async def changes() -> AsyncIterator[str]:
    for number in orders:
        yield f"data: {number}\n\n"


app = Garrison(api, config=Path(__file__).with_name("garrison.yaml"))
