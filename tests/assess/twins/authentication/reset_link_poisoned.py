"""The link of the mail, which the answer repeats, leads to the host that the request names."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import DOORS, People, answer, contract, operation, serving, thing

CONTRACT = contract(
    {**DOORS, "POST /password/forgot": operation(takes=thing("email"), gives=thing("message"), public=True)}
)


def app(*, vulnerable: bool) -> Starlette:
    people = People()

    async def forgot(request: Request) -> Response:
        host = request.headers.get("x-forwarded-host", "tea.example") if vulnerable else "tea.example"
        return answer({"message": f"sent: https://{host}/reset?token=..."})

    return serving({**people.routes, "POST /password/forgot": forgot})
