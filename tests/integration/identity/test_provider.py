"""Real tokens of a certified provider through a real Envoy: who may pass does, whatever becomes of the provider."""

import json
import os
import signal
import socket
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import trustme
from joserfc.jwk import ECKey
from tests.integration.envoy.upstream import Upstream
from tests.integration.gateway.running import trusting, until
from tests.integration.identity.asking import asks_for_certificates, call, known_keys, nonce_of, refused
from tests.integration.identity.conftest import StartGuard
from tests.integration.identity.provider import Provider, proof, provider
from tests.ports import quiet_port

from garrison.adapters.lookups.web import MAX_CONNECTIONS
from garrison.adapters.recorded.exchange import RecordedExchange
from garrison.adapters.recorded.keys import KeySource
from garrison.adapters.recorded.samples import read_samples

pytestmark = pytest.mark.integration


def test_jwt_access_tokens(issuer: Provider, shared_guard_for: StartGuard) -> None:
    guard = shared_guard_for(issuer.issuer)
    port, token = guard.port(), issuer.token()
    assert call(port, "/jwt", token).status == 200, "the keys were there when it began to listen"
    refused(guard, call(port, "/jwt"), 401, "credential-missing")
    refused(guard, call(port, "/jwt", token[:-8] + "AAAAAAAA"), 401, "signature-invalid")
    refused(guard, call(port, "/jwt", issuer.token("opaque")), 401, "token-malformed")


def test_opaque_access_tokens(issuer: Provider, shared_guard_for: StartGuard, upstream: Upstream) -> None:
    guard = shared_guard_for(issuer.issuer)
    port, token = guard.port(), issuer.token("opaque")
    assert call(port, "/opaque", token).status == 200
    assert call(port, "/opaque", token, body={"name": "x"}).status == 200
    refused(guard, call(port, "/opaque", token, body={}), 400, "body-invalid")
    refused(guard, call(port, "/opaque", "made-up"), 401, "token-inactive")
    assert len(upstream.targets) == 2


def test_exchanges_that_waited_are_kept_whole(issuer: Provider, guard_for: StartGuard) -> None:
    guard = guard_for(issuer.issuer, record={"keep-bodies": True})
    port, token = guard.port(), issuer.token("opaque")
    for _ in range(2):  # the second one need not ask
        assert json.loads(call(port, "/opaque", token, body={"name": "x"}).body)["body"] == '{"name": "x"}'
    refused(guard, call(port, "/opaque", issuer.token("opaque"), body={}), 400, "body-invalid")
    assert guard.stop() == 0
    folder = guard.file.parent
    samples = read_samples(folder / "data", KeySource(str(folder / "data.key")))
    kept = [each for each in samples if isinstance(each, RecordedExchange)]
    assert [each.body for each in kept] == [b'{"name": "x"}', b'{"name": "x"}', b"{}"]
    assert [each.event.allowed for each in kept if each.event] == [True, True, False]
    assert token not in str([each.request for each in kept])


def test_keys_that_rotate_under_load(issuer: Provider, guard_for: StartGuard) -> None:
    """The new key is published before it signs, the old one as long as its tokens hold, as every provider does it."""
    guard = guard_for(issuer.issuer, jwt={"refresh": 0.3})
    port = guard.port()
    tokens = [issuer.token()]
    statuses: list[int] = []
    stop = threading.Event()

    def load() -> None:
        while not stop.is_set():
            statuses.append(call(port, "/jwt", tokens[-1]).status)
            statuses.append(call(port, "/jwt", tokens[0]).status)

    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(load) for _ in range(2)]
        try:
            for keys in (["one", "two"], ["one", "two", "three"]):
                issuer.publish(keys, keys[-2])
                until(lambda keys=keys: known_keys(guard) == len(keys), "the new key is known")  # type: ignore[misc]
                issuer.publish(keys, keys[-1])
                tokens.append(issuer.token())
                seen = len(statuses)
                until(lambda seen=seen: len(statuses) > seen + 20, "it goes on")  # type: ignore[misc]
        finally:
            stop.set()
        for each in running:
            each.result(60)
    assert set(statuses) == {200}
    issuer.publish(["three"], "three")
    until(lambda: known_keys(guard) == 1, "the old keys are gone")
    refused(guard, call(port, "/jwt", tokens[0]), 401, "key-unknown")
    assert call(port, "/jwt", tokens[-1]).status == 200


