"""Private answers may be kept by anybody / by nobody."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import DOORS, People, Person, answer, contract, operation, serving, thing

CONTRACT = contract(
    {**DOORS, "GET /cups": operation(gives=thing("cup")), "GET /teas": operation(gives=thing("tea"), public=True)}
)


def app(vulnerable: bool) -> Starlette:
    people = People()

    async def cups(request: Request, person: Person) -> Response:
        kept = "public, max-age=600" if vulnerable else "private, no-store"
        return answer({"cup": f"of {person.username}"}, headers={"cache-control": kept})

    async def teas(request: Request) -> Response:
        return answer({"tea": "Assam"}, headers={"cache-control": "public, max-age=600"})

    return serving({**people.routes, "GET /cups": people.only(cups), "GET /teas": teas})
