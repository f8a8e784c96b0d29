"""Signed tokens in the hands of somebody who did not issue them: found in a credential, changed, and made anew."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.checks.authentication.guarding import Guard, changed, guards, scrambled
from garrison.assess.checks.authentication.guessing import guessed
from garrison.assess.identity import Credential
from garrison.assess.jwt import JWT, claims_of, encoded, header_of
from garrison.assess.probe import Exchange

HASHES: Final[Mapping[str, Callable[..., Any]]] = {
    "HS256": hashlib.sha256,
    "HS384": hashlib.sha384,
    "HS512": hashlib.sha512,
}
HOUR: Final = 3600

Make: TypeAlias = Callable[[Mapping[str, Any]], str]
"""Makes a token that says these claims."""


class Signed(msgspec.Struct, frozen=True):
    """A JWT that opens a guarded operation."""

    guard: Guard
    token: str
    broken: Exchange
    """The guarded request with the token's signature changed."""

    @property
    def header(self) -> dict[str, Any]:
        """The token's header."""
        return dict(header_of(self.token))

    @property
    def claims(self) -> dict[str, Any]:
        """What the token says."""
        return dict(claims_of(self.token))

    @property
    def place(self) -> str:
        """Where it travels: `header.authorization`."""
        credential = self.guard.credential
        for where, pairs in (("header", credential.headers), ("cookie", credential.cookies)):
            for name, value in pairs:
                if self.token in value:
                    return f"{where}.{name}"
        return "query"

    @property
    def verifies(self) -> bool:
        """Whether a changed signature is refused."""
        return not self.guard.accepts(self.broken)

    def longer(self) -> dict[str, Any]:
        """What the token says, but it ends an hour later: nobody issued that."""
        claims, ends = self.claims, self.claims.get("exp")
        return claims | ({"exp": int(ends) + HOUR} if isinstance(ends, int | float) else {"nonce": "grsn"})

    def send(self, a: Assessment, token: str, says: str) -> Exchange:
        """The guarded request with another token in the place of the identity's own."""
        credential = changed(self.guard.credential, lambda secret: secret.replace(self.token, token))
        return a.probe.send(self.guard.request, credential=credential, says=says)


def jwt_in(credential: Credential) -> str:
    """The first JWT in a credential; empty where there is none."""
    for _, value in (*credential.headers, *credential.cookies, *credential.query):
        for _, token in JWT.findall(value):
            if claims_of(token) and "alg" in header_of(token):
                return str(token)
    return ""


def signed(a: Assessment) -> Signed | None:
    """A JWT that opens an operation, which refuses a made-up one; None where there is none. It costs three requests."""
    for guard in guards(a, fits=lambda credential: bool(jwt_in(credential))):
        token = jwt_in(guard.credential)
        head, _, signature = token.rpartition(".")
        found = Signed(guard, token, guard.bad)
        broken = found.send(a, f"{head}.{scrambled(signature)}", "with another signature it is refused")
        return msgspec.structs.replace(found, broken=broken)
    return None


def verified(a: Assessment) -> Signed | None:
    """The same, where a token of another signature is refused: only there other weaknesses can be told apart."""
    found = signed(a)
    return found if found is not None and found.verifies else None


def with_key(header: Mapping[str, Any], claims: Mapping[str, Any], key: bytes, algorithm: str = "HS256") -> str:
    """A token signed with a shared secret (RFC 7518, 3.2)."""
    text = f"{encoded({**header, 'alg': algorithm})}.{encoded(claims)}"
    digest = hmac.digest(key, text.encode(), HASHES[algorithm])
    return f"{text}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def without_key(header: Mapping[str, Any], claims: Mapping[str, Any], algorithm: str) -> str:
    """A token without a signature, under any spelling of `none`."""
    return f"{encoded({**header, 'alg': algorithm})}.{encoded(claims)}."


def any_token(a: Assessment) -> str:
    """The first JWT that an identity holds; empty where none holds one."""
    people = [identity for identity in a.identities if identity.name not in a.probe.lost]
    return next((token for each in people if (token := jwt_in(a.probe.credential(each)))), "")


def secret_of(a: Assessment, token: str) -> str | None:
    """The secret that a token is signed with, guessed; None where it is none of the words, or no shared one.

    What is guessed is always that of the first token that an identity holds, so that it has to be done once.
    """
    known = any_token(a) or token
    secret = guessed(a, *_signing(known)) if _algorithm(known) in HASHES else None
    if secret is not None and known != token:
        text, mac, algorithm = _signing(token)
        same = algorithm in HASHES and hmac.digest(secret.encode(), text, HASHES[algorithm]) == mac
        return secret if same else None
    return secret


def _algorithm(token: str) -> str:
    return str(header_of(token).get("alg"))


def _signing(token: str) -> tuple[bytes, bytes, str]:
    """What is signed, the signature, and its algorithm."""
    text, _, signature = token.rpartition(".")
    return text.encode(), base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4)), _algorithm(token)


def maker(a: Assessment, found: Signed) -> tuple[Make, str] | None:
    """A way to make tokens that are accepted, and what it is; None where none is known."""
    header, algorithm = found.header, str(found.header.get("alg"))
    if not found.verifies:
        signature = found.token.rpartition(".")[2]
        return lambda claims: f"{encoded(header)}.{encoded(claims)}.{signature}", "whose signature is not verified"
    secret = secret_of(a, found.token)
    if secret is not None:
        return lambda claims: with_key(header, claims, secret.encode(), algorithm), "signed with the guessed secret"
    bare = found.send(a, without_key(header, found.longer(), "none"), "without a signature")
    if found.guard.accepts(bare):
        return lambda claims: without_key(header, claims, "none"), "without a signature"
    return None
