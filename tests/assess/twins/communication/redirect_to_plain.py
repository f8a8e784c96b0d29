"""A redirect leads from HTTPS to plain HTTP / stays where it is."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from tests.assess.twins.communication.tea import CONTRACT, good, tea

__all__ = ["CONTRACT", "app"]


def app(vulnerable: bool) -> Starlette:
    application = tea(good())

    async def moved(request: Request) -> Response:
        return RedirectResponse("http://127.0.0.1/teas" if vulnerable else "/teas", 307)

    application.add_route("/teas/", moved, methods=["GET"])
    return application
