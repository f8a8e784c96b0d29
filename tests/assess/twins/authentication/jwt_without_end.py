"""Tokens without an end."""

from starlette.applications import Starlette
from tests.assess.twins.parts import DOORS, People, Sessions, Tokens, contract, serving

from garrison.core.detection import Confidence

CONTRACT = contract(DOORS)
CONFIDENCE = Confidence.MEDIUM


def app(*, vulnerable: bool) -> Starlette:
    return serving(People(Tokens(lifetime=None if vulnerable else 3600)).routes)


TRAPS = {"tokens that are no JWTs": lambda: serving(People(Sessions()).routes)}
