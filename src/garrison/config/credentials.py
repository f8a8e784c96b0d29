"""Settings of credentials other than tokens: API keys, passwords, certificates, signatures."""

from garrison.config.sections import Section


class ApiKeySettings(Section, frozen=True):
    """API keys that `garrison keys` makes; only keyed digests of them are kept."""

    realm: str = "keys"
    """The name that these principals are told apart by."""


class BasicSettings(Section, frozen=True):
    """HTTP Basic (RFC 7617) for machine clients."""

    file: str
    """File of users and hashed passwords, made with `garrison users`."""


class CertificateSettings(Section, frozen=True):
    """Client certificates as identity; `listen.tls.client-ca` says whose are verified."""


class SignatureSettings(Section, frozen=True):
    """Signed requests (RFC 9421)."""