def test_a_key_that_signs_unannounced_is_looked_for(issuer: Provider, guard_for: StartGuard) -> None:
    guard = guard_for(issuer.issuer, jwt={"refresh": 60})
    port, old = guard.port(), issuer.token()
    issuer.publish(["two", "one"], "two")
    new = issuer.token()
    refused(guard, call(port, "/jwt", new), 401, "key-unknown")
    until(lambda: call(port, "/jwt", new).status == 200, "the key was looked for", guard)
    assert call(port, "/jwt", old).status == 200


def test_dpop_bound_tokens(issuer: Provider, guard_for: StartGuard) -> None:
    guard = guard_for(issuer.issuer)
    port = guard.port()
    key, thief = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
    url = f"http://127.0.0.1:{port}"
    nonce = nonce_of(guard, issuer.token(key=key), key)
    for kind in ("jwt", "opaque"):
        token, path = issuer.token(kind, key=key), f"/{kind}"
        good = proof(key, "GET", url + path, token, nonce=nonce)
        assert call(port, path, token, scheme="DPoP", proof=good).status == 200
        bad = {
            good: "proof-replayed",
            "": "proof-missing",
            proof(thief, "GET", url + path, token): "proof-of-another-key",
            proof(key, "POST", url + path, token): "proof-of-another-request",
            proof(key, "GET", url + path, issuer.token(kind, key=key)): "proof-of-another-token",
        }
        for each, reason in bad.items():
            refused(guard, call(port, path, token, scheme="DPoP", proof=each), 401, reason)
        refused(guard, call(port, path, token), 401, "binding-downgrade")


