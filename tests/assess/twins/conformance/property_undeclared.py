"""More properties are taken / refused."""

from starlette.applications import Starlette
from tests.assess.twins.conformance.orders import CONTRACT, IDENTITIES, is_fine, orders

__all__ = ["CONTRACT", "IDENTITIES", "app"]


def app(vulnerable: bool) -> Starlette:
    return orders((lambda value: {"tea", "grams"} <= set(value)) if vulnerable else is_fine)
