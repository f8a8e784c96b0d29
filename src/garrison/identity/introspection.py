"""Opaque access tokens: what the authorization server says of them (RFC 7662), as JSON or signed (RFC 9701)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

from garrison.config.servers import introspection_service
from garrison.config.tokens import IntrospectionSettings, realm_of
from garrison.core.principal import Principal
from garrison.core.question import Answer, Question
from garrison.identity.claims import bound, check_audience, check_times, principal_of
from garrison.identity.grants import find_claim
from garrison.identity.jose import InvalidError, Jws, check_algorithm, check_no_key_inside, find_key, read_jws, verify
from garrison.identity.outcome import Attempt
from garrison.identity.token_cache import Verified

MAX_ANSWER = 65536
_MAX_AGE = 300.0
"""Seconds that a signed answer may be away from our clock: it is made while we wait, so that an old one is a replay."""
_SIGNED = "application/token-introspection+jwt"
_ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")


def question_about(token: str, scheme: str, settings: IntrospectionSettings) -> Question:
    """What to ask about `token`."""
    body = urlencode({"token": token, "token_type_hint": "access_token"}).encode()
    accept = _SIGNED if settings.signed else "application/json"
    return Question(introspection_service(scheme), body, "application/x-www-form-urlencoded", accept)


def read_answer(answer: Answer, settings: IntrospectionSettings, scheme: str, attempt: Attempt) -> Verified:
    """What the answer says, if it says that the token holds. Raises InvalidError."""
    if answer.status != 200:
        raise InvalidError("introspection-unavailable", f"status {answer.status}" if answer.status else "no answer")
    claims = _signed(answer, settings, attempt) if settings.signed else _object(answer.body)
    active = claims.get("active")
    if not isinstance(active, bool):
        raise InvalidError("introspection-unavailable", "the answer does not say `active`")
    if not active:
        raise InvalidError("token-inactive")
    if settings.issuer and claims.get("iss", settings.issuer) != settings.issuer:
        raise InvalidError("issuer-unknown")
    if not settings.unsafe_any_audience:
        check_audience(claims, settings.audiences)
    horizon = attempt.now + settings.cache_seconds
    # The server may leave the expiry out (RFC 7662, 2.2): then its word holds as long as we believe it.
    timed = claims if "exp" in claims else {**claims, "exp": horizon + 1}
    until = min(check_times(timed, attempt.now, settings.leeway), horizon)
    realm = realm_of(settings.realm, settings.issuer or settings.url)
    if find_claim(claims, settings.subject_claim) is None:
        return bound(_client_only(claims, settings, realm, scheme), until)
    return bound(principal_of(claims, settings, realm, scheme), until)


def _client_only(claims: Mapping[str, Any], settings: IntrospectionSettings, realm: str, scheme: str) -> Principal:
    """A token that a client has for itself may name no subject: then the client is who asks. It is nobody's namesake
    among the subjects: clients may have chosen how they are called (RFC 9700, 4.15)."""
    names = msgspec.structs.replace(settings, subject_claim=settings.client_claim)
    principal = principal_of(claims, names, realm, scheme)
    return msgspec.structs.replace(principal, id=f"{realm}/client:{principal.client}", subject="")


def _object(data: bytes) -> Mapping[str, Any]:
    try:
        return msgspec.json.decode(data, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise InvalidError("introspection-unavailable", "the answer is not a JSON object") from error


def _signed(answer: Answer, settings: IntrospectionSettings, attempt: Attempt) -> Mapping[str, Any]:
    """The claims of a signed answer (RFC 9701, 5): from this server, for us, about a token."""
    try:
        token = _verified(answer, settings, attempt)
    except InvalidError as error:
        raise InvalidError("introspection-unavailable", f"the signed answer: {error.reason}") from error
    claims, kind = token.claims, token.header.get("typ")
    inner = claims.get("token_introspection")
    audience = claims.get("aud")
    for_us = settings.client_id in (audience if isinstance(audience, list) else [audience])
    if kind != _SIGNED.removeprefix("application/") or claims.get("iss") != settings.issuer or not for_us:
        raise InvalidError("introspection-unavailable", "the signed answer is not this server's for us")
    issued = claims.get("iat")
    if isinstance(issued, bool) or not isinstance(issued, int | float) or abs(issued - attempt.now) > _MAX_AGE:
        raise InvalidError("introspection-unavailable", "the signed answer is not of now")
    if not isinstance(inner, Mapping):
        raise InvalidError("introspection-unavailable", "the signed answer says nothing of a token")
    return inner


def _verified(answer: Answer, settings: IntrospectionSettings, attempt: Attempt) -> Jws:
    token = read_jws(answer.body.decode("latin-1").strip(), MAX_ANSWER)
    check_algorithm(token, _ALGORITHMS)
    check_no_key_inside(token)
    keys = attempt.memory.keys.keys_of(settings.issuer)
    key = find_key(token, keys) if keys is not None else None
    if key is None:
        attempt.memory.keys.miss(settings.issuer, attempt.now)
        raise InvalidError("key-unknown")
    verify(token, key)
    return token
