"""Names of any length are taken / up to 40 characters, as the contract says."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, body_of, contract, operation, problem, serving, thing
from tests.assess.twins.resources.shop import IDENTITIES

TEA = thing(name={"type": "string", "maxLength": 40}, grams={"type": "integer", "minimum": 1, "maximum": 5000})
__all__ = ["CONTRACT", "IDENTITIES", "app"]
CONTRACT = contract({"POST /teas": operation(takes=TEA, gives=thing("name", grams="integer"), public=True, status=201)})


def app(vulnerable: bool) -> Starlette:
    async def make(request: Request) -> Response:
        tea = await body_of(request)
        is_fine = len(str(tea.get("name"))) <= 40 and 1 <= int(tea.get("grams", 0)) <= 5000
        return answer(tea, 201) if is_fine or vulnerable else problem(422, "Unprocessable Content")

    return serving({"POST /teas": make})


def telling_with_200() -> Starlette:
    async def make(request: Request) -> Response:
        tea = await body_of(request)
        is_fine = len(str(tea.get("name"))) <= 40 and 1 <= int(tea.get("grams", 0)) <= 5000
        return answer(tea, 201) if is_fine else answer({"success": False, "message": "too long"})

    return serving({"POST /teas": make})


TRAPS = {"refusals come with 200": telling_with_200}
