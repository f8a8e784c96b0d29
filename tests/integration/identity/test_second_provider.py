"""Tokens of a second provider, of another make, through a real Envoy: nothing here rests on one make's habits."""

import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import trustme
from joserfc.jwk import ECKey
from tests.integration.envoy.upstream import Upstream
from tests.integration.gateway.running import Guard, trusting, until
from tests.integration.identity.asking import asks_for_certificates, call, known_keys, nonce_of, refused
from tests.integration.identity.conftest import StartGuard
from tests.integration.identity.glewlwyd import API, BOUND, OTHER, Glewlwyd, glewlwyd
from tests.integration.identity.provider import proof

pytestmark = pytest.mark.integration


@pytest.fixture(scope="session")
def shared_second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Glewlwyd]:
    with glewlwyd(tmp_path_factory.mktemp("second")) as running:
        yield running


@pytest.fixture
def second(shared_second: Glewlwyd) -> Iterator[Glewlwyd]:
    yield shared_second
    shared_second.restore()


def guard_of(
    second: Glewlwyd,
    guard_for: StartGuard,
    *,
    client: str = "gateway",
    listen: Mapping[str, Any] | None = None,
    **jwt: float,
) -> Guard:
    """It asks about tokens as `client`: this provider tells each client of its own alone."""
    opaque = {"url": f"{second.issuer}/introspect", "audiences": [API], "cache-seconds": 0, "client-id": client}
    opaque["client-secret-file"] = str(second.secret_file)
    return guard_for(second.issuer, jwt={"audiences": [API], **jwt}, opaque=opaque, listen=listen)


def test_who_may_pass_does(second: Glewlwyd, shared_guard_for: StartGuard, upstream: Upstream) -> None:
    guard = guard_of(second, shared_guard_for)
    port, token = guard.port(), second.token()
    assert call(port, "/jwt", token).status == 200, "keys and address were found by discovery"
    head, claims, signature = token.split(".")
    refused(guard, call(port, "/jwt", second.token(OTHER)), 401, "audience-mismatch")
    refused(guard, call(port, "/jwt", f"{head}.{claims}.{signature[:-8]}AAAAAAAA"), 401, "signature-invalid")
    more = _part(token, 1).replace(b"things:read", b"things:write")
    tampered = base64.urlsafe_b64encode(more).rstrip(b"=").decode()
    refused(guard, call(port, "/jwt", f"{head}.{tampered}.{signature}"), 401, "signature-invalid")
    refused(guard, call(port, "/jwt"), 401, "credential-missing")
    assert len(upstream.targets) == 1


def test_who_is_late_does_not_pass(second: Glewlwyd, guard_for: StartGuard) -> None:
    guard = guard_of(second, guard_for, leeway=0)
    port = guard.port()
    second.publish(["one"], "one", seconds=1)
    token = second.token()
    until(lambda: call(port, "/jwt", token).status == 401, "it expires", guard)
    refused(guard, call(port, "/jwt", token), 401, "token-expired")


def test_introspection(second: Glewlwyd, shared_guard_for: StartGuard) -> None:
    """Its answers name the client and no subject: who it is then is the client."""
    guard = guard_of(second, shared_guard_for)
    port, token = guard.port(), second.token()
    assert call(port, "/opaque", token).status == 200
    refused(guard, call(port, "/opaque", second.token(OTHER)), 401, "audience-mismatch")
    refused(guard, call(port, "/opaque", "made-up"), 401, "token-inactive")
    second.revoke(token)
    refused(guard, call(port, "/opaque", token), 401, "token-inactive")


def test_keys_rotate(second: Glewlwyd, guard_for: StartGuard) -> None:
    guard = guard_of(second, guard_for, refresh=0.3)
    port, old = guard.port(), second.token()
    assert call(port, "/jwt", old).status == 200
    second.publish(["one", "two"], "one")
    until(lambda: known_keys(guard) == 2, "the new key is known", guard)
    second.publish(["two", "one"], "two")
    new = second.token()
    assert json.loads(_part(new, 0))["kid"] == "two"
    assert [call(port, "/jwt", token).status for token in (old, new)] == [200, 200]
    second.publish(["two"], "two")
    until(lambda: known_keys(guard) == 1, "the old key is gone", guard)
    refused(guard, call(port, "/jwt", old), 401, "key-unknown")
    assert call(port, "/jwt", new).status == 200


def test_tokens_bound_to_a_key(second: Glewlwyd, guard_for: StartGuard, upstream: Upstream) -> None:
    """RFC 9449: who has the token and not the key gets nothing, whether the token is read or asked about."""
    guard = guard_of(second, guard_for)
    port = guard.port()
    key, thief = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
    url = f"http://127.0.0.1:{port}"
    token, other = second.token(key=key), second.token(key=key)
    nonce = nonce_of(guard, token, key)
    for path in ("/jwt", "/opaque"):
        good = proof(key, "GET", url + path, token, nonce=nonce)
        assert call(port, path, token, scheme="DPoP", proof=good).status == 200
        bad = {
            good: "proof-replayed",
            "": "proof-missing",
            proof(thief, "GET", url + path, token, nonce=nonce): "proof-of-another-key",
            proof(key, "GET", f"{url}/open", token, nonce=nonce): "proof-of-another-request",
            proof(key, "GET", f"https://api.example.org{path}", token, nonce=nonce): "proof-of-another-request",
            proof(key, "GET", url + path, other, nonce=nonce): "proof-of-another-token",
        }
        for each, reason in bad.items():
            refused(guard, call(port, path, token, scheme="DPoP", proof=each), 401, reason)
        refused(guard, call(port, path, token), 401, "binding-downgrade")
        unbound = second.token()
        free = proof(key, "GET", url + path, unbound, nonce=nonce)
        refused(guard, call(port, path, unbound, scheme="DPoP", proof=free), 401, "token-not-bound")
    assert upstream.targets == ["/jwt", "/opaque"]


def test_tokens_bound_to_a_certificate(
    second: Glewlwyd, guard_for: StartGuard, upstream: Upstream, tmp_path: Path
) -> None:
    """RFC 8705, 3: the client proves to the provider, and then to the gateway, to have the certificate's key."""
    authority = trustme.CA()
    guard = guard_of(second, guard_for, client=BOUND, listen={"tls": asks_for_certificates(authority, tmp_path)})
    own = authority.issue_cert(BOUND)
    # of the same name and authority: what counts is the certificate itself
    shown = {"own": trusting(authority, own), "other": trusting(authority, authority.issue_cert(BOUND))}
    port, token = guard.port(), second.token(certificate=own.cert_chain_pems[0].bytes())
    for path in ("/jwt", "/opaque"):
        assert call(port, path, token, context=shown["own"]).status == 200
        refused(guard, call(port, path, token, context=shown["other"]), 401, "certificate-mismatch")
        refused(guard, call(port, path, token, context=trusting(authority)), 401, "certificate-missing")
    assert upstream.targets == ["/jwt", "/opaque"]


def _part(token: str, index: int) -> bytes:
    part = token.split(".")[index]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
