"""An API that lets people in, in every way in which identities log in."""

import base64
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

PEOPLE = {"alice": 'wonder"land', "bob": "builder", "shop": "s3cret/+"}


def app(seen: list[str]) -> Starlette:
    """`seen` is told what came: method, path, and who was registered."""
    people = dict(PEOPLE)

    async def login(request: Request) -> Response:
        seen.append("login")
        fields = await request.json() if "json" in request.headers.get("content-type", "") else await _form(request)
        user, word = fields.get("username"), fields.get("password")
        if people.get(str(user)) != word:
            return JSONResponse({"error": "no"}, 401)
        answer = JSONResponse(
            {"data": {"token": f"T-{user}", "name": user, "attempts": 3}}, headers={"x-token": f"H-{user}"}
        )
        answer.set_cookie("session", f"C-{user}")
        answer.set_cookie("gone", "", max_age=0)
        return answer

    async def register(request: Request) -> Response:
        fields = await request.json()
        seen.append(f"register {fields['username']}")
        people[fields["username"]] = fields["password"]
        return JSONResponse({}, 201)

    return Starlette(
        routes=[
            Route("/v1/login", login, methods=["POST"]),
            Route("/v1/ticket", ticket),
            Route("/v1/exchange", exchange, methods=["POST"]),
            Route("/oauth/token", token, methods=["POST"]),
            Route("/v1/users", register, methods=["POST"]),
            Route("/v1/broken", broken, methods=["POST"]),
        ]
    )


async def _form(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}


async def ticket(request: Request) -> Response:
    if request.cookies.get("session") != f"C-{request.query_params['user']}":
        return JSONResponse({"error": "no cookie"}, 403)
    return JSONResponse({"ticket": f"K-{request.query_params['user']}", "quote": 'a"b'})


async def exchange(request: Request) -> Response:
    fields = await request.json()
    if fields["quote"] != 'a"b' or request.headers.get("x-ticket") != fields["ticket"]:
        return JSONResponse({"error": "no"}, 400)
    return JSONResponse({"token": f"X-{fields['ticket']}"})


async def token(request: Request) -> Response:
    known = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
    form = await _form(request)
    if known != "shop:s3cret%2F%2B" or form.get("grant_type") != "client_credentials":
        return JSONResponse({"error": "invalid_client"}, 401)
    return JSONResponse({"access_token": f"O-{form.get('scope', 'all')}", "token_type": "bearer", "expires_in": 60})


async def broken(request: Request) -> Response:
    return Response("no json", 200)
