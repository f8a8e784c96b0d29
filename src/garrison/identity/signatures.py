"""Signed requests (RFC 9421): the sender signs what of the request matters, so that nobody on the way can change it.

The body is bound by its digest (RFC 9530), which must be among what is signed; it is compared when the body has come. A
signature is accepted once: a request that is sent again within its lifetime must be signed again, with another `nonce`.
"""

import hashlib
from collections.abc import Iterable
from typing import Any, Final

import msgspec
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    VerifyResult,
    algorithms,
)
from http_message_signatures.digests import ContentDigest
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from garrison.config.credentials import SignatureSettings
from garrison.config.servers import signature_keys
from garrison.core.http import RequestHead
from garrison.core.operation import SecurityScheme
from garrison.core.principal import Principal
from garrison.identity.outcome import Attempt, Failure, Method, Outcome

MAX_FIELDS: Final = 8192
"""Characters of `Signature` and `Signature-Input` together that are looked at."""
DIGEST: Final = "content-digest"

_ALGORITHMS: Final[dict[tuple[type, str], Any]] = {
    (ECKey, "P-256"): algorithms.ECDSA_P256_SHA256,
    (ECKey, "P-384"): algorithms.ECDSA_P384_SHA384,
    (OKPKey, "Ed25519"): algorithms.ED25519,
    (RSAKey, ""): algorithms.RSA_PSS_SHA512,
}
"""By the key, never by what the message says (RFC 9421, 7.3.6)."""


def method(scheme: SecurityScheme, settings: SignatureSettings) -> Method:
    """How a signature of the request satisfies `scheme`."""

    def authenticate(attempt: Attempt) -> Outcome:
        headers = attempt.canonical.headers
        if "signature-input" not in headers and "signature" not in headers:
            return None
        if len(headers.get("signature-input", "")) + len(headers.get("signature", "")) > MAX_FIELDS:
            return Failure("message-signature-invalid", f"more than {MAX_FIELDS} characters")
        keys = attempt.memory.keys.keys_of(signature_keys(scheme.name))
        if keys is None:
            return Failure("keys-unavailable")
        named = _Named(keys)
        found = _judge(attempt, named, scheme.name, settings)
        return msgspec.structs.replace(found, account=named.asked) if isinstance(found, Failure) else found

    return Method(authenticate)


def is_signed_digest(value: str, body: bytes) -> bool:
    """Whether the `Content-Digest` field says what `body` is, with at least one digest that is not broken."""
    try:
        ContentDigest.verify(value, body)
    except (HTTPMessageSignaturesException, ValueError, TypeError):
        return False
    return True


def _judge(attempt: Attempt, named: "_Named", scheme: str, settings: SignatureSettings) -> Outcome:
    try:
        result = _verified(attempt, named, settings)
    except _LateError:
        return Failure("message-signature-expired")
    except _UnknownError:
        return Failure("message-key-unknown")
    except (InvalidSignature, HTTPMessageSignaturesException, ValueError, TypeError, KeyError) as error:
        # what the library says names components and parameters, never a value of them
        return Failure("message-signature-invalid", type(error).__name__)
    lacking = [name for name in _needed(attempt.request, settings) if f'"{name}"' not in result.covered_components]
    if lacking:
        return Failure("message-signature-incomplete", ", ".join(f"`{name}`" for name in lacking))
    proofs, created = attempt.memory.proofs, float(result.parameters["created"])
    if created <= proofs.since + settings.leeway:
        return Failure("message-signature-before-start")
    if proofs.is_full(attempt.now):
        return Failure("replays-exhausted")
    if not proofs.use(_name_of(result), attempt.now, created + settings.lifetime + settings.leeway):
        return Failure("message-signature-replayed")
    name = str(result.parameters["keyid"])
    return Principal(
        id=f"{settings.realm}:{name}",
        realm=settings.realm,
        subject=name,
        client=name,
        scopes=frozenset(settings.scopes),
        roles=frozenset(settings.roles),
        schemes=(scheme,),
        token=name,  # not `issued`: the key is the credential, and nobody says how old it is
    )


def _name_of(result: VerifyResult) -> bytes:
    """By what a use is remembered: what was signed, `keyid` and `nonce` with it. The signature would not do: its label
    is not signed, its base64 may be written anew, and of ECDSA anybody can make a second one of the first."""
    return hashlib.blake2b(msgspec.json.encode(result.covered_components), digest_size=16).digest()


def _needed(request: RequestHead, settings: SignatureSettings) -> tuple[str, ...]:
    return (*settings.components, DIGEST) if request.has_body else settings.components


def _verified(attempt: Attempt, named: "_Named", settings: SignatureSettings) -> VerifyResult:
    """The one signature that must be there. Raises what the library raises, and this module's own errors."""
    message = _Message(attempt.request)
    # Which key signed decides the algorithm; a first look finds it, without believing anything.
    reader = _Verifier(algorithms.ED25519, named, attempt.now, settings)
    inputs = list(reader._get_sig_inputs_and_signatures(message))  # type: ignore[no-untyped-call]  # noqa: SLF001  # there is no public way
    if len(inputs) != 1:
        raise InvalidSignature("one signature is looked at")
    key = named.find(str(inputs[0][1].params.get("keyid", "")))
    verifier = _Verifier(_algorithm(key), named, attempt.now, settings)
    return verifier.verify(message, max_age=None)[0]


def _algorithm(key: Any) -> Any:
    curve = key.get("crv") if not isinstance(key, RSAKey) else ""
    found = _ALGORITHMS.get((type(key), curve))
    if found is None:
        raise _UnknownError
    return found


class _LateError(Exception):
    """The signature holds no more, or not yet."""


class _UnknownError(Exception):
    """There is no such key."""


class _Named(HTTPSignatureKeyResolver):
    """The keys of a scheme by their ids."""

    def __init__(self, keys: KeySet) -> None:
        self._keys = keys
        self.asked = ""
        """The id that was asked for last."""

    def find(self, key_id: str) -> Any:
        """The key with this id."""
        self.asked = key_id
        for key in self._keys.keys:
            if key.kid == key_id and key_id:
                return key
        raise _UnknownError

    def resolve_public_key(self, key_id: str) -> Any:
        """As the library asks for it."""
        return self.find(key_id).public_key


class _Verifier(HTTPMessageVerifier):
    """The library's, under a clock that is given to it."""

    def __init__(self, algorithm: Any, keys: _Named, now: float, settings: SignatureSettings) -> None:
        super().__init__(signature_algorithm=algorithm, key_resolver=keys)
        self._now = now
        self._settings = settings

    def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:
        """RFC 9421, 3.2, step 6: when it was made must be said, and be neither long ago nor yet to come."""
        del max_age
        created, expires = sig_input.params.get("created"), sig_input.params.get("expires")
        if type(created) is not int or type(expires) not in {int, type(None)}:
            raise InvalidSignature("times must be integers, and `created` must be there")
        leeway = self._settings.leeway
        oldest, newest = self._now - self._settings.lifetime - leeway, self._now + leeway
        if not oldest <= created <= newest or (expires is not None and expires + leeway < self._now):
            raise _LateError


class _Message:
    """A request as the library wants it."""

    def __init__(self, request: RequestHead) -> None:
        self.method = request.method
        self.url = f"{request.scheme}://{request.authority}{request.target}"
        self.headers = _Fields(request)


class _Fields:
    def __init__(self, request: RequestHead) -> None:
        self._fields = request.headers

    def items(self) -> Iterable[tuple[str, str]]:
        """All field lines in order."""
        return self._fields
