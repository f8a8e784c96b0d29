"""Schemes in combination: any one alternative, all schemes of it, and what those who are refused are told."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest
from tests.unit.identity.mint import BOUND, CLAIMS, ISSUER, NOW, OTHER, RSA, SECRET, THEIRS, proof, token

from garrison.config.load import load_settings
from garrison.core.countermeasure import Action, Countermeasure, parse_target
from garrison.core.event import Event
from garrison.core.http import Headers, Peer, RequestHead
from garrison.core.ids import EventId
from garrison.core.question import Answer
from garrison.engine.exchange import Exchange
from garrison.engine.measures import Measures
from garrison.engine.plan import Policy
from garrison.engine.state import State
from garrison.engine.step import Ask, Pass, Refuse, Step
from garrison.identity.keys import IssuerKeys, read_jwks
from garrison.wiring import build_policy

SCHEMES: Mapping[str, Any] = {
    "token": {"type": "oauth2", "flows": {}},
    "staff": {"type": "apiKey", "in": "header", "name": "X-Staff-Token"},
    "opaque": {"type": "apiKey", "in": "header", "name": "X-Opaque"},
    "field": {"type": "apiKey", "in": "header", "name": "Authorization"},
    "dpop": {"type": "http", "scheme": "dpop"},
    "digest": {"type": "http", "scheme": "digest"},
    "query": {"type": "apiKey", "in": "query", "name": "token"},
    "idle": {"type": "http", "scheme": "bearer"},
    "signed": {"type": "http", "scheme": "signature"},
}
OWN: Mapping[str, Any] = {"jwt": [{"issuer": ISSUER, "audiences": ["api"], "realm": "id"}]}
WAYS: Mapping[str, Any] = {
    **dict.fromkeys(("token", "field", "dpop", "digest", "query"), OWN),
    "staff": {"jwt": [{"issuer": OTHER, "audiences": ["api"], "realm": "staff"}]},
    "opaque": {"introspection": {"url": "https://o.example", "audiences": ["api"], "realm": "opaque"}},
}
GOOD = ("authorization", f"Bearer {token()}")
STALE = ("authorization", f"Bearer {token(claims={'exp': NOW - 60})}")
STAFF_TOKEN = token(
    {"alg": "ES256", "kid": "theirs"},
    {"iss": OTHER, "sub": "s1", "scope": "audit", "exp": NOW + 60},
    "ES256",
    THEIRS,
)
STAFF = ("x-staff-token", STAFF_TOKEN)
BOUND_ONE = ("authorization", f"DPoP {BOUND}")
HOLDS = Answer(200, "", json.dumps({"active": True, "sub": "o1", "aud": "api"}).encode())

LAPSED = Answer(200, "", b'{"active": false}')


def policy(security: Any, ways: Mapping[str, Any] = WAYS, more: str = "", **own: Any) -> Policy:
    """A policy for one operation that is secured with `security`; `...` says nothing of it."""
    operation = {"operationId": "list", "responses": {"200": {"description": "ok"}}}
    contract = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "components": {"securitySchemes": SCHEMES},
        "paths": {
            "/things": {"get": operation if security is ... else {**operation, "security": security}},
            # so that every scheme that is configured is demanded somewhere
            "/rest": {"get": {"responses": {"200": {"description": "ok"}}, "security": [{name: []} for name in ways]}},
        },
    }
    settings = {
        "mode": more or "enforce",
        "contract": {"file": "c"},
        "controls": {"authentication": {"schemes": ways, **own}},
    }
    state = State(SECRET)
    for issuer, key in ((ISSUER, RSA), (OTHER, THEIRS)):
        document = json.dumps({"keys": [key.as_dict(private=False)]}).encode()
        state.identity.keys.put(issuer, IssuerKeys(read_jwks(document), NOW))
    text = json.dumps(contract).encode()
    return build_policy(load_settings(json.dumps(settings).encode(), "g"), read=lambda _: text, state=state)


def send(under: Policy, headers: Headers = (), answers: Sequence[Answer] = ()) -> tuple[Step, Event, Exchange]:
    head = RequestHead("GET", "/things", "api.example", headers, Peer("192.0.2.1"), "https")
    exchange, waiting = Exchange(under, EventId("0" * 36), NOW), list(answers)
    step = exchange.request(head)
    while isinstance(step, Ask):
        step = exchange.answer(waiting.pop(0))
    assert waiting == []
    return step, exchange.close(NOW), exchange


def outcome(under: Policy, *headers: tuple[str, str], answers: Sequence[Answer] = ()) -> str:
    """The principal (`-` for nobody), or the reason of the refusal."""
    step, event, _ = send(under, headers, answers)
    return (event.principal or "-") if isinstance(step, Pass) else str(event.reasons[0].id)


ANY: list[Any] = [{"token": []}, {"staff": []}]
ALL: list[Any] = [{"token": [], "staff": []}]
PUBLIC: dict[str, Any] = {"unsafe-anonymous": True}
OPEN: list[Any] = [{"token": []}, {}]


@pytest.mark.parametrize(
    ("security", "headers", "expected"),
    [
        ([{"token": []}], [GOOD], "id:u1"),
        ([{"token": []}], [], "credential-missing"),
        ([{"token": []}], [("authorization", "Basic dTpw")], "credential-missing"),
        ([{"token": []}], [("authorization", "Bearer ")], "credential-missing"),
        ([{"token": []}], [STAFF], "credential-missing"),
        (ANY, [GOOD], "id:u1"),
        (ANY, [STAFF], "staff:s1"),
        (ANY, [GOOD, STAFF], "id:u1"),
        # what the API behind may read instead must hold as well
        (ANY, [STALE, STAFF], "token-expired"),
        (ANY[::-1], [STALE, STAFF], "token-expired"),
        (ANY, [GOOD, ("x-staff-token", token())], "issuer-unknown"),
        ([*ANY, {}], [STALE, STAFF], "token-expired"),
        ([{"token": [], "staff": []}, {"staff": []}], [STALE, STAFF], "token-expired"),
        ([{"staff": []}], [STALE, STAFF], "staff:s1"),
        ([{"token": []}, {"field": []}, {"staff": []}], [GOOD, STAFF], "id:u1"),
        ([{"dpop": []}, {"token": []}], [GOOD], "id:u1"),
        (ANY, [STALE], "token-expired"),
        (ANY, [], "credential-missing"),
        (ALL, [GOOD, STAFF], "id:u1"),
        (ALL, [GOOD], "credential-missing"),
        (ALL, [STAFF], "credential-missing"),
        (ALL, [STALE, STAFF], "token-expired"),
        (OPEN, [GOOD], "id:u1"),
        (OPEN, [STALE], "token-expired"),
        (OPEN, [], "principal-required"),
        ([{}], [], "principal-required"),
        ([], [GOOD], "principal-required"),
        (..., [GOOD], "principal-required"),
        # nothing is configured for the scheme, or nothing that it could carry
        ([{"idle": []}], [GOOD], "scheme-not-configured"),
        ([{"idle": [], "token": []}], [GOOD], "scheme-not-configured"),
        ([{"idle": []}, {"token": []}], [GOOD], "id:u1"),
        ([{"digest": []}], [GOOD], "scheme-not-configured"),
        ([{"query": []}], [GOOD], "scheme-not-configured"),
        ([{"nowhere": []}], [GOOD], "scheme-not-configured"),
        # where a scheme has its token
        ([{"field": []}], [GOOD], "id:u1"),
        ([{"field": []}], [("authorization", token())], "credential-missing"),
        ([{"staff": []}], [("x-staff-token", f"Bearer {STAFF_TOKEN}")], "token-malformed"),
        ([{"staff": []}], [("authorization", f"Bearer {STAFF_TOKEN}")], "credential-missing"),
        ([{"staff": []}], [("x-staff-token", token())], "issuer-unknown"),
        ([{"dpop": []}], [GOOD], "credential-missing"),
        ([{"dpop": []}], [BOUND_ONE, ("dpop", proof())], "id:u1"),
    ],
)
def test_combination(security: Any, headers: list[tuple[str, str]], expected: str) -> None:
    assert outcome(policy(security), *headers) == expected


def test_anyone_may_where_the_operator_insists() -> None:
    opened: list[Any] = [..., [], [{}], OPEN]
    for security in opened:
        assert outcome(policy(security, **PUBLIC)) == "-"
    assert outcome(policy(OPEN, **PUBLIC), STALE) == "token-expired"
    assert outcome(policy(OPEN, **PUBLIC), GOOD) == "id:u1"
    assert outcome(policy(ANY, **PUBLIC)) == "credential-missing", "only what the contract opens"


def test_with_nothing_configured_it_has_nothing_to_do() -> None:
    plan = policy(ANY, {}).plans[0]
    assert [entry.state for entry in plan.entries if entry.control == "authentication"] == ["idle"]
    assert outcome(policy(ANY, {})) == "-"


def test_all_schemes_make_one_principal() -> None:
    _, _, exchange = send(policy(ALL), (GOOD, STAFF))
    assert exchange._facts is not None
    found = exchange._facts.principal
    assert (found.id, list(found.schemes)) == ("id:u1", ["token", "staff"])
    assert found.scopes == frozenset({"read", "write", "audit"})
    assert (found.expires, CLAIMS["exp"]) == (NOW + 60, NOW + 300), "the shortest life counts"


@pytest.mark.parametrize("target", ["principal:id:u1", "principal:staff:s1", "subject:s1"])
def test_whoever_a_scheme_proved_can_be_blocked_or_revoked(target: str) -> None:
    under = policy(ALL)
    assert outcome(under, GOOD, STAFF) == "id:u1"
    for action, reason in ((Action.BLOCK, "principal-blocked"), (Action.REVOKE, "credential-revoked")):
        measure = Countermeasure(action, *parse_target(target), NOW - 1, issued_before=NOW + 1)
        under.state.measures = Measures([measure])
        assert outcome(under, GOOD, STAFF) == reason


def test_a_proof_counts_once_for_all_alternatives() -> None:
    """The first alternative uses the proof and fails for its other scheme: the second must not find it used."""
    under = policy([{"token": [], "staff": []}, {"token": []}])
    assert outcome(under, BOUND_ONE, ("dpop", proof())) == "id:u1"
    assert outcome(under, BOUND_ONE, ("dpop", proof())) == "proof-replayed"
    assert outcome(policy(OPEN), BOUND_ONE, ("dpop", proof())) == "id:u1"


def test_a_proof_counts_once_while_another_scheme_asks() -> None:
    under = policy([{"token": [], "opaque": []}])
    headers = (BOUND_ONE, ("dpop", proof()), ("x-opaque", "abc"))
    assert outcome(under, *headers, answers=[HOLDS]) == "id:u1"
    assert outcome(under, *headers) == "proof-replayed"


def test_another_alternative_is_asked_about_where_it_is_presented() -> None:
    either: Any = [{"token": []}, {"opaque": []}]
    assert outcome(policy(either), GOOD, ("x-opaque", "abc"), answers=[HOLDS]) == "id:u1"
    assert outcome(policy(either), GOOD, ("x-opaque", "abc"), answers=[LAPSED]) == "token-inactive"
    assert outcome(policy(either), GOOD) == "id:u1"
    assert outcome(policy(either), STALE, ("x-opaque", "abc"), answers=[HOLDS]) == "token-expired"


@pytest.mark.parametrize("order", [1, -1])
def test_whoever_another_alternative_proved_can_be_blocked_too(order: int) -> None:
    under = policy(ANY[::order])
    under.state.measures = Measures([Countermeasure(Action.BLOCK, *parse_target("principal:id:u1"), NOW - 1)])
    assert outcome(under, STAFF) == "staff:s1"
    assert outcome(under, GOOD, STAFF) == "principal-blocked"


def test_a_signature_beside_a_token_is_looked_at() -> None:
    ways = {**WAYS, "signed": {"signature": {"jwks-file": "keys.json"}}}
    signed = ("signature-input", "sig=()"), ("signature", "sig=:eA==:")
    either: list[Any] = [{"token": []}, {"signed": []}]
    for security in (either, either[::-1]):
        assert outcome(policy(security, ways), GOOD, *signed) == "keys-unavailable"
        assert outcome(policy(security, ways), GOOD) == "id:u1"


def test_a_proof_beside_another_credential_counts_once() -> None:
    under = policy([{"staff": []}, {"token": []}])
    assert outcome(under, STAFF, BOUND_ONE, ("dpop", proof())) == "staff:s1"
    assert outcome(under, STAFF, BOUND_ONE, ("dpop", proof())) == "proof-replayed"


BEARER = 'Bearer realm="api"'
PROOFS = 'DPoP algs="ES256 EdDSA PS256 RS256"'


@pytest.mark.parametrize(
    ("security", "headers", "expected"),
    [
        (..., [], [BEARER]),
        ([{"idle": []}], [], [BEARER]),
        ([{"token": []}], [], [BEARER]),
        (ANY, [], [BEARER]),
        ([{"dpop": []}], [], [PROOFS]),
        ([{"token": []}, {"dpop": []}], [], [BEARER, PROOFS]),
        ([{"token": []}], [STALE], [f'{BEARER}, error="invalid_token"']),
        ([{"token": []}], [("authorization", "Bearer x")], [f'{BEARER}, error="invalid_token"']),
        ([{"token": []}], [BOUND_ONE], [f'{PROOFS}, error="invalid_dpop_proof"']),
        ([{"token": []}], [("authorization", f"DPoP {token()}")], [f'{PROOFS}, error="invalid_token"']),
    ],
)
def test_challenges(security: Any, headers: list[tuple[str, str]], expected: list[str]) -> None:
    step, _, _ = send(policy(security), tuple(headers))
    assert isinstance(step, Refuse)
    assert step.reply.status == 401
    assert [value for name, value in step.reply.headers if name == "www-authenticate"] == expected


def test_a_client_cannot_tell_why_its_token_was_refused() -> None:
    under = policy([{"token": []}])
    replies = set()
    for text in (
        token(claims={"exp": NOW - 60}),
        token(claims={"aud": "x"}),
        token({"kid": "next"}),
        "x",
        f"{token()}A",
    ):
        step, _, _ = send(under, (("authorization", f"Bearer {text}"),))
        assert isinstance(step, Refuse)
        replies.add((step.reply.status, step.reply.headers, step.reply.body))
    assert len(replies) == 1


def test_the_nonce_that_is_handed_out_is_the_one_that_is_taken() -> None:
    ways = {"token": {**OWN, "dpop": {"nonce": True}}}
    under = policy([{"token": []}], ways)
    step, _, _ = send(under, (BOUND_ONE, ("dpop", proof())))
    assert isinstance(step, Refuse)
    headers = dict(step.reply.headers)
    assert headers["www-authenticate"] == f'{PROOFS}, error="use_dpop_nonce"'
    assert outcome(under, BOUND_ONE, ("dpop", proof(claims={"nonce": headers["dpop-nonce"], "jti": "p2"}))) == "id:u1"


def test_monitoring_lets_everyone_in_and_says_who_would_not_be() -> None:
    step, event, _ = send(policy([{"token": []}], more="monitor"), (STALE,))
    assert step == Pass()
    assert [reason.id for reason in event.observed] == ["token-expired"]
    assert event.principal == ""


def claimed(under: Policy, *headers: tuple[str, str], answers: Sequence[Answer] = ()) -> str:
    return send(under, headers, answers)[1].claimed


LATE = ("authorization", f"Bearer {token(claims={**CLAIMS, 'exp': NOW - 60})}")


def test_the_account_of_a_refused_credential_is_told_by_a_digest() -> None:
    under = policy([{"token": []}])
    step, event, _ = send(under, (LATE,))
    digest = under.state.pseudonyms.digest
    assert isinstance(step, Refuse)
    assert event.claimed == digest("account-name", "u1")
    assert event.key == under.state.pseudonyms.number
    assert b"u1" not in msgspec.json.encode(event).replace(event.claimed.encode(), b"")
    others = [("authorization", f"Bearer {token(claims={'sub': name, 'exp': NOW - 60})}") for name in ("u2", "u3")]
    assert [claimed(under, one) for one in others] == [digest("account-name", name) for name in ("u2", "u3")]


def test_a_forged_credential_tells_whom_it_was_for() -> None:
    under = policy([{"token": []}])
    head, payload, _ = token().split(".")
    forged = ("authorization", f"Bearer {head}.{payload}.{'A' * 86}")
    assert claimed(under, forged) == under.state.pseudonyms.digest("account-name", "u1")


@pytest.mark.parametrize("headers", [[], [GOOD], [("authorization", "Bearer x.y.z")], [("authorization", "Bearer x")]])
def test_no_account_is_told_where_none_is_refused_or_known(headers: list[tuple[str, str]]) -> None:
    assert claimed(policy([{"token": []}]), *headers) == ""


def test_where_it_only_monitors_the_account_is_told_as_well() -> None:
    under = policy([{"token": []}], more="monitor")
    assert claimed(under, LATE) == under.state.pseudonyms.digest("account-name", "u1")
