"""Four digits, guessed as often as one likes."""

from collections import Counter

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import DOORS, People, body_of, contract, operation, problem, serving, thing

from garrison.core.detection import Confidence

CODE = {"type": "string", "pattern": "^[0-9]{4}$"}
CONTRACT = contract(
    {
        **DOORS,
        "POST /password/reset": operation(takes=thing("email", "new_password", reset_password_code=CODE), public=True),
    }
)
CONFIDENCE = Confidence.MEDIUM


def build(*, limits: bool) -> Starlette:
    people, wrong = People(), Counter[str]()

    async def reset(request: Request) -> Response:
        email = str((await body_of(request)).get("email"))
        wrong[email] += 1
        limited = wrong[email] > 5 and limits
        return problem(429, "Too Many Requests") if limited else problem(400, "Bad Request")

    return serving({**people.routes, "POST /password/reset": reset})


def app(*, vulnerable: bool) -> Starlette:
    return build(limits=not vulnerable)
