"""What goes out to a third party."""

from typing import Any

import msgspec
import pytest
from tests.unit.controls.third_party import CONTRACT, JSON, OK, POST, forwarded, policy, send
from tests.unit.engine.drive import FORM, MULTIPART, TEXT

from garrison.core.decision import Disposition
from garrison.engine.pseudonyms import Pseudonyms

TO = {"to": "ada@example.com"}
CARD = "4111 1111 1111 1111"


def body_sent(body: Any, **outgoing: Any) -> Any:
    """What goes out of a JSON body; None where it goes out as it is."""
    mutation = forwarded(send(policy(outgoing=outgoing), body))
    return msgspec.json.decode(mutation.body) if mutation is not None and mutation.body is not None else None


# -- header fields


def test_only_declared_header_fields_and_those_of_http_go_out() -> None:
    headers = (
        ("accept", "*/*"), ("user-agent", "curl/8"), ("x-campaign", "spring"), ("authorization", "Bearer theirs"),
        ("x-employee", "7"), ("cookie", "lang=en; sid=secret"), ("traceparent", "00-1"),
        ("x-forwarded-for", "10.0.0.1"), ("forwarded", "for=10.0.0.1"), ("x-request-id", "1"), ("origin", "https://intranet.example"),
    )  # fmt: skip
    played = send(policy(), TO, headers)
    assert set(forwarded(played).drop_headers) == {
        "x-employee", "traceparent", "x-forwarded-for", "forwarded", "x-request-id", "origin",
    }  # fmt: skip
    assert forwarded(played).set_headers == (("cookie", "lang=en"),)
    assert played.reasons == ["header-withheld header.x-employee", "header-withheld header.cookie"]
    assert played.event.disposition is Disposition.REWRITTEN


def test_what_proxies_add_is_withheld_without_a_word() -> None:
    played = send(policy(), TO, (("x-forwarded-proto", "https"),))
    assert forwarded(played).drop_headers == ("x-forwarded-proto",)
    assert (played.reasons, played.event.disposition) == ([], Disposition.ALLOWED)


def test_a_credential_that_the_operation_does_not_demand_is_somebody_elses() -> None:
    played = send(policy(), None, (("authorization", "Bearer ours"), ("x-api-key", "theirs")), line="GET /v1/files")
    assert forwarded(played).drop_headers == ("authorization",)


def test_header_fields_that_the_settings_name_go_out() -> None:
    assert forwarded(send(policy(outgoing={"headers": ["X-Employee"]}), TO, (("x-employee", "7"),))) is None


def test_the_credential_is_added_and_the_callers_own_does_not_go_out() -> None:
    under = policy(outgoing={"credential": {"file": "/token"}})
    under.state.secrets = {"/token": "theirs"}
    mutation = forwarded(send(under, TO, (("authorization", "Bearer internal"),)))
    assert mutation.set_headers == (("authorization", "Bearer theirs"),)


@pytest.mark.parametrize(
    ("credential", "header"),
    [
        ({"header": "X-Api-Key", "scheme": ""}, ("x-api-key", "a:b")),
        ({"scheme": "Basic"}, ("authorization", "Basic YTpi")),
    ],
)
def test_credentials_of_other_kinds(credential: dict[str, str], header: tuple[str, str]) -> None:
    under = policy(outgoing={"credential": {"file": "/token", **credential}})
    under.state.secrets = {"/token": "a:b"}
    assert forwarded(send(under, TO)).set_headers == (header,)


def test_without_its_credential_nothing_goes_out() -> None:
    played = send(policy(outgoing={"credential": {"file": "/token"}}), TO)
    assert (played.refused, played.event.reasons[0].id) == (503, "credential-unavailable")


def test_the_credential_is_added_where_the_gateway_only_monitors() -> None:
    under = policy({"mode": "monitor"}, outgoing={"credential": {"file": "/token"}})
    under.state.secrets = {"/token": "theirs"}
    played = send(under, TO, (("x-employee", "7"),))
    assert forwarded(played).set_headers == (("authorization", "Bearer theirs"),)
    assert forwarded(played).drop_headers == ()
    assert played.observed == ["header-withheld header.x-employee"]


# -- data


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ({"note": f"pay {CARD}"}, {"note": "pay (card)"}),
        ({"note": "ask bob@example.com"}, {"note": "ask (email)"}),
        ({"tags": ["a", "bob@example.com"]}, {"tags": ["a", "(email)"]}),
        ({"more": {"why": "sk_live_0123456789abcdef"}}, {"more": {"why": "(credential)"}}),
        ({"more": {"bob@example.com": "x", "why": "y"}}, {"more": {"why": "y"}}),
        ({"count": 4111111111111111}, {}),
    ],
)
def test_data_that_the_contract_does_not_ask_for_is_cut_out(given: Any, left: Any) -> None:
    assert body_sent({**TO, **given}) == {**TO, **left}


def test_what_the_contract_declares_goes_out_as_it_is() -> None:
    assert body_sent({**TO, "customerId": "bob@example.com", "note": "hello"}) is None


def test_data_that_never_leaves_is_taken_out() -> None:
    assert body_sent({**TO, "bloodType": "A+", "note": "x"}, never=["health"]) == {**TO, "note": "x"}


def test_data_that_never_leaves_and_that_the_contract_requires_is_refused() -> None:
    played = send(policy(outgoing={"never": ["email"]}), TO)
    assert (played.refused, played.reasons) == (403, ["forbidden-data body/to"])
    assert [reason.id for reason in played.event.reasons] == ["forbidden-data"]


