"""What it costs to know who asks and what they may: throughput with tokens, and each kind of proof alone.

    python -m benchmarks.identity [--rounds 3] [--seconds 2] [--workers 2] [--proofs-only]

Needs wrk and nginx. Each request carries a token signed with RS256, of which the gateway remembers that it held; the
operation demands a scope, its path names an owner and so does its answer, and a quota counts the principal (one asks
for all, which no rate admits): all enforced, with every other control, events written. Bare Envoy gets the same
requests in the same rounds. The cost of a proof is that of verifying it for the first time (`cold`) or when its head
comes again (`warm`), in this process, without a gateway; that of a `whole` exchange is all that the engine does for
such a request and its answer (`benchmarks.engine` has the same without identity)."""

import argparse
import base64
import hashlib
import json
import statistics
import sys
import tempfile
import time
import timeit
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
from benchmarks.gateway import CUSTOMER
from benchmarks.load import Request, Server, load, nginx, processor_seconds
from benchmarks.peers import OTHERS, Place, bare, garrison
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from garrison.config.authentication import LockoutSettings, SchemeSettings
from garrison.config.load import load_settings
from garrison.config.tokens import JwtSettings
from garrison.core.canonical import canonicalise
from garrison.core.http import Peer, RequestHead, ResponseHead
from garrison.core.ids import EventId
from garrison.core.operation import SecurityScheme
from garrison.core.principal import Principal
from garrison.engine.exchange import Exchange
from garrison.engine.state import State
from garrison.identity.keys import IssuerKeys, read_jwks
from garrison.identity.memory import Memory
from garrison.identity.methods import methods_for
from garrison.identity.outcome import Attempt, Method
from garrison.lab.sample import DESCRIPTION
from garrison.wiring import build_policy

ISSUER = "https://id.example"
KEYS: dict[str, Any] = {
    "RS256": RSAKey.generate_key(2048, {"kid": "RS256"}),
    "ES256": ECKey.generate_key("P-256", {"kid": "ES256"}),
    "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "EdDSA"}),
}
OVERLAY: dict[str, Any] = {
    "overlay": "1.0.0",
    "info": {"title": "Who may call Harbour", "version": "1"},
    "actions": [
        {
            "target": "$",
            "update": {
                "security": [{"token": ["customers:read"]}],
                "components": {"securitySchemes": {"token": {"type": "oauth2", "flows": {}}}},
            },
        },
        {
            "target": "$.paths['/customers/{accountNumber}'].parameters[0]",
            "update": {"x-garrison-owner": "account"},
        },
        {
            "target": "$.components.schemas.Customer.properties.accountNumber",
            "update": {"x-garrison-owner": "account"},
        },
    ],
}


def token(algorithm: str = "RS256", **more: Any) -> str:
    """One that holds for an hour, with `more` claims."""
    now = int(time.time())
    claims = {
        "iss": ISSUER, "aud": "harbour", "sub": "u1", "client_id": "app", "iat": now, "exp": now + 3600,
        "jti": str(now), "scope": "customers:read", "account": CUSTOMER["accountNumber"], **more,
    }  # fmt: skip
    header = {"alg": algorithm, "kid": algorithm, "typ": "at+jwt"}
    return jwt.encode(header, claims, KEYS[algorithm], algorithms=[algorithm])


def public_keys() -> bytes:
    """As an issuer publishes them."""
    return json.dumps({"keys": [key.as_dict(private=False) for key in KEYS.values()]}).encode()


def settings(directory: Path) -> dict[str, Any]:
    """What is laid over the benchmark gateway's settings."""
    (directory / "keys.json").write_bytes(public_keys())
    (directory / "overlay.json").write_bytes(msgspec.json.encode(OVERLAY))
    issuer = {"issuer": ISSUER, "audiences": ["harbour"], "jwks-file": str(directory / "keys.json")}
    return {
        "contract": {"file": str(DESCRIPTION), "overlays": [str(directory / "overlay.json")]},
        "controls": {
            **OTHERS,
            "authentication": {"schemes": {"token": {"jwt": [issuer]}}},
            "rate-limit": {"limits": [{"name": "each", "by": ["principal"], "quota": "999999999/day"}]},
        },
    }


