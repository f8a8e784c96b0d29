"""What goes wrong at a provider, or is made to: clocks that differ, masses of made-up keys, answers that are late."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from tests.integration.envoy.upstream import Upstream
from tests.integration.gateway.running import until
from tests.integration.identity.asking import call, refused
from tests.integration.identity.conftest import StartGuard, settings_for
from tests.integration.identity.provider import Provider

from garrison.adapters.lookups.issuers import FLOOR
from garrison.config.load import load_settings
from garrison.core.errors import ConfigError

pytestmark = pytest.mark.integration

LIFETIME = 600
"""Seconds for which the provider's tokens hold."""


def test_clocks_may_differ_by_the_leeway(issuer: Provider, shared_guard_for: StartGuard) -> None:
    """Ahead by half a minute is the default's bound; ten minutes, either way, are nobody's inaccuracy."""
    guard = shared_guard_for(issuer.issuer)
    port = guard.port()
    issuer.set_clock(30)
    assert call(port, "/jwt", issuer.token()).status == 200
    issuer.set_clock(600)
    refused(guard, call(port, "/jwt", issuer.token()), 401, "token-not-yet-valid")
    issuer.set_clock(-LIFETIME - 60)
    refused(guard, call(port, "/jwt", issuer.token()), 401, "token-expired")


def test_a_greater_leeway_is_bounded_too(issuer: Provider, guard_for: StartGuard, tmp_path: Path) -> None:
    guard = guard_for(issuer.issuer, jwt={"leeway": 300})
    port = guard.port()
    for ahead, status in ((290, 200), (600, 401), (-LIFETIME - 60, 200), (-LIFETIME - 600, 401)):
        issuer.set_clock(ahead)
        assert call(port, "/jwt", issuer.token()).status == status, ahead
    settings = settings_for(issuer.issuer, tmp_path, jwt={"leeway": 301}, opaque={})
    with pytest.raises(ConfigError, match="leeway"):
        load_settings(json.dumps(settings).encode(), str(tmp_path / "garrison.yaml"))


def test_a_clock_ahead_at_introspection(issuer: Provider, shared_guard_for: StartGuard) -> None:
    guard = shared_guard_for(issuer.issuer)
    port = guard.port()
    issuer.set_clock(30)
    assert call(port, "/opaque", issuer.token("opaque")).status == 200
    issuer.set_clock(600)
    refused(guard, call(port, "/opaque", issuer.token("opaque")), 401, "token-not-yet-valid")


def made_up(issuer: Provider, number: int) -> str:
    """A token of the issuer, to all appearances, under a key that it never had."""
    now = int(time.time())
    key = ECKey.generate_key("P-256", {"kid": f"made-up-{number}", "use": "sig", "alg": "ES256"})
    claims = {"iss": issuer.issuer, "aud": "urn:api:jwt", "sub": "x", "client_id": "x", "iat": now, "exp": now + 60}
    return jwt.encode({"alg": "ES256", "kid": f"made-up-{number}", "typ": "at+jwt"}, claims, key)


def test_a_storm_of_made_up_keys(issuer: Provider, guard_for: StartGuard) -> None:
    """However many keys are made up, the issuer is asked once in a while, and whoever has a token is served."""
    guard = guard_for(issuer.issuer, jwt={"refresh": 3600})
    port, token = guard.port(), issuer.token()
    assert call(port, "/jwt", token).status == 200
    refused(guard, call(port, "/jwt", made_up(issuer, 0)), 401, "key-unknown")
    begun, before = time.monotonic(), issuer.fetched()
    forged = [made_up(issuer, number) for number in range(400)]
    statuses: list[tuple[int, int]] = []

    def storm(tokens: list[str]) -> None:
        statuses.extend((call(port, "/jwt", each).status, call(port, "/jwt", token).status) for each in tokens)

    with ThreadPoolExecutor(4) as pool:
        for each in [pool.submit(storm, forged[part::4]) for part in range(4)]:
            each.result(60)
    assert set(statuses) == {(401, 200)}
    until(lambda: issuer.fetched() > before, "the keys are looked for again", guard, seconds=FLOOR + 10)
    assert issuer.fetched() - before <= 1 + (time.monotonic() - begun) / FLOOR
    assert call(port, "/jwt", token).status == 200


def test_a_storm_does_not_hide_a_key_that_is_new(issuer: Provider, guard_for: StartGuard) -> None:
    """The next look finds it, whoever else asks for keys."""
    guard = guard_for(issuer.issuer, jwt={"refresh": 3600})
    port = guard.port()
    for number in range(20):
        assert call(port, "/jwt", made_up(issuer, number)).status == 401
    issuer.publish(["two", "one"], "two")
    new = issuer.token()
    until(lambda: call(port, "/jwt", new).status == 200, "the new key is found", guard, seconds=2 * FLOOR + 10)


def test_a_provider_that_takes_too_long_keeps_nobody_else(
    issuer: Provider, guard_for: StartGuard, upstream: Upstream
) -> None:
    """One worker, sixty clients whose tokens are asked about in vain: others are served all the while."""
    guard = guard_for(issuer.issuer, opaque={"timeout": 1.5})
    port, quick = guard.port(), issuer.token()
    slow = [issuer.token("opaque") for _ in range(60)]
    issuer.hold()
    with ThreadPoolExecutor(60) as pool:
        asking = [pool.submit(call, port, "/opaque", token) for token in slow]
        until(lambda: issuer.held() > 0, "the provider is asked", guard)
        served = 0
        while not all(each.done() for each in asking):
            assert call(port, "/jwt", quick).status == 200
            assert call(port, "/open").status == 200
            served += 1
        answers = [each.result() for each in asking]
    assert {answer.status for answer in answers} == {503}
    assert served > 0
    assert {json.loads(answer.body)["status"] for answer in answers} == {503}
    assert "/opaque" not in upstream.targets
    issuer.release()
    assert call(port, "/opaque", slow[0]).status == 200, "it is asked again, nothing is held against anyone"
