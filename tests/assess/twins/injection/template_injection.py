"""A template that is made of a text, rendered at once or when it is read; an answer with many numbers is a trap."""

import jinja2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, body_of, contract, operation, problem, serving, thing

CONTRACT = contract(
    {
        "GET /greeting": operation(query=["name"], gives=thing("text"), public=True),
        "POST /cards": operation(takes=thing("text"), gives=thing("id"), public=True, status=201),
        "GET /cards/{id}": operation(gives=thing("text"), public=True),
    }
)


def build(*weak: str) -> Starlette:
    cards: dict[str, str] = {}

    def render(text: str, place: str) -> str:
        if place not in weak:
            return str(jinja2.Template("{{ text }}").render(text=text))
        return str(jinja2.Template(text).render())

    async def greeting(request: Request) -> Response:
        try:
            return answer({"text": "hello " + render(request.query_params.get("name", ""), "at once")})
        except jinja2.TemplateError:
            return problem(500, "Internal Server Error")

    async def make(request: Request) -> Response:
        cards[str(len(cards) + 1)] = str((await body_of(request)).get("text"))
        return answer({"id": str(len(cards))}, 201)

    async def read(request: Request) -> Response:
        text = cards.get(request.path_params["id"])
        try:
            return problem(404, "Not Found") if text is None else answer({"text": render(text, "later")})
        except jinja2.TemplateError:
            return problem(500, "Internal Server Error")

    return serving({"GET /greeting": greeting, "POST /cards": make, "GET /cards/{id}": read})


def app(*, vulnerable: bool) -> Starlette:
    return build(*(["at once", "later"] if vulnerable else []))


VARIANTS = {kind: lambda kind=kind: build(kind) for kind in ("at once", "later")}
