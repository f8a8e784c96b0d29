"""Tokens of a second provider, of another make, through a real Envoy: nothing here rests on one make's habits."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.envoy.upstream import Upstream
from tests.integration.gateway.running import Guard, until
from tests.integration.identity.asking import call, known_keys, refused
from tests.integration.identity.conftest import StartGuard
from tests.integration.identity.glewlwyd import API, OTHER, Glewlwyd, glewlwyd

pytestmark = pytest.mark.integration


@pytest.fixture
def second(tmp_path: Path) -> Iterator[Glewlwyd]:
    with glewlwyd(tmp_path) as running:
        yield running


def guard_of(second: Glewlwyd, guard_for: StartGuard, **jwt: float) -> Guard:
    opaque = {"url": f"{second.issuer}/introspect", "audiences": [API], "cache-seconds": 0}
    opaque["client-secret-file"] = str(second.secret_file)
    return guard_for(second.issuer, jwt={"audiences": [API], **jwt}, opaque=opaque)


def test_who_may_pass_does(second: Glewlwyd, guard_for: StartGuard, upstream: Upstream) -> None:
    guard = guard_of(second, guard_for)
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


def test_introspection(second: Glewlwyd, guard_for: StartGuard) -> None:
    """Its answers name the client and no subject: who it is then is the client."""
    guard = guard_of(second, guard_for)
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


def _part(token: str, index: int) -> bytes:
    part = token.split(".")[index]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
