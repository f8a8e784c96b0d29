"""A success comes without its body / with it."""

from starlette.applications import Starlette
from starlette.responses import Response
from tests.assess.twins.conformance.teas import CONTRACT, giving
from tests.assess.twins.parts import answer

__all__ = ["CONTRACT", "app"]


def app(vulnerable: bool) -> Starlette:
    return giving(Response(status_code=200) if vulnerable else answer({"tea": "Assam", "grams": 5}))
