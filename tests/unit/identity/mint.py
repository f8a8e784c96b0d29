"""A mint of tokens and proofs, honest and forged, and a gateway that judges them. All keys are thrown away."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from garrison.config.load import load_settings
from garrison.core.event import Event
from garrison.core.http import Peer, RequestHead, TlsFacts
from garrison.core.ids import EventId
from garrison.engine.exchange import Exchange
from garrison.engine.state import State
from garrison.engine.step import Pass, Refuse, Step
from garrison.identity.keys import IssuerKeys, read_jwks
from garrison.wiring import build_policy

NOW = 1_800_000_000
ISSUER, OTHER = "https://id.example", "https://other.example"
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
EC = ECKey.generate_key("P-256", {"kid": "ec"})
ED = OKPKey.generate_key("Ed25519", {"kid": "ed"})
THEIRS = ECKey.generate_key("P-256", {"kid": "theirs"})
"""The other issuer's, who is believed as well, for its own tokens."""
ATTACKER = RSAKey.generate_key(2048, {"kid": "rsa"})
ATTACKER_EC = ECKey.generate_key("P-256", {"kid": "ec"})
SENDER = ECKey.generate_key("P-256")
"""The key that bound tokens are bound to."""
CERTIFICATE = hashlib.sha256(b"a client's certificate")
SECRET = b"the gateway's own secret, 32 byt"

CONTRACT = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "security": [{"token": []}],
    "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    "paths": {"/things": {"get": {"operationId": "list", "responses": {"200": {"description": "ok"}}}}},
}


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sign(algorithm: str, key: Any, text: str) -> bytes:
    if isinstance(key, bytes):  # the library would not take a public key for a secret
        return hmac.digest(key, text.encode(), f"sha{algorithm[2:]}")
    return JWSRegistry.algorithms[algorithm].sign(text.encode(), key)


def compact(header: Any, payload: Any, algorithm: str = "RS256", key: Any = RSA) -> str:
    """A compact JWS of whatever is given: values are encoded as JSON, bytes stay as they are."""
    parts = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in (header, payload)]
    text = ".".join(map(b64, parts))
    return f"{text}.{b64(sign(algorithm, key, text))}"


HEADER: Mapping[str, Any] = {"alg": "RS256", "kid": "rsa", "typ": "at+jwt"}
CLAIMS: Mapping[str, Any] = {
    "iss": ISSUER, "aud": "api", "sub": "u1", "client_id": "app", "iat": NOW - 10, "exp": NOW + 300, "jti": "j1",
    "scope": "read write",
}  # fmt: skip


def without(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`values` with `changes`; what is changed to `...` is left out."""
    changed = {**values, **changes}
    return {name: value for name, value in changed.items() if value is not ...}


def token(
    header: Mapping[str, Any] | None = None,
    claims: Mapping[str, Any] | None = None,
    algorithm: str = "RS256",
    key: Any = RSA,
) -> str:
    """A token that holds, with changes to what it says."""
    return compact(without(HEADER, header or {}), without(CLAIMS, claims or {}), algorithm, key)


def bound(**confirmation: Any) -> str:
    """A token that is bound to its sender."""
    return token(claims={"cnf": confirmation})


BOUND = bound(jkt=SENDER.thumbprint())
BOUND_TO_CERTIFICATE = bound(**{"x5t#S256": b64(CERTIFICATE.digest())})


def proof(
    for_token: str = BOUND, *, key: Any = SENDER, algorithm: str = "ES256", header: Any = None, claims: Any = None
) -> str:
    """A DPoP proof that holds, with changes to what it says."""
    head = {"typ": "dpop+jwt", "alg": algorithm, "jwk": key.as_dict(private=False)}
    digest = b64(hashlib.sha256(for_token.encode()).digest())
    said = {"jti": "p1", "htm": "GET", "htu": "https://api.example/things", "iat": NOW, "ath": digest}
    return compact(without(head, header or {}), without(said, claims or {}), algorithm, key)


class Gateway:
    """Judges one request after another."""

    def __init__(self, jwt: Mapping[str, Any] | None = None, scheme: Mapping[str, Any] | None = None) -> None:
        own = {"issuer": ISSUER, "audiences": ["api", "https://api.example"], "realm": "id", **(jwt or {})}
        theirs = {"issuer": OTHER, "audiences": ["api"], "realm": "other", "algorithms": ["ES256"]}
        settings = {
            "mode": "enforce",
            "contract": {"file": "c"},
            "controls": {"authentication": {"schemes": {"token": {"jwt": [own, theirs], **(scheme or {})}}}},
        }
        encoded = json.dumps(CONTRACT).encode()
        self.state = State(SECRET)
        self.publish(ISSUER, RSA, EC, ED)
        self.publish(OTHER, THEIRS)
        self.policy = build_policy(
            load_settings(json.dumps(settings).encode(), "g"), read=lambda _: encoded, state=self.state
        )

    def publish(self, issuer: str, *keys: Any) -> None:
        document = json.dumps({"keys": [key.as_dict(private=False) for key in keys]}).encode()
        self.state.identity.keys.put(issuer, IssuerKeys(read_jwks(document), NOW))

    def send(
        self,
        authorization: str,
        *,
        dpop: str = "",
        certificate: str = "",
        now: float = NOW,
        more: Sequence[tuple[str, str]] = (),
    ) -> tuple[Step, Event]:
        headers = [("authorization", authorization)] if authorization else []
        headers += [("dpop", dpop)] if dpop else []
        tls = TlsFacts("TLSv1.3", "", "CN=client" if certificate else "", certificate)
        peer = Peer("192.0.2.1", 1, tls)
        head = RequestHead("GET", "/things", "api.example", (*headers, *more), peer, "https")
        exchange = Exchange(self.policy, EventId("0" * 36), now)
        return exchange.request(head), exchange.close(now)

    def reason(self, authorization: str, **more: Any) -> str:
        """The id of the reason for which it is refused; empty where it is let in."""
        step, event = self.send(authorization, **more)
        if isinstance(step, Pass):
            assert event.principal
            return ""
        assert isinstance(step, Refuse)
        assert event.principal == ""
        return str(event.reasons[0].id)
