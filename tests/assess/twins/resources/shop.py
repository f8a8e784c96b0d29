"""A shop whose orders are made with JSON: the twins of what bodies may be differ in how they read one."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, contract, operation, problem, serving, thing

from garrison.assess.identity import Credential

Read = Callable[[Request], Awaitable[Any]]
CONTRACT = contract(
    {"POST /orders": operation(takes=thing("tea"), gives=thing("id", "tea"), public=True, status=201)},
)
IDENTITIES = (("ann", Credential(headers=(("authorization", "Bearer ann"),))),)


def shop(read: Read) -> Starlette:
    """The shop; `read` gives the value of a body, or an answer that refuses it."""
    made: list[str] = []

    async def order(request: Request) -> Response:
        value = await read(request)
        if isinstance(value, Response):
            return value
        if not isinstance(value, dict) or not isinstance(value.get("tea"), str):
            return problem(422, "Unprocessable Content")
        made.append(value["tea"])
        return answer({"id": str(len(made)), "tea": value["tea"]}, 201)

    return serving({"POST /orders": order})
