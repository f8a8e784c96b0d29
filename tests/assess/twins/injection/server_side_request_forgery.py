"""An operation that fetches what it is told to; one filter looks for one spelling of loopback alone."""

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, body_of, contract, operation, problem, serving, thing

CONTRACT = contract(
    {
        "GET /motd": operation(gives=thing("text"), public=True),
        "POST /previews": operation(takes=thing("url", "note"), gives=thing("state"), public=True, status=201),
    }
)


def build(lets: Callable[[str], bool], field: str = "url", *, shows: bool = False) -> Starlette:
    async def preview(request: Request) -> Response:
        url = str((await body_of(request)).get(field))
        if not lets(url):
            return problem(422, "Unprocessable Content")
        try:
            got = await asyncio.to_thread(httpx.get, url, timeout=2)
        except (httpx.HTTPError, httpx.InvalidURL):
            return answer({"state": "nothing there"}, 201)
        return answer({"state": "fetched", "text": got.text if shows else ""}, 201)

    async def message(request: Request) -> Response:
        return answer({"text": "chrysanthemum"})

    return serving({"GET /motd": message, "POST /previews": preview})


def app(*, vulnerable: bool) -> Starlette:
    def is_allowed(url: str) -> bool:
        return urlsplit(url).hostname == "example.invalid"

    return build((lambda url: url.startswith("http")) if vulnerable else is_allowed)


VARIANTS = {
    "only paths of one's own are fetched": lambda: build(lambda url: url.endswith("/motd"), shows=True),
    "a filter of one spelling": lambda: build(lambda url: "127.0.0.1" not in url and url.startswith("http")),
    "a place that speaks of no address": lambda: build(lambda url: url.startswith("http"), "note"),
}
