"""The answer is 203 / 200, as the contract has it."""

from starlette.applications import Starlette
from tests.assess.twins.conformance.teas import CONTRACT, giving
from tests.assess.twins.parts import answer

__all__ = ["CONTRACT", "app"]


def app(vulnerable: bool) -> Starlette:
    return giving(answer({"tea": "Assam", "grams": 5}, 203) if vulnerable else answer({"tea": "Assam", "grams": 5}))
