"""Logging in is not limited / is limited by the address and says so."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import DOORS, People, answer, contract, operation, problem, serving, things

CONTRACT = contract({**DOORS, "GET /teas": operation(gives=things("name"), public=True)})


class Limited(People):
    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most
        self.count = 0

    async def log_in(self, request: Request) -> Response:
        self.count += 1
        return await super().log_in(request) if self.count <= self.most else problem(429, "Too Many Requests")


async def teas(request: Request) -> Response:
    return answer([{"name": "Assam"}])


def app(vulnerable: bool) -> Starlette:
    people = Limited(10**6 if vulnerable else 30)
    headers = {} if vulnerable else {"ratelimit": '"default";r=50;t=30', "ratelimit-policy": '"default";q=100;w=60'}

    async def counted(request: Request) -> Response:
        return answer([{"name": "Assam"}], headers=headers)

    return serving({**people.routes, "GET /teas": counted})
