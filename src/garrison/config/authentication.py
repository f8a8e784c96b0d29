"""Settings of authentication: how each security scheme of the contract is satisfied."""

from collections.abc import Mapping

from garrison.config.credentials import ApiKeySettings, BasicSettings, CertificateSettings, SignatureSettings
from garrison.config.sections import ControlSettings, Section
from garrison.config.tokens import DpopSettings, IntrospectionSettings, JwtSettings, SenderConstraint


class SchemeSettings(Section, frozen=True):
    """What satisfies one security scheme of the contract. Several ways: any one of them."""

    jwt: tuple[JwtSettings, ...] = ()
    """Issuers whose JWT access tokens are believed."""
    introspection: IntrospectionSettings | None = None
    """Opaque tokens, asked about at the authorization server."""
    sender_constraint: SenderConstraint = "if-bound"
    """Whether tokens must be bound to a key of their sender (RFC 9449, RFC 8705): `if-bound` checks what the token
    says, `dpop`, `mtls` and `required` (either) refuse tokens that are not bound; `unsafe-ignored` does not look."""
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


class AuthenticationSettings(ControlSettings, frozen=True):
    """Settings of the control `authentication`."""

    schemes: Mapping[str, SchemeSettings] = {}
    """How each security scheme of the contract is satisfied, by its name there."""
    unsafe_anonymous: bool = False
    """Let these operations be called by anyone: those that the contract secures with nothing. Warned of at start."""
