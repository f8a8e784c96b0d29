"""A service with a declared operation and what else is given; of paths that nobody serves it says what is wanted."""

from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, contract, operation, problem, thing

CONTRACT = contract({"GET /teas": operation(gives=thing("tea"), public=True)})


def showing(pages: Mapping[str, Response], nowhere: Response | None = None) -> Starlette:
    """The service with these pages."""

    async def page(request: Request) -> Response:
        if request.url.path == "/teas":
            return answer({"tea": "Assam"})
        if request.method == "GET" and request.url.path in pages:
            return pages[request.url.path]
        return nowhere or problem(404, "Not Found")

    application = Starlette()
    application.add_route("/{path:path}", page, methods=["GET", "POST", "PUT"])
    return application
