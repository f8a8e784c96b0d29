"""HTTP Basic (RFC 7617) for machine clients.

A password is checked once against its slow hash, beside the traffic; then its digest is remembered for a while, or
until the file of users changes. An unknown user costs what a wrong password costs, and is answered alike."""

import base64
import binascii
import hashlib
from typing import Final

import msgspec

from garrison.config.authentication import LockoutSettings
from garrison.config.credentials import BasicSettings
from garrison.core.operation import SecurityScheme
from garrison.core.principal import Principal
from garrison.core.question import Question
from garrison.identity.lockout import guarded
from garrison.identity.outcome import Attempt, Failure, Method, Outcome
from garrison.identity.token_cache import Verified
from garrison.identity.users import SERVICE, Password, User

MAX_CREDENTIALS: Final = 1024
"""Characters of the encoded credentials that are looked at."""
REMEMBERED: Final = 300.0
"""Seconds that a password which was right need not be checked again."""


def method(scheme: SecurityScheme, settings: BasicSettings, lockout: LockoutSettings) -> Method:
    """How a name and a password satisfy `scheme`."""

    def account(attempt: Attempt) -> str | None:
        encoded = _encoded(attempt)
        if encoded is None:
            return None
        found = _decoded(encoded)
        # the name may be personal, and it is only to be told apart from others
        return hashlib.blake2b(found.name.encode(), digest_size=8).hexdigest() if found is not None else ""

    def name(attempt: Attempt) -> str:
        found = _decoded(_encoded(attempt) or "")
        return found.name if found is not None else ""

    def authenticate(attempt: Attempt) -> Outcome:
        return _judge(_encoded(attempt) or "", attempt, scheme.name, settings.realm)

    return Method(guarded(authenticate, account, lockout, name), 'Basic realm="api", charset="UTF-8"')


def _encoded(attempt: Attempt) -> str | None:
    prefix, _, credentials = attempt.canonical.headers.get("authorization", "").partition(" ")
    return credentials.strip() if prefix.lower() == "basic" else None


def _decoded(encoded: str) -> Password | None:
    """RFC 7617, 2: a name, which holds no colon, and a password, in UTF-8."""
    if len(encoded) > MAX_CREDENTIALS:
        return None
    try:
        name, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return Password(name, password) if colon and name and f"{name}{password}".isprintable() else None


def _judge(encoded: str, attempt: Attempt, scheme: str, realm: str) -> Outcome:
    presented = _decoded(encoded)
    if presented is None:
        return Failure("password-malformed", is_guess=True)
    memory = attempt.memory
    users = memory.users
    salt = hashlib.blake2b(users.stamp + scheme.encode(), digest_size=32).digest()
    digest = hashlib.blake2b(encoded.encode("latin-1"), digest_size=16, key=salt).digest()
    known = memory.tokens.find(digest, attempt.now, memory.keys)
    if known is not None:
        return known.principal
    question = Question(SERVICE, msgspec.json.encode(presented), "application/json")
    answer = attempt.answers.get(question)
    if answer is None:
        return question
    if answer.status == 0:
        return Failure("password-unchecked")
    user = users.by_name.get(presented.name)
    if answer.status != 200 or user is None:
        return Failure("password-wrong", is_guess=True)
    principal = _principal(user, scheme, realm)
    memory.tokens.keep(digest, Verified(principal, attempt.now + REMEMBERED))
    return principal


def _principal(user: User, scheme: str, realm: str) -> Principal:
    return Principal(
        id=f"{realm}:{user.name}",
        realm=realm,
        subject=user.name,
        client=user.name,
        scopes=frozenset(user.scopes),
        roles=frozenset(user.roles),
        schemes=(scheme,),
        issued=user.created,
    )
