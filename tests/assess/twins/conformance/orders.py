"""A service that takes orders and gives them; the twins differ in how they keep its contract."""

from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, contract, operation, problem, serving, thing
from tests.assess.twins.resources.shop import IDENTITIES

__all__ = ["CONTRACT", "IDENTITIES", "orders"]
ORDER = {**thing("tea", grams={"type": "integer", "minimum": 1, "maximum": 1000}), "additionalProperties": False}
_POST = operation(takes=ORDER, gives=thing("id", "tea"), public=True, status=201)
_POST["responses"] |= {"400": {"description": "refused"}, "422": {"description": "refused"}}
CONTRACT = contract({"POST /orders": _POST})


def orders(judge: Callable[[Any], bool], *, fault: Callable[[Any], bool] = lambda value: False) -> Starlette:
    """The service: it takes what `judge` says is fine, and fails for what `fault` says."""

    async def order(request: Request) -> Response:
        try:
            value = await request.json()
        except (ValueError, RecursionError):
            return problem(400, "Bad Request")
        if fault(value):
            return problem(500, "Internal Server Error")
        return answer({"id": "1", "tea": "Assam"}, 201) if judge(value) else problem(422, "Unprocessable Content")

    return serving({"POST /orders": order})


def is_fine(value: Any) -> bool:
    """Whether a value is an order as the contract has it."""
    return (
        isinstance(value, dict)
        and set(value) == {"tea", "grams"}
        and isinstance(value["tea"], str)
        and isinstance(value["grams"], int)
        and not isinstance(value["grams"], bool)
        and 1 <= value["grams"] <= 1000
    )
