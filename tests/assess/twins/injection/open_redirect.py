"""An answer that redirects to wherever it is told; one that begins every address with a slash is a trap."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from tests.assess.twins.parts import contract, operation, problem, serving

CONTRACT = contract({"GET /leave": operation(query=["next"], public=True, status=302)})


def build(kind: str) -> Starlette:
    async def leave(request: Request) -> Response:
        target = request.query_params.get("next", "/")
        if kind == "fixed" and (not target.startswith("/") or target[1:2] in ("/", "\\")):
            return problem(400, "Bad Request")
        if kind == "one slash" and (not target.startswith("/") or target.startswith("//")):
            return problem(400, "Bad Request")
        return RedirectResponse(f"/out/{target}" if kind == "below" else target, 302)

    return serving({"GET /leave": leave})


def app(*, vulnerable: bool) -> Starlette:
    return build("weak" if vulnerable else "fixed")


TRAPS = {"every address below one's own": lambda: build("below")}
