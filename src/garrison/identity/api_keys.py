"""API keys as credentials: found where the contract says, judged by the keys that are known (`key_ring.py`)."""

import hmac

from garrison.config.authentication import LockoutSettings
from garrison.config.credentials import ApiKeySettings
from garrison.core.canonical import read_cookies
from garrison.core.operation import SecurityScheme
from garrison.core.principal import Principal
from garrison.identity.key_ring import PREFIX, digest_of, key_id
from garrison.identity.lockout import guarded
from garrison.identity.outcome import Attempt, Failure, Method, Outcome


def method(scheme: SecurityScheme, settings: ApiKeySettings, lockout: LockoutSettings) -> Method:
    """How API keys satisfy `scheme`, which says where they travel."""
    realm = settings.realm

    def presented(attempt: Attempt) -> str:
        return _presented(attempt, scheme)

    def account(attempt: Attempt) -> str | None:
        key = presented(attempt)
        if not key:
            return None
        return key_id(key) or ""

    def authenticate(attempt: Attempt) -> Outcome:
        return _judge(presented(attempt), attempt, realm, scheme.name)

    challenge = "" if scheme.type == "apiKey" else 'Bearer realm="api"'
    return Method(guarded(authenticate, account, lockout), challenge)


def _judge(key: str, attempt: Attempt, realm: str, scheme: str) -> Outcome:
    found = key_id(key)
    if not found:
        return Failure("api-key-malformed", is_guess=True)
    ring = attempt.memory.api_keys
    known = ring.keys.get(found)
    if not ring.secret:
        return Failure("keys-unavailable")
    own = digest_of(key, ring.secret)
    # The digest is made and compared also for an id that there is not, so that both take as long.
    if not hmac.compare_digest(own, known.digest if known is not None else own[::-1]) or known is None:
        return Failure("api-key-unknown", is_guess=True)
    if known.revoked:
        return Failure("api-key-revoked")
    if known.expires and attempt.now >= known.expires:
        return Failure("api-key-expired")
    return Principal(
        id=f"{realm}:{known.name}",
        realm=realm,
        subject=known.name,
        client=known.name,
        scopes=frozenset(known.scopes),
        roles=frozenset(known.roles),
        schemes=(scheme,),
        token=known.id,
        issued=known.created,
        expires=known.expires or float("inf"),
    )


def _presented(attempt: Attempt, scheme: SecurityScheme) -> str:
    request = attempt.canonical
    if scheme.type != "apiKey":
        prefix, _, key = request.headers.get("authorization", "").partition(" ")
        key = key.strip()
        return key if prefix.lower() == "bearer" and key.startswith(PREFIX) else ""
    if scheme.location == "header":
        return request.headers.get(scheme.parameter, "").strip()
    pairs = request.query if scheme.location == "query" else read_cookies(request.headers.get("cookie", ""))
    return next((value for name, value in pairs if name == scheme.parameter), "")
