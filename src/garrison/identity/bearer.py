"""Tokens in a request: found, verified once, remembered, and held to their sender (RFC 6750, RFC 9449)."""

import hashlib

import msgspec

from garrison.config.authentication import LockoutSettings, SchemeSettings
from garrison.core.canonical import CanonicalRequest
from garrison.core.operation import SecurityScheme
from garrison.core.question import Question
from garrison.identity.binding import check_sender
from garrison.identity.dpop import nonce_for
from garrison.identity.introspection import question_about, read_answer
from garrison.identity.jose import InvalidError
from garrison.identity.jwt import issuers_of, verify_jwt
from garrison.identity.lockout import guarded
from garrison.identity.outcome import Attempt, Failure, Method, Outcome
from garrison.identity.token_cache import Verified, token_digest

_PREFIXES = ("bearer", "dpop")


def method(scheme: SecurityScheme, settings: SchemeSettings, lockout: LockoutSettings) -> Method:
    """How tokens of `settings.jwt` and `settings.introspection` satisfy `scheme`."""
    tokens = _Tokens(scheme, settings)
    if settings.introspection is None:
        return Method(tokens.authenticate, tokens.challenge())  # a signature is not guessed
    return Method(guarded(tokens.authenticate, tokens.account, lockout), tokens.challenge())


class _Tokens:
    """The tokens of one security scheme."""

    def __init__(self, scheme: SecurityScheme, settings: SchemeSettings) -> None:
        self._scheme = scheme
        self._settings = settings
        self._issuers = issuers_of(settings.jwt)
        told = msgspec.json.encode((scheme.name, settings), order="deterministic")
        self._salt = hashlib.blake2b(told, digest_size=32).digest()

    def authenticate(self, attempt: Attempt) -> Outcome:
        """Who presents a token, if it holds and is the sender's."""
        prefix, token = self._presented(attempt.canonical)
        if not token:
            return None
        digest = token_digest(token, self._salt)
        memory = attempt.memory
        try:
            verified = memory.tokens.find(digest, attempt.now, memory.keys)
            if verified is None:
                found = self._verify(token, attempt)
                if isinstance(found, Question):
                    return found
                verified = found
                memory.tokens.keep(digest, verified)
            if verified.key_thumbprint or verified.certificate_thumbprint or self._demands_more(prefix):
                check_sender(attempt, token, prefix, verified, self._settings)
        except InvalidError as error:
            refusal = self._refusal(error.reason, prefix, attempt)
            return Failure(error.reason, error.detail, refusal, is_guess=error.reason == "token-inactive")
        return verified.principal

    def account(self, attempt: Attempt) -> str | None:
        """Empty where a token is presented: an opaque one does not say whose it is."""
        return "" if self._presented(attempt.canonical)[1] else None

    def challenge(self, error: str = "") -> str:
        """What `WWW-Authenticate` says."""
        more = f', error="{error}"' if error else ""
        if self._settings.sender_constraint == "dpop":
            return f'DPoP algs="{" ".join(self._settings.dpop.algorithms)}"{more}'
        return f'Bearer realm="api"{more}'

    def _demands_more(self, prefix: str) -> bool:
        return prefix == "dpop" or self._settings.sender_constraint != "if-bound"

    def _verify(self, token: str, attempt: Attempt) -> Verified | Question:
        opaque = self._settings.introspection
        if self._issuers and (opaque is None or token.count(".") == 2):
            return verify_jwt(token, self._issuers, self._scheme.name, attempt)
        if opaque is None:
            raise InvalidError("scheme-not-configured")
        if len(token) > opaque.token_bytes:
            raise InvalidError("token-too-large", f"more than {opaque.token_bytes} bytes")
        question = question_about(token, self._scheme.name, opaque)
        answer = attempt.answers.get(question)
        return question if answer is None else read_answer(answer, opaque, self._scheme.name, attempt)

    def _presented(self, request: CanonicalRequest) -> tuple[str, str]:
        """The authentication scheme, lower case, and the token; both empty where there is none."""
        if self._scheme.type == "apiKey":
            # A token under a name of the contract's own choosing: no authentication scheme stands before it.
            value = request.headers.get(self._scheme.parameter, "") if self._scheme.location == "header" else ""
            return ("bearer", value.strip()) if value else ("", "")
        prefix, _, token = request.headers.get("authorization", "").partition(" ")
        prefix = prefix.lower()
        return (prefix, token.strip()) if prefix in _PREFIXES else ("", "")

    def _refusal(self, reason: str, prefix: str, attempt: Attempt) -> tuple[tuple[str, str], ...]:
        algorithms = " ".join(self._settings.dpop.algorithms)
        if reason == "proof-nonce":
            nonce = nonce_for(attempt.memory.secret, attempt.now)
            challenge = f'DPoP algs="{algorithms}", error="use_dpop_nonce"'
            return (("www-authenticate", challenge), ("dpop-nonce", nonce)) if nonce else ()
        if reason.startswith("proof-"):
            return (("www-authenticate", f'DPoP algs="{algorithms}", error="invalid_dpop_proof"'),)
        if prefix == "dpop":
            return (("www-authenticate", f'DPoP algs="{algorithms}", error="invalid_token"'),)
        return (("www-authenticate", self.challenge("invalid_token")),)
