"""The service fails for orders that are no object, and for texts that are empty / refuses them."""

from typing import Any

from starlette.applications import Starlette
from tests.assess.twins.conformance.orders import CONTRACT, IDENTITIES, is_fine, orders

__all__ = ["CONTRACT", "IDENTITIES", "TRAPS", "VARIANTS", "app"]


def breaks(value: Any) -> bool:
    return not isinstance(value, dict) or not isinstance(value.get("tea"), str)


def app(vulnerable: bool) -> Starlette:
    return orders(is_fine, fault=breaks) if vulnerable else orders(is_fine)


VARIANTS = {"for what the contract allows": lambda: orders(is_fine, fault=lambda value: value.get("tea") == "")}
TRAPS = {"it fails whatever is sent": lambda: orders(is_fine, fault=lambda value: True)}
