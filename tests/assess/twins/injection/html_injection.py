"""A page that shows a text as it is; JSON that does so is no page, and a trap."""

import html

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from tests.assess.twins.parts import answer, contract, operation, serving

CONTRACT = contract({"GET /hello": operation(query=["name"], public=True)})


def build(kind: str) -> Starlette:
    async def hello(request: Request) -> Response:
        name = request.query_params.get("name", "")
        if kind == "JSON":
            return answer({"text": f"<p>hello {name}</p>"})
        return HTMLResponse(f"<p>hello {name if kind == 'weak' else html.escape(name)}</p>")

    return serving({"GET /hello": hello})


def app(*, vulnerable: bool) -> Starlette:
    return build("weak" if vulnerable else "fixed")


TRAPS = {"JSON": lambda: build("JSON")}
