"""Settings of authentication: how each security scheme of the contract is satisfied."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from garrison.config.credentials import ApiKeySettings, BasicSettings, CertificateSettings, SignatureSettings
from garrison.config.sections import ControlSettings, Seconds, Section
from garrison.config.tokens import DpopSettings, IntrospectionSettings, JwtSettings, SenderConstraint


class SchemeSettings(Section, frozen=True):
    """What satisfies one security scheme of the contract. Several ways: any one of them."""

    jwt: tuple[JwtSettings, ...] = ()
    """Issuers whose JWT access tokens are believed."""
    introspection: IntrospectionSettings | None = None
    """Opaque tokens, asked about at the authorization server."""
    sender_constraint: SenderConstraint = "if-bound"
    """Whether tokens must be bound to a key of their sender (RFC 9449, RFC 8705): `if-bound` checks what the token
    says; `dpop`, `mtls` and `required` (either) refuse tokens that are not bound."""
    unsafe_ignore_binding: bool = False
    """Believe tokens that are bound to a key from whoever sends them. Warned of at start."""
    dpop: DpopSettings = DpopSettings()
    """What is demanded of DPoP proofs."""
    api_key: ApiKeySettings | None = None
    """API keys that this gateway issued."""
    basic: BasicSettings | None = None
    """HTTP Basic against a file of hashed passwords."""
    certificate: CertificateSettings | None = None
    """The client's certificate."""
    signature: SignatureSettings | None = None
    """Signed requests."""


class LockoutSettings(Section, frozen=True):
    """How those are slowed down who guess keys, passwords or opaque tokens. Failures count by account and by peer."""

    free: Annotated[int, Meta(ge=1, le=1000)] = 10
    """Failures of one account before it must wait."""
    free_of_peer: Annotated[int, Meta(ge=1, le=100_000)] = 50
    """Failures from one address, of IPv6 one /64, before it must wait: many people may share one."""
    first: Seconds = 1.0
    """The first wait; each further failure doubles it."""
    longest: Seconds = 900.0
    """The longest wait."""
    forget: Seconds = 3600.0
    """Time without a failure after which those before count no more."""


class AuthenticationSettings(ControlSettings, frozen=True):
    """Settings of the control `authentication`."""

    schemes: Mapping[str, SchemeSettings] = {}
    """How each security scheme of the contract is satisfied, by its name there."""
    lockout: LockoutSettings = LockoutSettings()
    """How those are slowed down who guess."""
    unsafe_anonymous: bool = False
    """Let these operations be called by anyone: those that the contract secures with nothing. Warned of at start."""
