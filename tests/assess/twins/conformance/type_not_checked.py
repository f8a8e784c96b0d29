"""An object is taken as the name of a tea / refused."""

from starlette.applications import Starlette
from tests.assess.twins.conformance.orders import CONTRACT, IDENTITIES, is_fine, orders

__all__ = ["CONTRACT", "IDENTITIES", "app"]


def app(vulnerable: bool) -> Starlette:
    return orders((lambda value: set(value) == {"tea", "grams"}) if vulnerable else is_fine)