def test_where_the_settings_say_so_it_is_refused() -> None:
    played = send(policy(outgoing={"action": "refuse"}), {**TO, "note": CARD})
    assert (played.refused, played.reasons) == (403, ["undeclared-data body/note"])


def test_nothing_is_looked_for_that_nobody_wants() -> None:
    assert body_sent({**TO, "note": CARD}, **{"look-for": ["email"]}) is None


def test_a_redaction_that_would_break_the_contract_is_a_refusal() -> None:
    assert body_sent({**TO, "note": "z" * 52 + " a@b.de"}) == {**TO, "note": "z" * 52 + " (email)"}
    played = send(policy(), {**TO, "note": "z" * 53 + " a@b.de"})  # as long as may be, and `(email)` is longer
    assert (played.refused, played.reasons) == (403, ["undeclared-data body/note"])


def test_forms_are_cut_like_objects() -> None:
    played = send(policy(), b"to=ada%40example.com&note=call+bob%40example.com", kind=FORM)
    assert forwarded(played).body == b"to=ada%40example.com&note=call+%28email%29"
    again = send(policy(), b"to=ada%40example.com&note=x&note=call+bob%40example.com", kind=FORM)
    assert "body-invalid body/note" in again.reasons


def test_texts_are_cut() -> None:
    assert forwarded(send(policy(), b"from bob@example.com", kind=TEXT)).body == b"from (email)"


def test_bodies_in_several_parts_are_refused() -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
    whole = part % (b"to", b"ada@example.com") + part % (b"note", CARD.encode()) + b"--b--\r\n"
    assert send(policy(), whole, kind=MULTIPART).reasons == ["undeclared-data body/note"]


def test_queries_and_header_fields_are_cut_and_paths_refused() -> None:
    played = send(policy(), TO, (("x-campaign", "for bob@example.com"),), line=f"{POST}?mode=to%20bob@example.com")
    assert forwarded(played).target == "/v1/messages?mode=to+%28email%29"
    assert forwarded(played).set_headers == (("x-campaign", "for (email)"),)
    refused = send(policy(), line="GET /v1/customers/7/calls/bob@example.com")
    assert refused.reasons == ["undeclared-data path.number"]


def test_a_parameter_that_never_leaves_is_left_out_or_refused() -> None:
    contract = CONTRACT.replace("name: mode, in: query", "name: mobile, in: query")
    sent = f"{POST}?mobile=12345"
    assert (
        forwarded(send(policy(contract=contract, outgoing={"never": ["phone"]}), TO, line=sent)).target
        == "/v1/messages"
    )
    required = contract.replace("in: query, schema", "in: query, required: true, schema")
    assert send(policy(contract=required, outgoing={"never": ["phone"]}), TO, line=sent).reasons == [
        "forbidden-data query.mobile"
    ]


def test_what_names_somebody_may_be_any_identifier() -> None:
    assert send(policy(), line="GET /v1/customers/ada@example.com/calls/7", answer=None).reasons == []


def test_in_monitor_mode_nothing_changes() -> None:
    played = send(policy({"mode": "monitor"}), {**TO, "note": CARD, "zz": 1}, (("x-employee", "7"),))
    assert forwarded(played) is None
    assert played.observed == [
        "header-withheld header.x-employee", "undeclared-property body/zz", "undeclared-data body/note",
    ]  # fmt: skip


# -- the record


def test_whose_data_went_out_is_on_record() -> None:
    under = policy()
    under.state.pseudonyms = Pseudonyms(b"k" * 32, 3)
    event = send(under, {"to": "ada@example.com", "customerId": "c7", "bloodType": "A"}).event
    assert (event.recipient, event.key) == ("third-party:mail.example", 3)
    (one,) = event.sent
    assert (one.kind, one.types) == ("customer", ("email", "health"))
    assert one.subjects == (under.state.pseudonyms.digest("customer", "c7"),)


def test_who_is_named_by_nothing_else_is_named_by_an_address() -> None:
    (one,) = send(policy(), TO).event.sent
    assert (one.kind, one.types) == ("email", ("email",))


def test_whose_data_was_cut_out_did_not_go_out() -> None:
    played = send(policy(outgoing={"never": ["account"]}), {**TO, "customerId": "c7", "bloodType": "A"})
    assert [one.kind for one in played.event.sent] == ["customer"]
    taken = send(policy(outgoing={"never": ["health"]}), {**TO, "customerId": "c7", "bloodType": "A"})
    assert [one.types for one in taken.event.sent] == [("email",)]


def test_what_was_refused_went_nowhere() -> None:
    assert send(policy(), {**TO, "zz": 1}).event.sent == ()


def test_what_was_asked_is_on_record_though_the_answer_is_refused() -> None:
    event = send(policy(), TO, answer=(OK[0], b'{"nope":1}')).event
    assert event.allowed is False
    assert [one.kind for one in event.sent] == ["email"]


def test_exceptions_spare_whom_they_name() -> None:
    spared = {"reason": "header-withheld", "principal": "anonymous", "expires": "2100-01-01"}
    played = send(policy(outgoing={"except": [spared]}), TO, (*JSON[:0], ("x-employee", "7")))
    assert forwarded(played) is None
    assert played.observed == ["header-withheld header.x-employee"]
