"""A service that fails for orders that are no text; the twins differ in what it says then."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, contract, operation, problem, serving, thing
from tests.assess.twins.resources.shop import IDENTITIES

__all__ = ["CONTRACT", "IDENTITIES", "failing"]
CONTRACT = contract(
    {"POST /orders": operation(takes=thing("tea"), gives=thing("id", "tea"), public=True, status=201)},
)


def failing(tells: Callable[[Exception], Response]) -> Starlette:
    """The service; `tells` says what it tells of an exception."""

    async def order(request: Request) -> Response:
        try:
            value = await request.json()
            return answer({"id": "1", "tea": value["tea"].strip()}, 201)
        except ValueError:
            return problem(400, "Bad Request")
        except (AttributeError, KeyError, TypeError) as error:
            return tells(error)

    return serving({"POST /orders": order})