def throughput(rounds: int, seconds: int, workers: int) -> None:
    """Print bare Envoy, Garrison, and Garrison with identity, in interleaved rounds."""
    own = Request("GET", f"/v1/customers/{CUSTOMER['accountNumber']}", token=token())
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        root = Path(name)
        upstream = stack.enter_context(nginx(root, msgspec.json.encode(CUSTOMER).decode()))

        def place(kind: str) -> Place:
            (root / kind).mkdir()
            return Place(root / kind, upstream, workers)

        servers: dict[str, Server] = {
            "envoy": stack.enter_context(bare(place("envoy"))),
            "garrison": stack.enter_context(garrison(place("garrison"), "enforce")),
            "identity": stack.enter_context(garrison(place("identity"), "enforce", settings(root))),
        }
        for connections in (32, 256):
            figures: dict[str, list[tuple[float, float]]] = {each: [] for each in servers}
            for server in servers.values():
                load(server.port, own, seconds=1, connections=connections)
            for _ in range(rounds):
                for each, server in servers.items():
                    before = processor_seconds(server.pid)
                    found = load(server.port, own, seconds=seconds, connections=connections)
                    used = (processor_seconds(server.pid) - before) / found.requests * 1e6
                    figures[each].append((found.requests_per_second, used))
            for each, runs in figures.items():
                ratios = [mine[0] / base[0] for mine, base in zip(runs, figures["envoy"], strict=True)]
                rate, used = (statistics.median(column) for column in zip(*runs, strict=True))
                ratio = f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"
                print(f"GET {connections:4} {each:9} {rate:8.0f}/s  {ratio}  {used:6.1f} us CPU", flush=True)


def proofs() -> None:
    """Print what one token costs."""
    memory = Memory()
    memory.keys.put(ISSUER, IssuerKeys(read_jwks(public_keys()), 0.0))
    own = SchemeSettings(jwt=(JwtSettings(issuer=ISSUER, audiences=("harbour",)),))
    (method,) = methods_for(SecurityScheme("token", "oauth2"), own, LockoutSettings())
    for algorithm in KEYS:
        head = RequestHead("GET", "/", "h", (("authorization", f"Bearer {token(algorithm)}"),), Peer("127.0.0.1"))
        attempt = Attempt(head, canonicalise(head), time.time(), memory)

        def cold(attempt: Attempt = attempt) -> None:
            memory.tokens.__init__()  # type: ignore[misc]  # as if it had never been seen
            if not isinstance(method.authenticate(attempt), Principal):
                sys.exit("a token that holds was refused")

        def warm(attempt: Attempt = attempt) -> None:
            method.authenticate(attempt)

        _show(f"{algorithm} cold", cold, 500)
        _show(f"{algorithm} warm", warm, 50_000)
    _dpop(memory, method)
    _whole()


def _whole() -> None:
    """Print what the engine takes for a request as in `throughput`, and its answer."""
    state = State()
    state.identity.keys.put(ISSUER, IssuerKeys(read_jwks(public_keys()), 0.0))
    with tempfile.TemporaryDirectory() as name:
        own = load_settings(msgspec.json.encode({"mode": "enforce", **settings(Path(name))}), "garrison.yaml")
        policy = build_policy(own, read=lambda file: Path(file).read_bytes(), state=state)
    target = f"/v1/customers/{CUSTOMER['accountNumber']}"
    head = RequestHead("GET", target, "h", (("authorization", f"Bearer {token()}"),), Peer("127.0.0.1"))
    answer, body = ResponseHead(200, (("content-type", "application/json"),)), msgspec.json.encode(CUSTOMER)
    now = time.time()

    def whole() -> None:
        exchange = Exchange(policy, EventId("01890a5d-ac96-774b-bcce-b302099a8057"), now)
        exchange.request(head)
        exchange.response(answer, body)
        if not exchange.close(now).allowed:
            sys.exit("a request that is allowed was refused")

    _show("whole", whole, 10_000)


def _dpop(memory: Memory, method: Method) -> None:
    """Print what a request with a proof costs whose token is known already: every proof is a new one."""
    number, now = 500, int(time.time())
    key = KEYS["ES256"]
    text = token(cnf={"jkt": key.thumbprint()})
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
    header = {"alg": "ES256", "typ": "dpop+jwt", "jwk": key.as_dict(private=False)}
    registry = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
    attempts = []
    for each in range(number * 5 + 1):
        said = {"htm": "GET", "htu": "http://h/", "iat": now, "jti": str(each), "ath": digest}
        proof = jws.serialize_compact(header, json.dumps(said), key, registry=registry)
        fields = (("authorization", f"DPoP {text}"), ("dpop", proof))
        head = RequestHead("GET", "/", "h", fields, Peer("127.0.0.1"))
        attempts.append(Attempt(head, canonicalise(head), now, memory))
    waiting = iter(attempts)

    def prove() -> None:
        if not isinstance(method.authenticate(next(waiting)), Principal):
            sys.exit("a proof that holds was refused")

    _show("DPoP ES256", prove, number)


def _show(name: str, work: Callable[[], None], number: int) -> None:
    work()
    best = min(timeit.repeat(work, number=number, repeat=5, timer=time.process_time)) / number * 1e6
    print(f"{name:12} {best:7.1f} us", flush=True)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--proofs-only", action="store_true", help="leave out throughput; needs neither wrk nor nginx")
    options = parser.parse_args()
    proofs()
    if not options.proofs_only:
        throughput(options.rounds, options.seconds, options.workers)


if __name__ == "__main__":
    main()
