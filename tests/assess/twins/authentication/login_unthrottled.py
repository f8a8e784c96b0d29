"""Passwords may be guessed for ever; or until an account locks; or by whoever says they are somebody else."""

import time
from collections import Counter

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import DOORS, People, answer, body_of, contract, problem, serving

CONTRACT = contract(DOORS)
MOST = 5


class Counting(People):
    """Counts wrong passwords by account, by address or by what the request says is the address."""

    def __init__(self, by: str) -> None:
        super().__init__()
        self.by, self.wrong = by, Counter[str]()

    async def log_in(self, request: Request) -> Response:
        given = await body_of(request)
        keys = {"account": str(given.get("username")), "address": "127.0.0.1", "nothing": ""}
        keys["header"] = request.headers.get("x-forwarded-for", "127.0.0.1")
        key = keys.get(self.by, "")
        if self.by not in ("nothing", "delay") and self.wrong[key] >= MOST:
            locked = answer({"status": "fail", "message": "try again later"})
            return locked if self.by == "account" else problem(429, "Too Many Requests")
        person = self.known(given)
        if person is not None:
            return self.welcome(person)
        self.wrong[key] += 1
        if self.by == "delay":
            time.sleep(0.01 * self.wrong[key])
        return answer({"status": "fail", "message": "wrong credentials"})


def app(*, vulnerable: bool) -> Starlette:
    return serving(Counting("nothing" if vulnerable else "account").routes)


VARIANTS = {"a header lifts the limit": lambda: serving(Counting("header").routes)}
TRAPS = {"by address": lambda: serving(Counting("address").routes), "slower": lambda: serving(Counting("delay").routes)}
