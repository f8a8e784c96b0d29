"""Settings of credentials other than tokens: API keys, passwords, certificates, signatures."""

from typing import Literal

from garrison.config.sections import Section


class ApiKeySettings(Section, frozen=True):
    """API keys that `garrison keys` makes; only keyed digests of them are kept."""

    realm: str = "keys"
    """The name that these principals are told apart by."""


class BasicSettings(Section, frozen=True):
    """HTTP Basic (RFC 7617) for machine clients that `garrison users` makes; only slow hashes of passwords are kept."""

    realm: str = "users"
    """The name that these principals are told apart by."""


class CertificateSettings(Section, frozen=True):
    """Client certificates as identity; `listen.tls.client-ca` says whose are verified."""

    principal: Literal["subject", "dns", "uri"] = "subject"
    """What of the certificate names the principal: its subject (RFC 2253), or its first subject alternative name that
    is a DNS name or a URI, such as a SPIFFE id."""
    names: tuple[str, ...] = ()
    """Names that are let in, `*` for any text in them; empty lets in every certificate that was verified."""
    realm: str = "certificates"
    """The name that these principals are told apart by."""
    scopes: tuple[str, ...] = ()
    """Scopes that these principals have."""
    roles: tuple[str, ...] = ()
    """Roles that these principals have."""


class SignatureSettings(Section, frozen=True):
    """Signed requests (RFC 9421)."""
