"""A server that writes headers as it gets them: a line end in a value begins another one."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import contract, operation, serving

CONTRACT = contract({"GET /go": operation(query=["section"], public=True, status=204)})


def app(*, vulnerable: bool) -> Starlette:
    async def go(request: Request) -> Response:
        """The server of these tests refuses line ends: what a careless one would send is written here."""
        section = request.query_params.get("section", "")
        response = Response(status_code=204)
        first, *more = f"/sections/{section}".splitlines() if vulnerable else [f"/sections/{section!r}"]
        response.headers["content-location"] = first.encode("ascii", "replace").decode()
        for line in more:
            name, colon, value = line.partition(":")
            if colon:
                response.headers[name.strip()] = value.strip()
        return response

    return serving({"GET /go": go})
