"""Private answers say nothing of being kept / forbid it."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import DOORS, People, Person, answer, contract, serving

from garrison.core.detection import Confidence

CONFIDENCE = Confidence.MEDIUM
CONTRACT = contract(DOORS)


class Guarded(People):
    async def me(self, request: Request, person: Person) -> Response:
        return answer({"username": person.username, "email": person.email}, headers={"cache-control": "no-store"})


def app(vulnerable: bool) -> Starlette:
    return serving((People() if vulnerable else Guarded()).routes)
