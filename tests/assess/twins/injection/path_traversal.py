"""A file that is named by a text; one twin takes `../` out once, which is not enough."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from tests.assess.twins.parts import contract, operation, problem, serving

CONTRACT = contract(
    {
        "GET /documents": operation(public=True)
        | {
            "parameters": [
                {"name": "file", "in": "query", "required": True, "schema": {"type": "string"}, "example": "tea.txt"}
            ]
        },
        "GET /pages/{page}": operation(public=True),
    }
)


def build(*, weak: bool, clean: Callable[[str], str] = str) -> Starlette:
    folder = Path(tempfile.mkdtemp())
    (folder / "tea.txt").write_text("green tea")

    def read(name: str) -> Response:
        path = folder / clean(name)
        if not weak and not path.resolve().is_relative_to(folder.resolve()):
            return problem(404, "Not Found")
        try:
            return PlainTextResponse(path.read_text())
        except (OSError, ValueError):
            return problem(404, "Not Found")

    async def document(request: Request) -> Response:
        return read(request.query_params.get("file", ""))

    async def page(request: Request) -> Response:
        return read(request.path_params["page"])

    return serving({"GET /documents": document, "GET /pages/{page:path}": page})


def app(*, vulnerable: bool) -> Starlette:
    return build(weak=vulnerable)


VARIANTS = {
    "a filter that works once": lambda: build(weak=True, clean=lambda name: name.lstrip("/").replace("../", "")),
}
TRAPS = {"a filter that works": lambda: build(weak=True, clean=lambda name: Path(name).name)}
