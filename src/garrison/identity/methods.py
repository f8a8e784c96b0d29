"""Every way to satisfy a security scheme, by the setting that switches it on."""

from garrison.config.authentication import SchemeSettings
from garrison.core.operation import SecurityScheme
from garrison.identity import bearer
from garrison.identity.outcome import Method


def methods_for(scheme: SecurityScheme, settings: SchemeSettings) -> tuple[Method, ...]:
    """The ways that `settings` name, in the order in which they are tried."""
    found: list[Method | None] = []
    if settings.jwt or settings.introspection is not None:
        found.append(bearer.method(scheme, settings))
    return tuple([method for method in found if method is not None])
