"""The token that should go by mail stands in the answer."""

import secrets

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import DOORS, People, answer, body_of, contract, operation, problem, serving, thing

CONTRACT = contract(
    {
        **DOORS,
        "POST /password/forgot": operation(takes=thing("email"), gives=thing("message"), public=True),
        "POST /password/reset": operation(
            takes=thing("email", "code", "password"), gives=thing("message"), public=True
        ),
    }
)


def build(shows: str) -> Starlette:
    people, sent = People(), dict[str, str]()

    async def forgot(request: Request) -> Response:
        email = str((await body_of(request)).get("email"))
        sent[email] = f"{secrets.randbelow(10_000):04d}" if shows == "code" else secrets.token_urlsafe(16)
        told: dict[str, object] = {"message": "a mail is on its way", "code": 200}
        told |= {"debug": {"otp": sent[email]}} if shows == "code" else {}
        told |= {"link": f"https://tea.example/reset/{sent[email]}"} if shows == "link" else {}
        return answer(told)

    async def reset(request: Request) -> Response:
        given = await body_of(request)
        email = str(given.get("email"))
        if not given.get("code") or sent.pop(email, "") != given["code"]:
            return problem(400, "Bad Request")
        person = next(each for each in people.all.values() if each.email == email)
        person.password = str(given.get("password"))
        return answer({"message": "done"})

    return serving({**people.routes, "POST /password/forgot": forgot, "POST /password/reset": reset})


def app(*, vulnerable: bool) -> Starlette:
    return build("code" if vulnerable else "nothing")


VARIANTS = {"a link": lambda: build("link")}
