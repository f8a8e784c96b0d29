import json
from html import escape

import msgspec
import pytest
from tests.unit.assess.made import OP, exchanged, json_answer, numbered

from garrison.assess.call import Answer
from garrison.assess.evidence import MAX_BODY, masked, secrets_of, step_of
from garrison.assess.identity import Credential, Identity, fixed
from garrison.assess.probe import Exchange
from garrison.assess.request import Request
from garrison.core.finding import Step

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbCJ9.c2lnbmF0dXJl"
SHOWN = Credential((("authorization", f"Bearer {TOKEN}"), ("x-key", "key-12345678")), (("k", "query-secret"),),
                   (("sid", "cookie-secret"),))  # fmt: skip
ALICE = Identity("alice", fixed(SHOWN), secret=("al", "the-password"))


def sent(request: Request, answer: Answer, identity: Identity = ALICE) -> Exchange:
    call = request.call(SHOWN.headers, SHOWN.query, SHOWN.cookies)
    return Exchange(request, call, answer, identity, SHOWN, says="alice reads it")


def step(request: Request, answer: Answer) -> Step:
    exchange = sent(request, answer)
    return step_of(exchange, secrets_of([exchange], [ALICE]))


def test_no_credential_is_in_a_step() -> None:
    request = Request(OP, "POST", "/login", body={"username": "al", "password": "the-password"})
    answer = json_answer({"token": TOKEN, "text": f"it is {TOKEN}"}, set_cookie="sid=cookie-secret; HttpOnly")
    made = step(request, answer)
    text = msgspec.json.encode(made).decode()
    for secret in (TOKEN, "key-12345678", "query-secret", "cookie-secret", "the-password"):
        assert secret not in text
    assert ("authorization", "Bearer {alice}") in made.headers
    assert '"password":"{password of alice}"' in made.body
    assert made.identity == "alice"
    assert made.says == "alice reads it"


SECRET = 'k\u00e9y+with/"slash"==&<x>'


@pytest.mark.parametrize("media_type", ["application/json", "application/x-www-form-urlencoded"])
def test_no_secret_is_in_a_step_whatever_way_it_is_written(media_type: str) -> None:
    shown = Credential(query=(("api_key", SECRET),))
    bob = Identity("bob", fixed(shown), secret=("bob", SECRET))
    request = Request(OP, "POST", "/login", body={"name": "bob", "word": SECRET}, media_type=media_type)
    call = request.call(query=shown.query)
    for text in (f"<p>{escape(call.target)}</p>", call.target, json.dumps({"you sent": SECRET}), escape(SECRET)):
        exchange = Exchange(request, call, Answer(200, (), text.encode()), bob, shown)
        made = step_of(exchange, secrets_of([exchange], [bob]))
        assert "slash" not in msgspec.json.encode(made).decode()
        assert made.url == "/login?api_key={bob}"


def test_a_new_token_in_an_answer_is_masked_too() -> None:
    made = step(Request(OP, "GET", "/a"), json_answer({"note": f"use {TOKEN[:-4]}AAAA from now on"}))
    assert "eyJ" not in made.answer


def test_secrets_and_personal_values_are_masked_by_name_and_by_value() -> None:
    value = {
        "password": "hunter2", "apiKey": "abc", "token": "t-1", "email": "mail@somebody.example", "note": "plain",
        "contact": "write to mail@somebody.example", "id": 7,
    }  # fmt: skip
    shown = masked(value)
    assert shown["password"] == shown["apiKey"] == shown["token"] == "(secret)"
    assert shown["email"].startswith("(")
    assert (shown["note"], shown["id"]) == ("plain", 7)


def test_what_the_assessment_made_up_stays() -> None:
    assert masked({"email": "grsn12@example.com", "note": "grsn13"}) == {
        "email": "grsn12@example.com",
        "note": "grsn13",
    }


def test_long_lists_and_bodies_are_cut_and_what_is_ours_comes_first() -> None:
    shown = masked([{"a": n} for n in range(9)] + [{"a": "grsn1"}])
    assert shown[0] == {"a": "grsn1"}
    assert shown[-1] == "... 7 more"
    made = step(Request(OP, "GET", "/a"), Answer(200, body=b"x" * 5_000))
    assert len(made.answer) < MAX_BODY + 40
    assert made.answer.endswith("(5,000 characters)")


def test_only_headers_that_matter_are_shown() -> None:
    made = step(Request(OP, "GET", "/a"), json_answer({}, location="/b", x_internal="host-7", allow="GET"))
    assert {name for name, _ in made.answer_headers} == {"content-type", "location", "allow"}


def test_nobody_has_no_name_and_faults_are_told() -> None:
    exchange = exchanged(Request(OP, "GET", "/a"), Answer(fault="no answer within 10 s"))
    made = step_of(exchange, {})
    assert (made.identity, made.status, made.fault) == ("", 0, "no answer within 10 s")


def test_short_values_are_no_secrets_that_blot_out_everything() -> None:
    exchange = exchanged(Request(OP, "GET", "/a"), json_answer({"a": "1 of 10"}), numbered("bob"))
    exchange = msgspec.structs.replace(exchange, credential=Credential(query=(("k", "1"),)))
    assert step_of(exchange, secrets_of([exchange], [])).answer == '{"a":"1 of 10"}'
