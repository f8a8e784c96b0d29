"""Opaque tokens: what is asked, what is made of every answer, and for how long it is believed (RFC 7662, RFC 9701)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

import pytest
from tests.unit.identity.mint import ATTACKER_EC, CERTIFICATE, EC, ISSUER, NOW, Gateway, b64, compact, token, without

from garrison.core.event import Event
from garrison.core.http import Peer, RequestHead, TlsFacts
from garrison.core.ids import EventId
from garrison.core.question import UNANSWERED, Answer, Question
from garrison.engine.exchange import Exchange
from garrison.engine.step import Ask, Pass, Refuse, Step
from garrison.identity.grants import has_claim

SETTINGS: Mapping[str, Any] = {"url": "https://id.example/introspect", "audiences": ["api"], "realm": "id"}
SIGNED: Mapping[str, Any] = {**SETTINGS, "signed": True, "issuer": ISSUER, "client-id": "gateway"}
HOLDS: Mapping[str, Any] = {
    "active": True,
    "sub": "u1",
    "aud": "api",
    "client_id": "app",
    "scope": "read",
    "exp": NOW + 300,
}
OPAQUE = "Bearer 2YotnFZFEjr1zCsicMWpAA"


BY_CERTIFICATE: dict[str, Any] = {"sender-constraint": "mtls"}


def opaque(settings: Mapping[str, Any] = SETTINGS, **scheme: Any) -> Gateway:
    return Gateway(scheme={"introspection": settings, **scheme})


def told(**changes: Any) -> Answer:
    return Answer(200, "application/json", json.dumps(without(HOLDS, changes)).encode())


def signed(header: Mapping[str, Any] | None = None, claims: Mapping[str, Any] | None = None, key: Any = EC) -> Answer:
    head = without({"alg": "ES256", "kid": "ec", "typ": "token-introspection+jwt"}, header or {})
    said = {"iss": ISSUER, "aud": "gateway", "iat": NOW, "token_introspection": dict(HOLDS)}
    text = compact(head, without(said, claims or {}), "ES256", key)
    return Answer(200, "application/token-introspection+jwt", text.encode())


def send(
    gateway: Gateway, answers: Sequence[Answer], authorization: str = OPAQUE, **more: Any
) -> tuple[Step, Event, list[Question]]:
    """One request, what is asked answered in order, and what was asked."""
    step, exchange, asked = sent(gateway, answers, authorization, **more)
    return step, exchange.close(more.get("now", NOW)), asked


def sent(
    gateway: Gateway, answers: Sequence[Answer], authorization: str = OPAQUE, now: float = NOW, certificate: str = ""
) -> tuple[Step, Exchange, list[Question]]:
    tls = TlsFacts("TLSv1.3", "", "CN=c" if certificate else "", certificate)
    peer = Peer("192.0.2.1", 1, tls)
    head = RequestHead("GET", "/things", "api.example", (("authorization", authorization),), peer, "https")
    exchange, asked = Exchange(gateway.policy, EventId("0" * 36), now), []
    step, waiting = exchange.request(head), list(answers)
    while isinstance(step, Ask):
        asked.append(step.question)
        step = exchange.answer(waiting.pop(0))
    assert waiting == []
    return step, exchange, asked


def outcome(gateway: Gateway, *answers: Answer, **more: Any) -> str:
    """The principal, or the reason of the refusal."""
    step, event, _ = send(gateway, answers, **more)
    assert isinstance(step, Pass) == bool(event.principal)
    return event.principal or str(event.reasons[0].id)


# fmt: off
ANSWERS: list[tuple[str, str, Answer]] = [
    ("it holds", "id:u1", told()),
    ("one of several audiences", "id:u1", told(aud=["billing", "api"])),
    ("no expiry is told", "id:u1", told(exp=...)),
    ("a client's own token", "id/client:app", told(sub=...)),
    ("a client called as somebody is", "id/client:u1", told(sub=..., client_id="u1")),
    ("scopes in a list", "id:u1", told(scope=["read"])),
    ("it does not hold", "token-inactive", Answer(200, "", b'{"active":false}')),
    ("`active` is text", "introspection-unavailable", told(active="true")),
    ("`active` is a number", "introspection-unavailable", told(active=1)),
    ("`active` is missing", "introspection-unavailable", told(active=...)),
    ("nothing in time", "introspection-unavailable", UNANSWERED),
    ("we are not known there", "introspection-unavailable", Answer(401, "", b"{}")),
    ("a redirect", "introspection-unavailable", Answer(302)),
    ("an error page", "introspection-unavailable", Answer(200, "text/html", b"<html>")),
    ("a list", "introspection-unavailable", Answer(200, "", b"[]")),
    ("nothing at all", "introspection-unavailable", Answer(200)),
    ("another API's token", "audience-mismatch", told(aud="billing")),
    ("no audience is told", "audience-mismatch", told(aud=...)),
    ("an audience that is none", "claim-invalid", told(aud=7)),
    ("expired", "token-expired", told(exp=NOW - 30)),
    ("an expiry that is text", "claim-invalid", told(exp="9999999999")),
    ("not yet valid", "token-not-yet-valid", told(nbf=NOW + 31)),
    ("nobody's", "claim-missing", told(sub=..., client_id=...)),
    ("a subject that is a number", "claim-invalid", told(sub=7)),
    ("a scope that is a number", "claim-invalid", told(scope=7)),
    ("bound to a key, sent as bearer", "binding-downgrade", told(cnf={"jkt": "k"})),
    ("bound to a certificate that is not there", "certificate-missing", told(cnf={"x5t#S256": "c"})),
    ("bound in an unknown way", "binding-unknown", told(cnf={"kid": "k"})),
]

SIGNED_ANSWERS: list[tuple[str, str, Answer]] = [
    ("it holds", "id:u1", signed()),
    ("for us among others", "id:u1", signed(claims={"aud": ["other", "gateway"]})),
    ("it does not hold", "token-inactive", signed(claims={"token_introspection": {"active": False}})),
    ("signed by somebody else", "introspection-unavailable", signed(key=ATTACKER_EC)),
    ("with a key that is not known", "introspection-unavailable", signed({"kid": "next"})),
    ("bringing its own key", "introspection-unavailable", signed({"jwk": EC.as_dict(private=False)})),
    ("another kind of token", "introspection-unavailable", signed({"typ": "at+jwt"})),
    ("for another client", "introspection-unavailable", signed(claims={"aud": "other"})),
    ("for nobody", "introspection-unavailable", signed(claims={"aud": ...})),
    ("of another server", "introspection-unavailable", signed(claims={"iss": "https://evil.example"})),
    ("an old one, sent again", "introspection-unavailable", signed(claims={"iat": NOW - 301})),
    ("without a time", "introspection-unavailable", signed(claims={"iat": ...})),
    ("saying nothing of a token", "introspection-unavailable", signed(claims={"token_introspection": ...})),
    ("an access token as the answer", "introspection-unavailable", Answer(200, "", token().encode())),
    ("one that is not signed", "introspection-unavailable", told()),
]
# fmt: on


def test_a_client_owns_nothing_of_whom_it_is_called_like() -> None:
    _, exchange, _ = sent(opaque(), [told(sub=..., client_id="u1")])
    assert not has_claim(exchange.principal, "sub", "u1")
    assert has_claim(exchange.principal, "client_id", "u1")


@pytest.mark.parametrize(("name", "expected", "answer"), ANSWERS, ids=[each[0] for each in ANSWERS])
def test_answer(name: str, expected: str, answer: Answer) -> None:
    assert outcome(opaque(), answer) == expected, name


@pytest.mark.parametrize(("name", "expected", "answer"), SIGNED_ANSWERS, ids=[each[0] for each in SIGNED_ANSWERS])
def test_signed_answer(name: str, expected: str, answer: Answer) -> None:
    assert outcome(opaque(SIGNED), answer) == expected, name


def test_what_is_asked() -> None:
    _, _, (question,) = send(opaque(), [told()])
    assert question.service == "introspection token"
    assert parse_qs(question.body.decode()) == {
        "token": ["2YotnFZFEjr1zCsicMWpAA"],
        "token_type_hint": ["access_token"],
    }
    assert (question.content_type, question.accept) == ("application/x-www-form-urlencoded", "application/json")
    _, _, (question,) = send(opaque(SIGNED), [signed()])
    assert question.accept == "application/token-introspection+jwt"


@pytest.mark.parametrize(
    "presented", ["Bearer a&token=b", "Bearer a b", 'Bearer "a"', "Bearer ä", "Bearer " + "a" * 4097]
)
def test_what_is_no_token_is_not_asked_about(presented: str) -> None:
    step, event, asked = send(opaque(), [], presented)
    assert isinstance(step, Refuse)
    assert asked == []
    assert event.reasons[0].id in {"token-malformed", "token-too-large"}


def test_jwt_is_verified_here_and_everything_else_asked_about() -> None:
    gateway = opaque()
    assert send(gateway, [], f"Bearer {token()}")[1].principal == "id:u1"
    assert outcome(gateway, authorization="Bearer a.b.c") == "token-malformed"


def test_an_answer_is_believed_for_a_while() -> None:
    gateway = opaque()
    assert outcome(gateway, told()) == "id:u1"
    assert outcome(gateway, now=NOW + 29) == "id:u1"
    assert outcome(gateway, told(), now=NOW + 30) == "id:u1"
    assert outcome(gateway, told(active=False), now=NOW + 60) == "token-inactive"
    assert outcome(gateway, now=NOW + 89) == "token-inactive"
    assert outcome(gateway, told(), now=NOW + 90) == "id:u1"


def test_never_longer_than_the_token_holds() -> None:
    gateway = opaque({**SETTINGS, "leeway": 0})
    assert outcome(gateway, told(exp=NOW + 5)) == "id:u1"
    assert outcome(gateway, now=NOW + 4) == "id:u1"
    assert outcome(gateway, told(active=False), now=NOW + 5) == "token-inactive"


def test_nothing_is_remembered_where_that_is_wished() -> None:
    gateway = opaque({**SETTINGS, "cache-seconds": 0, "leeway": 0})
    for _ in range(2):
        assert outcome(gateway, told(exp=...)) == "id:u1"
    assert outcome(gateway, told(active=False)) == "token-inactive"
    assert outcome(gateway, told(exp=...)) == "id:u1"


def test_no_answer_is_not_remembered() -> None:
    gateway = opaque()
    assert outcome(gateway, UNANSWERED) == "introspection-unavailable"
    assert outcome(gateway, told()) == "id:u1"


def test_a_server_that_is_down_says_come_back() -> None:
    step, _, _ = send(opaque(), [UNANSWERED])
    assert isinstance(step, Refuse)
    assert step.reply.status == 503
    assert dict(step.reply.headers)["retry-after"] == "5"


def test_tokens_of_one_scheme_are_not_those_of_another_setting() -> None:
    """What was believed under other settings is not believed under these: they are part of a token's name there."""
    gateway, stricter = opaque(), opaque({**SETTINGS, "audiences": ["other"]})
    assert outcome(gateway, told()) == "id:u1"
    stricter.policy.state.identity.tokens = gateway.policy.state.identity.tokens
    assert outcome(stricter, told()) == "audience-mismatch"


def test_a_bound_opaque_token() -> None:
    thumbprint = b64(CERTIFICATE.digest())
    gateway = opaque(**BY_CERTIFICATE)
    bound = told(cnf={"x5t#S256": thumbprint})
    assert outcome(gateway, told(), certificate=CERTIFICATE.hexdigest()) == "token-not-bound"
    again = opaque(**BY_CERTIFICATE)
    assert outcome(again, bound, certificate=CERTIFICATE.hexdigest()) == "id:u1"
    assert outcome(again, certificate="00" * 32) == "certificate-mismatch", "the binding is remembered with the token"


def test_any_audience_where_the_operator_insists() -> None:
    gateway = opaque({**SETTINGS, "audiences": [], "unsafe-any-audience": True})
    assert outcome(gateway, told(aud=...)) == "id:u1"
