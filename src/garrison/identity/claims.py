"""What a token's claims, or a server's answer about a token, must be, and the principal that they make."""

import math
from collections.abc import Collection, Mapping
from typing import Protocol

from joserfc.jwk import KeySet

from garrison.core.principal import Principal
from garrison.identity.grants import find_claim
from garrison.identity.jose import Claims, InvalidError
from garrison.identity.token_cache import Verified

MAX_SUBJECT = 256
"""Characters of a subject that events hold."""


class Names(Protocol):
    """Which claim says what: the settings of JWTs and of introspection have these alike."""

    @property
    def subject_claim(self) -> str: ...  # noqa: D102 - as in config/tokens.py
    @property
    def client_claim(self) -> str: ...  # noqa: D102
    @property
    def scope_claim(self) -> str: ...  # noqa: D102
    @property
    def roles_claim(self) -> str: ...  # noqa: D102


def check_audience(claims: Claims, audiences: Collection[str]) -> None:
    """Raises InvalidError where `aud`, a text or a list of texts, holds none of `audiences` (RFC 7519, 4.1.3)."""
    given = claims.get("aud")
    if given is None:
        raise InvalidError("audience-mismatch", "`aud` is missing")
    named = [given] if isinstance(given, str) else given
    if not isinstance(named, list) or not all(isinstance(each, str) for each in named):
        raise InvalidError("claim-invalid", "`aud` must be text or a list of texts")
    if not any(each in audiences for each in named):
        raise InvalidError("audience-mismatch")


def check_times(claims: Claims, now: float, leeway: float, max_age: float = 0.0) -> float:
    """When it expires, leeway included. Raises InvalidError where it holds no more or not yet (RFC 7519, 4.1.4-6)."""
    expires = _time(claims, "exp")
    if expires is None:
        raise InvalidError("token-without-expiry")
    if now >= expires + leeway:
        raise InvalidError("token-expired")
    begins = _time(claims, "nbf")
    if begins is not None and now < begins - leeway:
        raise InvalidError("token-not-yet-valid", "`nbf`")
    issued = _time(claims, "iat")
    if issued is not None and now < issued - leeway:
        raise InvalidError("token-not-yet-valid", "`iat`")
    if max_age:
        if issued is None:
            raise InvalidError("claim-missing", "`iat`")
        if now >= issued + max_age + leeway:
            raise InvalidError("token-too-old")
        return min(expires, issued + max_age) + leeway
    return expires + leeway


def check_present(claims: Claims, names: Collection[str]) -> None:
    """Raises InvalidError where one of the claims is missing or empty."""
    for name in names:
        if find_claim(claims, name) in (None, "", [], {}):
            raise InvalidError("claim-missing", f"`{name}`")


def principal_of(claims: Claims, names: Names, realm: str, scheme: str) -> Principal:
    """The principal that `claims`, checked already, name. Raises InvalidError where they name none."""
    subject = _text(claims, names.subject_claim, required=True)
    return Principal(
        id=f"{realm}:{subject}",
        realm=realm,
        subject=subject,
        client=_text(claims, names.client_claim) or _text(claims, "azp"),
        scopes=_words(claims, names.scope_claim),
        roles=_words(claims, names.roles_claim),
        claims=claims,
        schemes=(scheme,),
        token=_text(claims, "jti"),
        issued=_time(claims, "iat") or 0.0,
        expires=_time(claims, "exp") or math.inf,
    )


def bound(principal: Principal, until: float, issuer: str = "", keys: KeySet | None = None) -> Verified:
    """What was verified, with what the token says its sender must have. Raises InvalidError where it says so oddly."""
    confirmation = principal.claims.get("cnf")
    if confirmation is None:
        return Verified(principal, until, issuer, keys)
    if not isinstance(confirmation, Mapping):
        raise InvalidError("claim-invalid", "`cnf` must be an object")
    known = {name: confirmation[name] for name in ("jkt", "x5t#S256") if name in confirmation}
    if (
        not known
        or len(known) != len(confirmation)
        or not all(isinstance(each, str) and each for each in known.values())
    ):
        # A binding that is not understood cannot be checked, and one that is not checked is none (RFC 7800, 3.1).
        raise InvalidError("binding-unknown")
    return Verified(principal, until, issuer, keys, known.get("jkt", ""), known.get("x5t#S256", ""))


def _time(claims: Claims, name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e12:
        raise InvalidError("claim-invalid", f"`{name}` must be a time in seconds")
    return float(value)


def _text(claims: Claims, name: str, *, required: bool = False) -> str:
    value = find_claim(claims, name)
    if value is None and not required:
        return ""
    if value is None:
        raise InvalidError("claim-missing", f"`{name}`")
    if not isinstance(value, str) or len(value) > MAX_SUBJECT or not value.isprintable() or (required and not value):
        raise InvalidError("claim-invalid", f"`{name}` must be text of at most {MAX_SUBJECT} characters")
    return value


def _words(claims: Claims, name: str) -> frozenset[str]:
    value = find_claim(claims, name)
    if value is None:
        return frozenset()
    words = value.split(" ") if isinstance(value, str) else value
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise InvalidError("claim-invalid", f"`{name}` must be text or a list of texts")
    return frozenset(word for word in words if word)
