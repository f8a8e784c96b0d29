"""Tokens in a request: found, verified once, remembered, and held to their sender (RFC 6750, RFC 9449).

Where a scheme has issuers of JWTs and introspection, what has three parts is a JWT and everything else is asked about.
"""

import hashlib
import re
from typing import Final

import msgspec

from garrison.config.authentication import LockoutSettings, SchemeSettings
from garrison.core.canonical import CanonicalRequest
from garrison.core.field_memory import VARYING
from garrison.core.operation import SecurityScheme
from garrison.core.question import Question
from garrison.identity.binding import check_sender
from garrison.identity.dpop import nonce_for
from garrison.identity.grants import as_text
from garrison.identity.introspection import question_about, read_answer
from garrison.identity.jose import InvalidError, read_jws
from garrison.identity.jwt import issuers_of, verify_jwt
from garrison.identity.lockout import guarded
from garrison.identity.outcome import Attempt, Failure, Method, Outcome
from garrison.identity.token_cache import Verified, token_digest

_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""RFC 6750, 2.1: what a token may be written with."""

MAX_CLAIMING: Final = 16_384
"""Bytes of a token that does not hold in which it is looked for whose it says that it is."""


def method(scheme: SecurityScheme, settings: SchemeSettings, lockout: LockoutSettings) -> Method | None:
    """How tokens of `settings.jwt` and `settings.introspection` satisfy `scheme`; None where it can carry no token."""
    prefixes = _prefixes(scheme)
    if not prefixes:
        return None
    tokens = _Tokens(scheme, settings, prefixes)
    if settings.introspection is None:
        return Method(tokens.authenticate, tokens.challenge())  # a signature is not guessed
    return Method(guarded(tokens.authenticate, tokens.account, lockout), tokens.challenge())


def _prefixes(scheme: SecurityScheme) -> tuple[str, ...]:
    """The authentication schemes that a token may stand under; an empty one where it stands alone."""
    if scheme.type == "apiKey":
        if scheme.location != "header":
            return ()  # a token in a URL is in every log (RFC 9700, 4.3.2)
        return ("bearer", "dpop") if scheme.parameter == "authorization" else ("",)
    if scheme.type == "http":
        return {"bearer": ("bearer", "dpop"), "dpop": ("dpop",)}.get(scheme.scheme, ())
    return ("bearer", "dpop") if scheme.type in {"oauth2", "openIdConnect"} else ()


def _claimed(token: str) -> str:
    """Whose a token says that it is, believed or not; empty where it is no JWT."""
    try:
        return as_text(read_jws(token, MAX_CLAIMING).claims.get("sub")) or ""
    except InvalidError:
        return ""


class _Tokens:
    """The tokens of one security scheme."""

    def __init__(self, scheme: SecurityScheme, settings: SchemeSettings, prefixes: tuple[str, ...]) -> None:
        self._scheme = scheme
        self._field = scheme.parameter or "authorization"
        self._prefixes = prefixes
        self._settings = settings
        self._issuers = issuers_of(settings.jwt)
        self._demands_more = settings.sender_constraint != "if-bound"
        told = msgspec.json.encode((scheme, settings), order="deterministic")
        self._salt = hashlib.blake2b(told, digest_size=32).digest()

    def authenticate(self, attempt: Attempt) -> Outcome:
        """Who presents a token, if it holds and is the sender's."""
        prefix, token, digest = self._presented(attempt.canonical)
        if not token:
            return None
        memory = attempt.memory
        try:
            verified = memory.tokens.find(digest, attempt.now, memory.keys)
            if verified is None:
                found = self._verify(token, digest, attempt)
                if isinstance(found, Question):
                    return found
                verified = found
                memory.tokens.keep(digest, verified)
            if verified.key_thumbprint or verified.certificate_thumbprint or self._demands_more or prefix == "dpop":
                check_sender(attempt, token, prefix, verified, self._settings)
        except InvalidError as error:
            refusal = self._refusal(error.reason, prefix, attempt)
            is_guess = error.reason == "token-inactive"
            return Failure(error.reason, error.detail, refusal, _claimed(token), is_guess=is_guess)
        return verified.principal

    def account(self, attempt: Attempt) -> str | None:
        """Empty where a token is presented: an opaque one does not say whose it is."""
        return "" if self._presented(attempt.canonical)[1] else None

    def challenge(self, error: str = "") -> str:
        """What `WWW-Authenticate` says; empty where no authentication scheme stands before the token."""
        if self._prefixes == ("",):
            return ""
        more = f', error="{error}"' if error else ""
        if self._settings.sender_constraint == "dpop" or "bearer" not in self._prefixes:
            return f'DPoP algs="{" ".join(self._settings.dpop.algorithms)}"{more}'
        return f'Bearer realm="api"{more}'

    def _verify(self, token: str, digest: bytes, attempt: Attempt) -> Verified | Question:
        opaque = self._settings.introspection
        if opaque is None or (self._issuers and token.count(".") == 2):
            return verify_jwt(token, self._issuers, self._scheme.name, attempt)
        if len(token) > opaque.token_bytes:
            raise InvalidError("token-too-large", f"more than {opaque.token_bytes} bytes")
        if not _TOKEN.fullmatch(token):
            raise InvalidError("token-malformed", "characters that no token has")
        if attempt.memory.tokens.is_inactive(digest, attempt.now):
            raise InvalidError("token-inactive", "as it was when last asked about")
        question = question_about(token, self._scheme.name, opaque)
        answer = attempt.answers.get(question)
        if answer is None:
            return question
        try:
            return read_answer(answer, opaque, self._scheme.name, attempt)
        except InvalidError as error:
            if error.reason == "token-inactive":
                attempt.memory.tokens.keep_inactive(digest, attempt.now + opaque.cache_seconds)
            raise

    def _presented(self, request: CanonicalRequest) -> tuple[str, str, bytes]:
        """The authentication scheme, lower case, the token, and its digest; the first two empty where there is none.

        Clients send one token again and again, so this is remembered for as long as the head it stands in.
        """
        memory = request.derived if self._field in VARYING else request.lasting
        found: tuple[str, str, bytes] | None = memory.get(self._salt)
        if found is None:
            prefix, token = self._read(request)
            found = memory[self._salt] = prefix, token, token_digest(token, self._salt)
        return found

    def _read(self, request: CanonicalRequest) -> tuple[str, str]:
        value = request.headers.get(self._field, "")
        if self._prefixes == ("",):
            return "", value.strip()
        prefix, _, token = value.partition(" ")
        prefix = prefix.lower()
        return (prefix, token.strip()) if prefix in self._prefixes else ("", "")

    def _refusal(self, reason: str, prefix: str, attempt: Attempt) -> tuple[tuple[str, str], ...]:
        proofs = f'DPoP algs="{" ".join(self._settings.dpop.algorithms)}"'
        if reason == "proof-nonce":
            nonce = nonce_for(attempt.memory.secret, attempt.now)
            return (("www-authenticate", f'{proofs}, error="use_dpop_nonce"'), ("dpop-nonce", nonce)) if nonce else ()
        if reason.startswith("proof-"):
            return (("www-authenticate", f'{proofs}, error="invalid_dpop_proof"'),)
        if prefix == "dpop":
            return (("www-authenticate", f'{proofs}, error="invalid_token"'),)
        challenge = self.challenge("invalid_token")
        return (("www-authenticate", challenge),) if challenge else ()
