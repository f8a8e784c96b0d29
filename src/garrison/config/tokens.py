"""Settings of tokens: which issuers' access tokens are believed, and what is demanded of them."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from msgspec import Meta

from garrison.config.sections import Seconds, Section

Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
"""Signature algorithms; symmetric ones and `none` are not to be had."""
Leeway = Annotated[float, Meta(ge=0, le=300)]


def realm_of(name: str, url: str) -> str:
    """The realm: as named, else the host of `url`, else `url` as it is."""
    try:
        return name or urlsplit(url).hostname or url
    except ValueError:
        return url


class JwtSettings(Section, frozen=True):
    """Access tokens that are JWTs of one issuer (RFC 9068)."""

    issuer: str
    """The issuer, exactly as its tokens say in `iss`: `https://id.example.com`."""
    audiences: tuple[str, ...] = ()
    """What a token's `aud` must hold one of: the names that this API has at the issuer. At least one."""
    unsafe_any_audience: bool = False
    """Believe tokens whatever their `aud` says, also without one: then tokens that the issuer made for another API open
    this one as well. Warned of at start."""
    realm: str = ""
    """The name that this issuer's principals are told apart by; empty means the issuer's host, unless another issuer
    there has it."""
    algorithms: tuple[Algorithm, ...] = ("RS256", "PS256", "ES256", "EdDSA")
    """Algorithms that its tokens may be signed with."""
    types: tuple[str, ...] = ("at+jwt",)
    """What a token's `typ` may be, lower case, without `application/` (RFC 9068, 2.1). `jwt` also admits tokens without
    one: only for issuers whose other tokens (ID tokens) name another audience."""
    leeway: Leeway = 30.0
    """How far the issuer's clock and ours may differ."""
    max_age: Annotated[float, Meta(ge=0, le=31_536_000)] = 0.0
    """Oldest token that is believed, by its `iat`; 0 means that only its expiry counts."""
    required_claims: tuple[str, ...] = ()
    """Claims that a token must have besides `iss`, `aud`, `exp` and the subject."""
    token_bytes: Annotated[int, Meta(ge=256, le=65536)] = 8192
    """Largest token that is looked at."""
    subject_claim: str = "sub"
    """The claim that names the principal. It stands in events: choose one that is not personal."""
    client_claim: str = "client_id"
    """The claim that names the client; `azp` is looked at where it is missing."""
    scope_claim: str = "scope"
    """The claim that lists the scopes: text with spaces between, or a list."""
    roles_claim: str = "roles"
    """The claim that lists the roles; dots lead into objects: `realm_access.roles`."""
    jwks_url: str = ""
    """Where the issuer's keys are; empty means that its metadata says it (OpenID Connect Discovery, RFC 8414)."""
    jwks_file: str = ""
    """File with the issuer's keys (JWKS), read at load; then nothing is fetched."""
    refresh: Seconds = 300.0
    """Time between two looks at the issuer's keys. Keys that are known stay known while it cannot be reached."""
    ca: str = ""
    """PEM file of the authorities to trust for the issuer's address; empty means the system's."""
    unsafe_plain_http: bool = False
    """Reach this server over http, where anyone on the way can read and forge what is said. Warned of at start."""


class IntrospectionSettings(Section, frozen=True):
    """Opaque access tokens, asked about at the authorization server (RFC 7662)."""

    url: str
    """The introspection address (`introspection_endpoint` in the server's metadata)."""
    audiences: tuple[str, ...] = ()
    """What the answer's `aud` must hold one of. At least one."""
    unsafe_any_audience: bool = False
    """Believe answers whatever their `aud` says, also without one: then tokens that the server made for another API
    open this one as well. Warned of at start."""
    issuer: str = ""
    """What the answer's `iss` must be, where it names one."""
    realm: str = ""
    """The name that these principals are told apart by; empty means the address' host."""
    signed: bool = False
    """Ask for signed answers (RFC 9701) and believe no others; `issuer` and `client-id` must then be named."""
    leeway: Leeway = 30.0
    """How far the server's clock and ours may differ."""
    token_bytes: Annotated[int, Meta(ge=16, le=65536)] = 4096
    """Largest token that is asked about."""
    subject_claim: str = "sub"
    """The member that names the principal. Where it is missing the client is who asks, as `REALM/client:ID`, and is the
    owner of nothing that a `sub` owns."""
    client_claim: str = "client_id"
    """The member that names the client."""
    scope_claim: str = "scope"
    """The member that lists the scopes."""
    roles_claim: str = "roles"
    """The member that lists the roles."""
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
    """Reach this server over http, where anyone on the way can read and forge what is said. Warned of at start."""


class DpopSettings(Section, frozen=True):
    """Proofs of possession (RFC 9449)."""

    lifetime: Annotated[float, Meta(ge=1, le=600)] = 60.0
    """How old a proof may be, by its `iat`; so long each is remembered, for none is accepted twice."""
    leeway: Annotated[float, Meta(ge=0, le=60)] = 5.0
    """How far in the future its `iat` may lie."""
    nonce: bool = False
    """Demand a nonce that this gateway gave (section 9): a proof made in advance is then worth nothing."""
    algorithms: tuple[Algorithm, ...] = ("ES256", "EdDSA", "PS256", "RS256")
    """Algorithms that proofs may be signed with."""


SenderConstraint = Literal["if-bound", "dpop", "mtls", "required"]
"""Whether a token must be bound to a key of its sender: where the token says so, by a DPoP proof, by a client
certificate, or by either of them."""
