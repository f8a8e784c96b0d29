"""`null` may read private answers / may not."""

from starlette.applications import Starlette
from tests.assess.twins.configuration.cors import CONTRACT, IDENTITIES, allowing, is_own

__all__ = ["CONTRACT", "IDENTITIES", "app"]


def app(vulnerable: bool) -> Starlette:
    return allowing((lambda origin: origin == "null" or is_own(origin)) if vulnerable else is_own)
