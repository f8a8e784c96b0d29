"""Access tokens that are JWTs (RFC 9068, RFC 7519), verified as RFC 8725 tells."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from garrison.config.tokens import JwtSettings, realm_of
from garrison.identity.claims import bound, check_audience, check_present, check_times, principal_of
from garrison.identity.jose import InvalidError, Jws, check_algorithm, check_no_key_inside, find_key, read_jws, verify
from garrison.identity.outcome import Attempt
from garrison.identity.token_cache import Verified

Issuers: TypeAlias = Mapping[str, JwtSettings]
"""By what their tokens say in `iss`."""


def issuers_of(settings: Sequence[JwtSettings]) -> Issuers:
    """The issuers by name; of two of the same name the later one counts (the settings' checks refuse that)."""
    return {each.issuer: each for each in settings}


def verify_jwt(text: str, issuers: Issuers, scheme: str, attempt: Attempt) -> Verified:
    """What the token says, if it is to be believed. Raises InvalidError."""
    token = read_jws(text, max([each.token_bytes for each in issuers.values()]))
    named = token.claims.get("iss")
    settings = issuers.get(named) if isinstance(named, str) else None
    if settings is None:
        raise InvalidError("issuer-unknown", "" if isinstance(named, str) else "`iss` is missing")
    if len(text) > settings.token_bytes:
        raise InvalidError("token-too-large", f"more than {settings.token_bytes} bytes")
    check_algorithm(token, settings.algorithms)
    check_no_key_inside(token)
    _check_type(token, settings.types)
    keys = attempt.memory.keys.keys_of(settings.issuer)
    if keys is None:
        attempt.memory.keys.miss(settings.issuer, attempt.now)
        raise InvalidError("keys-unavailable")
    key = find_key(token, keys)
    if key is None:
        attempt.memory.keys.miss(settings.issuer, attempt.now)
        raise InvalidError("key-unknown")
    verify(token, key)
    if not settings.unsafe_any_audience:
        check_audience(token.claims, settings.audiences)
    until = check_times(token.claims, attempt.now, settings.leeway, settings.max_age)
    check_present(token.claims, settings.required_claims)
    principal = principal_of(token.claims, settings, realm_of(settings.realm, settings.issuer), scheme)
    return bound(principal, until, settings.issuer, keys)


def _check_type(token: Jws, types: Sequence[str]) -> None:
    """A token for another purpose is none for this one (RFC 8725, 3.11)."""
    given = token.header.get("typ")
    if given is None:
        if "jwt" not in types:
            raise InvalidError("token-type", "`typ` is missing")
        return
    if not isinstance(given, str):
        raise InvalidError("token-malformed", "`typ` must be text")
    if given.lower().removeprefix("application/") not in types:
        raise InvalidError("token-type")
