"""Every origin may read private answers / that of the front end alone."""

from starlette.applications import Starlette
from tests.assess.twins.configuration.cors import CONTRACT, IDENTITIES, allowing, is_own

__all__ = ["CONTRACT", "IDENTITIES", "TRAPS", "app"]


def app(vulnerable: bool) -> Starlette:
    return allowing((lambda origin: True) if vulnerable else is_own)


TRAPS = {"nobody may": lambda: allowing(lambda origin: False)}
