"""Settings of tokens: which issuers' access tokens are believed, and what is demanded of them."""

from typing import Annotated, Literal

from msgspec import Meta

from garrison.config.sections import Seconds, Section


class JwtSettings(Section, frozen=True):
    """Access tokens that are JWTs of one issuer (RFC 9068)."""

    issuer: str
    """The issuer, exactly as its tokens say in `iss`: `https://id.example.com`."""
    audiences: tuple[str, ...]
    """What a token's `aud` must hold one of: the names that this API has at the issuer."""
    realm: str = ""
    """The name that this issuer's principals are told apart by; empty means the issuer's host."""
    jwks_url: str = ""
    """Where the issuer's keys are; empty means that its metadata says it (OpenID Connect Discovery, RFC 8414)."""
    jwks_file: str = ""
    """File with the issuer's keys (JWKS), read at load; then nothing is fetched."""
    refresh: Seconds = 300.0
    """Time between two looks at the issuer's keys. Keys that are known stay known while it cannot be reached."""
    ca: str = ""
    """PEM file of the authorities to trust for the issuer's address; empty means the system's."""
    unsafe_plain_http: bool = False
    """Fetch keys over http, where anyone on the way can replace them. Warned of at start."""


class IntrospectionSettings(Section, frozen=True):
    """Opaque access tokens, asked about at the authorization server (RFC 7662)."""

    url: str
    """The introspection address (`introspection_endpoint` in the server's metadata)."""
    audiences: tuple[str, ...]
    """What the answer's `aud` must hold one of."""
    issuer: str = ""
    """What the answer's `iss` must be, where it names one."""
    realm: str = ""
    """The name that these principals are told apart by; empty means the address' host."""
    client_id: str = ""
    """Who we are there; empty asks without credentials."""
    client_secret_file: str = ""
    """File with our secret there (`client_secret_basic`)."""
    timeout: Seconds = 2.0
    """How long a request may wait for the answer; then it is refused."""
    cache_seconds: Annotated[float, Meta(ge=0, le=3600)] = 30.0
    """How long an answer is believed; never longer than the token holds."""
    ca: str = ""
    """PEM file of the authorities to trust for the address; empty means the system's."""
    unsafe_plain_http: bool = False
    """Ask over http. Warned of at start."""


SenderConstraint = Literal["if-bound", "dpop", "mtls", "required", "unsafe-ignored"]
"""Whether a token must be bound to a key of its sender: where the token says so, by a DPoP proof, by a client
certificate, by either of them; or not looked at at all."""
