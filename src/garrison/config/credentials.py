"""Settings of credentials other than tokens: API keys, passwords, certificates, signatures."""

from typing import Annotated, Literal

from msgspec import Meta

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
    """Signed requests (RFC 9421). A signature is made with a key of `jwks-file`, whose `kid` names the principal; its
    algorithm is the key's: `ed25519`, `ecdsa-p256-sha256`, `ecdsa-p384-sha384` or `rsa-pss-sha512`."""

    jwks_file: str
    """File with the senders' public keys (JWKS)."""
    components: tuple[str, ...] = ("@method", "@target-uri")
    """What every signature must cover; `content-digest` besides, where the request has a body."""
    lifetime: Annotated[float, Meta(ge=1, le=3600)] = 300.0
    """How old a signature may be, by its `created`; so long each is remembered, for none is accepted twice."""
    leeway: Annotated[float, Meta(ge=0, le=60)] = 5.0
    """How far the sender's clock and ours may differ."""
    realm: str = "senders"
    """The name that these principals are told apart by."""
    scopes: tuple[str, ...] = ()
    """Scopes that these principals have."""
    roles: tuple[str, ...] = ()
    """Roles that these principals have."""
