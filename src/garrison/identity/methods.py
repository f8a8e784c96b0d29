"""Every way to satisfy a security scheme, by the setting that switches it on."""

from garrison.config.authentication import LockoutSettings, SchemeSettings
from garrison.core.operation import SecurityScheme
from garrison.identity import api_keys, basic, certificate
from garrison.identity.outcome import Method


def methods_for(scheme: SecurityScheme, settings: SchemeSettings, lockout: LockoutSettings) -> tuple[Method, ...]:
    """The ways that `settings` name, in the order in which they are tried."""
    found: list[Method | None] = []
    if settings.api_key is not None:
        found.append(api_keys.method(scheme, settings.api_key, lockout))
    if settings.basic is not None:
        found.append(basic.method(scheme, settings.basic, lockout))
    if settings.certificate is not None:
        found.append(certificate.method(scheme, settings.certificate))
    # The libraries that read tokens and signatures are imported only by a gateway that is told to.
    if settings.signature is not None:
        from garrison.identity import signatures

        found.append(signatures.method(scheme, settings.signature))
    if settings.jwt or settings.introspection is not None:
        from garrison.identity import bearer

        found.append(bearer.method(scheme, settings, lockout))
    return tuple([method for method in found if method is not None])