def test_a_proof_is_used_once_though_envoy_is_killed(
    issuer: Provider, guard_for: StartGuard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was used before is known after; a client that never sends a nonce goes on without one."""
    monkeypatch.setenv("GARRISON_TEST_BACKOFF", "0.1")
    guard = guard_for(issuer.issuer)
    port, key = guard.port(), ECKey.generate_key("P-256")
    token, url = issuer.token(key=key), f"http://127.0.0.1:{port}/jwt"
    nonce = nonce_of(guard, issuer.token(key=key), key)
    used = proof(key, "GET", url, token, nonce=nonce)
    assert call(port, "/jwt", token, scheme="DPoP", proof=used).status == 200

    def answers(given: str) -> int:
        try:
            return call(port, "/jwt", token, scheme="DPoP", proof=given).status
        except OSError:
            return 0

    # made after the first start, whose memory is whole: no nonce is asked for
    until(lambda: answers(proof(key, "GET", url, token)) == 200, "proofs need no nonce any more", guard)
    used = proof(key, "GET", url, token)
    assert answers(used) == 200
    before = guard.envoy()
    os.kill(before, signal.SIGKILL)
    until(lambda: answers(proof(key, "GET", url, token)) == 200, "it serves again, and asks for no nonce", guard)
    assert guard.envoy() != before
    refused(guard, call(port, "/jwt", token, scheme="DPoP", proof=used), 401, "proof-replayed")


def test_certificate_bound_tokens(issuer: Provider, guard_for: StartGuard, tmp_path: Path) -> None:
    authority = trustme.CA()
    guard = guard_for(issuer.issuer, listen={"tls": asks_for_certificates(authority, tmp_path)})
    port = guard.port()
    own = authority.issue_cert("own.example.org")
    der = ssl.PEM_cert_to_DER_cert(own.cert_chain_pems[0].bytes().decode())
    contexts = {
        "own": trusting(authority, own),
        "other": trusting(authority, authority.issue_cert("other.example.org")),
        "none": trusting(authority),
    }
    for kind in ("jwt", "opaque"):
        token = issuer.token(kind, client="bound", certificate=der)
        assert call(port, f"/{kind}", token, context=contexts["own"]).status == 200
        refused(guard, call(port, f"/{kind}", token, context=contexts["other"]), 401, "certificate-mismatch")
        refused(guard, call(port, f"/{kind}", token, context=contexts["none"]), 401, "certificate-missing")


def test_nobody_waits_for_a_slow_introspection(issuer: Provider, shared_guard_for: StartGuard) -> None:
    """One worker: what asks is put aside, what need not ask is served in the meantime."""
    guard = shared_guard_for(issuer.issuer, opaque={"timeout": 20})
    port, slow, quick = guard.port(), issuer.token("opaque"), issuer.token()
    issuer.hold()
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(call, port, "/opaque", slow)
        until(lambda: issuer.held() == 1, "the provider is asked", guard)
        for _ in range(20):
            assert call(port, "/jwt", quick).status == 200
            assert call(port, "/open").status == 200
        assert not asking.done()
        issuer.release()
        assert asking.result(60).status == 200


def test_fifty_at_once(issuer: Provider, shared_guard_for: StartGuard) -> None:
    guard = shared_guard_for(issuer.issuer, opaque={"timeout": 20})
    port = guard.port()
    tokens = [issuer.token("opaque") for _ in range(50)]
    issuer.hold()
    with ThreadPoolExecutor(50) as pool:
        sent = [pool.submit(call, port, "/opaque", token, body={"name": "x"}) for token in tokens]
        until(lambda: issuer.held() == MAX_CONNECTIONS, "as many are asked about as there are connections", guard)
        issuer.release()
        assert {each.result(60).status for each in sent} == {200}


def test_an_answer_that_takes_too_long(issuer: Provider, guard_for: StartGuard, upstream: Upstream) -> None:
    guard = guard_for(issuer.issuer, opaque={"timeout": 0.2})
    port, token = guard.port(), issuer.token("opaque")
    issuer.hold()
    refused(guard, call(port, "/opaque", token), 503, "introspection-unavailable")
    guard.wait("`introspection opaque` does not answer (no answer within 0.2 s)")
    assert upstream.targets == []


def test_a_client_that_leaves_while_asked_about(
    issuer: Provider, shared_guard_for: StartGuard, upstream: Upstream
) -> None:
    guard = shared_guard_for(issuer.issuer)
    port, token = guard.port(), issuer.token("opaque")
    issuer.hold()
    for number in range(5):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(f"GET /opaque HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n".encode())
            until(lambda number=number: issuer.held() == number + 1, "the provider is asked", guard)  # type: ignore[misc]
    issuer.release()
    assert call(port, "/opaque", token).status == 200
    assert upstream.targets == ["/opaque"]


def test_a_provider_that_is_down_at_first(guard_for: StartGuard) -> None:
    port_of_issuer = quiet_port()
    guard = guard_for(f"http://127.0.0.1:{port_of_issuer}")
    port = guard.port()
    guard.wait("could not be fetched")
    assert call(port, "/open").status == 200, "what needs no keys is served"
    with provider(port_of_issuer) as late:
        token = late.token()
        until(lambda: call(port, "/jwt", token).status == 200, "the keys were fetched when they could be", guard)
        assert call(port, "/opaque", late.token("opaque")).status == 200


def test_a_provider_that_goes_down(guard_for: StartGuard) -> None:
    with provider() as issuer:
        goes_down(issuer, guard_for)


def goes_down(issuer: Provider, guard_for: StartGuard) -> None:
    guard = guard_for(issuer.issuer, jwt={"refresh": 0.3}, opaque={"cache-seconds": 600})
    port, token, opaque = guard.port(), issuer.token(), issuer.token("opaque")
    fresh = issuer.token(scope="things:write"), issuer.token("opaque", scope="things:write")
    assert call(port, "/opaque", opaque).status == 200
    issuer.close()
    guard.wait("the 1 known ones stay in force")
    assert call(port, "/jwt", token).status == 200
    assert call(port, "/jwt", fresh[0]).status == 200, "a token that is new to it, under a key that is not"
    assert call(port, "/opaque", opaque).status == 200, "what was asked about already"
    refused(guard, call(port, "/opaque", fresh[1]), 503, "introspection-unavailable")


def test_sessions_end_with_the_operations_that_end_them(
    issuer: Provider, guard_for: StartGuard, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log-out ends its token, a change of password all of its principal's; nobody else's, and for good."""
    monkeypatch.setenv("GARRISON_TEST_BACKOFF", "0.1")
    ends = {"deleteSessions": "token", "putSessions": "principal"}
    operations = [{"match": each, "controls": {"revocation": {"ends": what}}} for each, what in ends.items()]
    guard = guard_for(issuer.issuer, operations=operations)
    port = guard.port()
    one, other, of_another = issuer.token(), issuer.token(), issuer.token(client="gateway")
    assert call(port, "/sessions", one, method="DELETE").status == 200
    refused(guard, call(port, "/jwt", one), 401, "credential-revoked")
    assert call(port, "/jwt", other).status == 200
    os.kill(guard.envoy(), signal.SIGKILL)
    until(lambda: answered(port, one) == 401, "it serves again, and knows what ended", guard)
    assert call(port, "/jwt", other).status == 200
    assert call(port, "/sessions", other, method="PUT").status == 200
    refused(guard, call(port, "/jwt", other), 401, "credential-revoked")
    assert call(port, "/jwt", of_another).status == 200
    issuer.set_clock(2)
    assert call(port, "/jwt", issuer.token()).status == 200, "who logs in anew goes on"


def answered(port: int, token: str) -> int:
    try:
        return call(port, "/jwt", token).status
    except OSError:
        return 0
