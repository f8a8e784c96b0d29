"""Logging in reads the query as well as the body."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import DOORS, People, contract, problem, serving

CONTRACT = contract(DOORS)


def build(*methods: str) -> Starlette:
    people = People()

    async def by_query(request: Request) -> Response:
        person = people.known(request.query_params)
        return people.welcome(person) if person is not None else problem(401, "Unauthorized")

    async def by_both(request: Request) -> Response:
        return await by_query(request) if request.query_params else await people.log_in(request)

    routes = people.routes | ({"POST /login": by_both} if "POST" in methods else {})
    return serving(routes | ({"GET /login": by_query} if "GET" in methods else {}))


def app(*, vulnerable: bool) -> Starlette:
    return build("GET") if vulnerable else build()


VARIANTS = {"by POST": lambda: build("POST")}
