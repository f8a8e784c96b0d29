"""Sender-constrained tokens at the resource server: a stolen token alone opens nothing (RFC 9449, RFC 8705)."""

import base64

from garrison.config.authentication import SchemeSettings
from garrison.core.http import TlsFacts
from garrison.identity.dpop import check_proof
from garrison.identity.jose import InvalidError
from garrison.identity.outcome import Attempt
from garrison.identity.token_cache import Verified


def check_sender(attempt: Attempt, token: str, prefix: str, verified: Verified, settings: SchemeSettings) -> None:
    """Check that who sends `token` may. `prefix` is the authentication scheme that it came under, lower case.

    Raises InvalidError.
    """
    if settings.unsafe_ignore_binding:
        return
    constraint = settings.sender_constraint
    if constraint != "if-bound":
        _check_demanded(constraint, verified)
    if prefix == "dpop" and not verified.key_thumbprint:
        raise InvalidError("token-not-bound", "the scheme is DPoP, the token is not bound to a key")
    if verified.key_thumbprint:
        if prefix != "dpop":
            # RFC 9449, 7.2: a bound token must not be accepted as if it were not.
            raise InvalidError("binding-downgrade")
        check_proof(attempt, token, verified.key_thumbprint, settings.dpop)
    if verified.certificate_thumbprint:
        _check_certificate(attempt.request.peer.tls, verified.certificate_thumbprint)


def _check_demanded(constraint: str, verified: Verified) -> None:
    by_key, by_certificate = bool(verified.key_thumbprint), bool(verified.certificate_thumbprint)
    fulfilled = {"dpop": by_key, "mtls": by_certificate, "required": by_key or by_certificate}
    if not fulfilled[constraint]:
        raise InvalidError("token-not-bound")


def _check_certificate(tls: TlsFacts | None, thumbprint: str) -> None:
    if tls is None or not tls.certificate_sha256:
        raise InvalidError("certificate-missing")
    own = base64.urlsafe_b64encode(bytes.fromhex(tls.certificate_sha256)).rstrip(b"=").decode()
    if own != thumbprint:
        raise InvalidError("certificate-mismatch")
