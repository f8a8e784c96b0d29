"""The first value of `user` is checked and the last one used / two values are refused."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import DOORS, People, Person, answer, contract, operation, problem, serving, thing

USER = {"name": "username", "in": "query", "required": True, "schema": {"type": "string"}}
CONTRACT = contract({**DOORS, "GET /letters": {**operation(gives=thing("to", "text")), "parameters": [USER]}})


def app(vulnerable: bool) -> Starlette:
    people = People()

    async def letters(request: Request, person: Person) -> Response:
        names = request.query_params.getlist("username")
        if not names or names[0] != person.username or (len(names) > 1 and not vulnerable):
            return problem(403, "Forbidden")
        return answer({"to": names[-1], "text": f"dear {names[-1]}"})

    return serving({**people.routes, "GET /letters": people.only(letters)})
