"""Nothing is said of HTTPS / it is to be used for a year."""

from starlette.applications import Starlette
from tests.assess.twins.communication.tea import CONTRACT, good, tea

__all__ = ["CONTRACT", "VARIANTS", "app"]


def app(vulnerable: bool) -> Starlette:
    return tea(good(), {} if vulnerable else {"strict-transport-security": "max-age=31536000; includeSubDomains"})


VARIANTS = {"for a minute": lambda: tea(good(), {"strict-transport-security": "max-age=60"})}
