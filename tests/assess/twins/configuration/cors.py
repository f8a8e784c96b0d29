"""A service whose private answers are read with a cookie; the twins differ in which origins may read them."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import COOKIE, answer, contract, operation, problem, serving, thing

from garrison.assess.identity import Credential

CONTRACT = contract(
    {"GET /cups": operation(gives=thing("cup")), "GET /teas": operation(gives=thing("tea"), public=True)}, COOKIE
)
IDENTITIES = (("ann", Credential(cookies=(("sid", "ann-1"),))),)
OWN = "https://app.example.com"


def allowing(allows: Callable[[str], bool], *, credentials: bool = True) -> Starlette:
    """The service; `allows` says which origins may read its answers."""

    def headers(request: Request) -> dict[str, str]:
        origin = request.headers.get("origin", "")
        if not origin or not allows(origin):
            return {}
        more = {"access-control-allow-credentials": "true"} if credentials else {}
        return {"access-control-allow-origin": origin, "vary": "origin", **more}

    async def cups(request: Request) -> Response:
        if request.cookies.get("sid") != "ann-1":
            return problem(401, "Unauthorized")
        return answer({"cup": "blue"}, headers=headers(request))

    async def teas(request: Request) -> Response:
        return answer({"tea": "Assam"}, headers={"access-control-allow-origin": "*"})

    return serving({"GET /cups": cups, "GET /teas": teas})


def is_own(origin: str) -> bool:
    """Whether it is the service's own front end."""
    return origin == OWN
