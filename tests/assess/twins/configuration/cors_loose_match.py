"""Origins that begin with the front end's may read private answers / just the front end."""

import re

from starlette.applications import Starlette
from tests.assess.twins.configuration.cors import CONTRACT, IDENTITIES, OWN, allowing, is_own

__all__ = ["CONTRACT", "IDENTITIES", "TRAPS", "VARIANTS", "app"]


def app(vulnerable: bool) -> Starlette:
    return allowing((lambda origin: origin.startswith(OWN)) if vulnerable else is_own)


VARIANTS = {
    "its end": lambda: allowing(lambda origin: origin.endswith("example.com")),
    "any place": lambda: allowing(lambda origin: "app.example.com" in origin),
    "an unescaped dot": lambda: allowing(lambda origin: bool(re.fullmatch(r"https://app.example\.com", origin))),
}
TRAPS = {
    "hosts below a domain of one's own": lambda: allowing(
        lambda o: bool(re.fullmatch(r"https://[a-z]+\.example\.com", o))
    )
}
