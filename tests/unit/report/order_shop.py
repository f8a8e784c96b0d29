"""A shop with the weaknesses whose proofs are sent again, and without them."""

import time
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

PEOPLE = {"Bearer A": "alice", "Bearer B": "bob"}


class Shop:
    """What it keeps, and how it is asked. `vulnerable` says whether it looks who asks."""

    def __init__(self, *, vulnerable: bool) -> None:
        self.vulnerable = vulnerable
        self.orders: dict[str, dict[str, Any]] = {}
        self.users: dict[str, dict[str, Any]] = {}
        self.requests: list[str] = []

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/orders", self.create, methods=["POST"]),
                Route("/v1/orders/{id}", self.read),
                Route("/v1/users", self.register, methods=["POST"]),
                Route("/v1/users/{name}", self.user, methods=["GET", "PATCH"]),
                Route("/v1/search", self.search),
                Route("/v1/cors", self.cors),
            ]
        )

    async def create(self, request: Request) -> Response:
        if (who := PEOPLE.get(request.headers.get("authorization", ""))) is None:
            return JSONResponse({"error": "who?"}, 401)
        number = str(len(self.orders) + 100)
        self.orders[number] = {"orderId": number, "owner": who, "note": (await request.json())["note"]}
        return JSONResponse(self.orders[number], 201)

    async def read(self, request: Request) -> Response:
        self.requests.append(request.scope["raw_path"].decode())
        order = self.orders.get(request.path_params["id"])
        who = PEOPLE.get(request.headers.get("authorization", ""))
        if order is None or (who != order["owner"] and not self.vulnerable):
            return JSONResponse({"error": "none"}, 404)
        return JSONResponse(order)

    async def register(self, request: Request) -> Response:
        fields = await request.json()
        if fields["name"] in self.users:
            return JSONResponse({"error": "taken"}, 409)
        self.users[fields["name"]] = {"name": fields["name"], "role": "user", "age": 3}
        return JSONResponse(self.users[fields["name"]], 201)

    async def user(self, request: Request) -> Response:
        user = self.users[request.path_params["name"]]
        if request.method == "PATCH":
            fields = await request.json()
            user |= fields if self.vulnerable else {"age": fields.get("age", 3)}
        return JSONResponse({**user, "seen": time.time()})

    async def search(self, request: Request) -> Response:
        if self.vulnerable and "sleep" in request.query_params["q"]:
            time.sleep(1.6)
        return JSONResponse([])

    async def cors(self, request: Request) -> Response:
        origin = request.headers["origin"] if self.vulnerable else "https://shop.example"
        return PlainTextResponse("ok", headers={"access-control-allow-origin": origin})
