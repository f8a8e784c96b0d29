"""The answer is a page / JSON, as the contract has it."""

from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from tests.assess.twins.conformance.teas import CONTRACT, giving
from tests.assess.twins.parts import answer

__all__ = ["CONTRACT", "app"]


def app(vulnerable: bool) -> Starlette:
    return giving(HTMLResponse("<p>Assam, 5 g</p>") if vulnerable else answer({"tea": "Assam", "grams": 5}))
