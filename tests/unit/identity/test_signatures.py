"""Signed requests (RFC 9421): what was signed is what arrives, and once."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver, algorithms
from joserfc.jwk import ECKey, OKPKey, RSAKey

from garrison.config.load import load_settings
from garrison.config.servers import signature_keys
from garrison.core.countermeasure import Action, Countermeasure, parse_target
from garrison.core.event import Event
from garrison.core.http import Peer, RequestHead
from garrison.core.ids import EventId
from garrison.core.kept import Kept
from garrison.engine.exchange import Exchange
from garrison.engine.measures import Measures
from garrison.engine.state import State
from garrison.engine.step import Hold, Pass
from garrison.identity.keys import IssuerKeys, read_jwks
from garrison.wiring import build_policy

NOW = 1_800_000_000
ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
KEYS: dict[str, tuple[Any, Any]] = {
    "ed": (OKPKey.generate_key("Ed25519", {"kid": "ed"}), algorithms.ED25519),
    "p256": (ECKey.generate_key("P-256", {"kid": "p256"}), algorithms.ECDSA_P256_SHA256),
    "p384": (ECKey.generate_key("P-384", {"kid": "p384"}), algorithms.ECDSA_P384_SHA384),
    "rsa": (RSAKey.generate_key(2048, {"kid": "rsa"}), algorithms.RSA_PSS_SHA512),
}
STRANGER = OKPKey.generate_key("Ed25519", {"kid": "ed"})
CONTRACT = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "security": [{"signed": []}],
    "components": {"securitySchemes": {"signed": {"type": "http", "scheme": "signature"}}},
    "paths": {
        "/orders": {
            "get": {"operationId": "list", "responses": {"200": {"description": "ok"}}},
            "post": {
                "operationId": "order",
                "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
                "responses": {"200": {"description": "ok"}},
            },
        }
    },
}
BODY = b'{"item": 7}'


class Message:
    """A request as the client library signs it."""

    def __init__(self, method: str = "GET", url: str = "https://api.example/orders") -> None:
        self.method = method
        self.url = url
        self.headers = {"Content-Type": "application/json"} if method == "POST" else {}


class Door:
    def __init__(self) -> None:
        public = {"keys": [key.as_dict(private=False) for key, _ in KEYS.values()]}
        self.state = state = State()
        state.identity.keys.put(signature_keys("signed"), IssuerKeys(read_jwks(json.dumps(public).encode()), 0.0))
        scheme = {"signature": {"jwks-file": "keys.json"}}
        settings = {
            "mode": "enforce",
            "contract": {"file": "c"},
            "controls": {"authentication": {"schemes": {"signed": scheme}}},
        }
        encoded = json.dumps(CONTRACT).encode()
        self.policy = build_policy(
            load_settings(json.dumps(settings).encode(), "g"), read=lambda _: encoded, state=state
        )

    def send(self, message: Message, body: bytes = b"", *, now: float = NOW) -> Event:
        host, _, path = message.url.partition("://")[2].partition("/")
        headers = tuple((name.lower(), value) for name, value in message.headers.items())
        head = RequestHead(message.method, f"/{path}", host, headers, Peer("192.0.2.1"), "https", has_body=bool(body))
        exchange = Exchange(self.policy, EventId("0" * 36), now)
        step = exchange.request(head)
        if isinstance(step, Hold):
            step = exchange.request_body(body, True)
        event = exchange.close(now)
        assert isinstance(step, Pass) == event.allowed
        return event

    def reasons(self, message: Message, body: bytes = b"", *, now: float = NOW) -> list[str]:
        return [reason.id for reason in self.send(message, body, now=now).reasons]


def signed(message: Message, key: str = "ed", body: bytes | None = None, private: Any = None, **told: Any) -> Message:
    """`message`, signed as a client does."""
    own, algorithm = KEYS[key]

    class Resolver(HTTPSignatureKeyResolver):
        def resolve_private_key(self, key_id: str) -> Any:
            del key_id
            return (private or own).private_key

    signer = HTTPMessageSigner(signature_algorithm=algorithm, key_resolver=Resolver())
    given = {"created": datetime.fromtimestamp(NOW, UTC), "covered_component_ids": ("@method", "@target-uri"), **told}
    signer.sign(message, key_id=told.pop("key_id", key), body=body, **{k: v for k, v in given.items() if k != "key_id"})
    return message


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.mark.parametrize("key", KEYS)
def test_a_signed_request_is_its_senders(door: Door, key: str) -> None:
    event = door.send(signed(Message(), key))
    assert (event.allowed, event.principal) == (True, f"senders:{key}")


def test_a_body_is_signed_by_its_digest(door: Door) -> None:
    assert door.send(signed(Message("POST"), body=BODY), BODY).allowed
    assert door.reasons(signed(Message("POST"), body=BODY, nonce="2"), b'{"item": 8}') == ["content-digest-mismatch"]
    assert door.reasons(signed(Message("POST"), nonce="3"), BODY) == ["message-signature-incomplete"]


def test_nothing_is_signed(door: Door) -> None:
    assert door.reasons(Message()) == ["credential-missing"]


@pytest.mark.parametrize(
    "changed",
    [Message("GET", "https://api.example/orders?all=1"), Message("GET", "https://other.example/orders")],
)
def test_what_was_signed_was_changed(door: Door, changed: Message) -> None:
    changed.headers = signed(Message()).headers
    assert "message-signature-invalid" in door.reasons(changed)


def test_another_method_was_signed(door: Door) -> None:
    post = Message("POST")
    post.headers |= signed(Message()).headers
    assert door.reasons(post) == ["message-signature-invalid"]


def test_somebody_elses_key(door: Door) -> None:
    assert door.reasons(signed(Message(), private=STRANGER)) == ["message-signature-invalid"]
    message = signed(Message())
    message.headers["Signature-Input"] = message.headers["Signature-Input"].replace('"ed"', '"nobody"')
    assert door.reasons(message) == ["message-key-unknown"]


def test_an_algorithm_of_the_senders_choice(door: Door) -> None:
    message = signed(Message())
    message.headers["Signature-Input"] = message.headers["Signature-Input"].replace("ed25519", "hmac-sha256")
    assert door.reasons(message) == ["message-signature-invalid"]


def test_it_is_accepted_once(door: Door) -> None:
    message = signed(Message())
    assert door.send(message).allowed
    assert door.reasons(message) == ["message-signature-replayed"]


def relabelled(message: Message) -> None:
    for name in ("Signature-Input", "Signature"):
        message.headers[name] = message.headers[name].replace("pyhms=", "other=", 1)


def with_parameter(message: Message) -> None:
    message.headers["Signature"] += ";again"


def with_blanks(message: Message) -> None:
    message.headers["Signature"] += " "


def with_the_other_signature(message: Message) -> None:
    """Of (r, s) the second one is (r, n - s)."""
    label, _, text = message.headers["Signature"].partition("=")
    signature = base64.b64decode(text.strip(":"))
    half = len(signature) // 2
    s = ORDER_OF_P256 - int.from_bytes(signature[half:])
    twin = base64.b64encode(signature[:half] + s.to_bytes(half)).decode()
    message.headers["Signature"] = f"{label}=:{twin}:"


@pytest.mark.parametrize("rewritten", [relabelled, with_parameter, with_blanks, with_the_other_signature])
def test_it_is_accepted_once_however_it_is_written(door: Door, rewritten: Callable[[Message], None]) -> None:
    message = signed(Message(), "p256")
    assert door.send(message).allowed
    rewritten(message)
    assert door.reasons(message) == ["message-signature-replayed"]


def test_it_is_accepted_once_though_it_comes_from_a_clock_ahead(door: Door) -> None:
    """It holds for longer by that much, and so it is remembered for longer."""
    message = signed(Message(), created=datetime.fromtimestamp(NOW + 5, UTC))
    assert door.send(message).allowed
    for moment in (NOW + 305.0, NOW + 310.0):
        assert door.reasons(message, now=moment) == ["message-signature-replayed"]
    assert door.reasons(message, now=NOW + 310.5) == ["message-signature-expired"]


def test_what_may_have_been_used_before_the_gateway_remembers_is_refused(door: Door) -> None:
    """Its clock may be ahead by the leeway: so long after a start that remembers nothing every signature is."""
    message = signed(Message())
    door.state.remembers_since(NOW - 5)
    assert door.reasons(message) == ["message-signature-before-start"]
    door.state.remembers_since(NOW - 5.5)
    assert door.send(message).allowed


def test_it_is_accepted_once_also_after_a_restart(door: Door) -> None:
    kept: list[Kept] = []
    door.state.keep_with(lambda *each: kept.append(Kept(*each)))
    message = signed(Message())
    assert door.send(message).allowed
    again = Door()
    again.state.restore(kept, NOW)
    assert again.reasons(message) == ["message-signature-replayed"]
    assert door.send(signed(Message(), nonce="another")).allowed


@pytest.mark.parametrize(
    ("now", "expected"), [(NOW + 305, []), (NOW + 306, ["late"]), (NOW - 5, []), (NOW - 6, ["late"])]
)
def test_it_is_accepted_while_it_is_fresh(door: Door, now: float, expected: list[str]) -> None:
    assert door.reasons(signed(Message()), now=now) == ["message-signature-expired" for _ in expected]


def test_its_own_expiry_counts(door: Door) -> None:
    message = signed(Message(), expires=datetime.fromtimestamp(NOW + 10, UTC))
    assert door.reasons(message, now=NOW + 16) == ["message-signature-expired"]
    assert door.send(message, now=NOW + 15).allowed


@pytest.mark.parametrize("target", ["principal:senders:ed", "client:ed", "token:ed"])
def test_what_is_revoked_is_the_key(door: Door, target: str) -> None:
    """However new its signatures are: whoever has the key can always make another."""
    door.state.measures = Measures([Countermeasure(Action.REVOKE, *parse_target(target), NOW, issued_before=NOW - 60)])
    assert door.reasons(signed(Message())) == ["credential-revoked"]
    assert door.send(signed(Message(), "p256")).allowed


def test_too_little_was_signed(door: Door) -> None:
    assert door.reasons(signed(Message(), covered_component_ids=("@method",))) == ["message-signature-incomplete"]


@pytest.mark.parametrize(
    "fields",
    [
        {"Signature": "x"},
        {"Signature-Input": "x=();keyid=1", "Signature": "x=:AA==:"},
        {"Signature-Input": "a=(), b=()", "Signature": "a=:AA==:, b=:AA==:"},
        {"Signature-Input": 'a=("@method");created=1.5;keyid="ed"', "Signature": "a=:AA==:"},
        {"Signature-Input": "\x7f", "Signature": "a"},
        {"Signature-Input": "a" * 9000, "Signature": "a"},
    ],
)
def test_what_is_no_signature(door: Door, fields: dict[str, str]) -> None:
    message = Message()
    message.headers = fields
    assert not door.send(message).allowed
    assert {"control-error"}.isdisjoint(door.reasons(message))
