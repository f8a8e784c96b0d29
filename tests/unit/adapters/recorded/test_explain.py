"""Explanations name every control, and propose what really turns the decision."""

from typing import Any

import pytest
from msgspec.structs import replace
from tests.unit.adapters.recorded.recording import SPECS, get, policy, post, rebuild, settings

from garrison.adapters.recorded.exchange import RecordedExchange
from garrison.adapters.recorded.explain import Explanation, explain
from garrison.adapters.recorded.instead import described, instead
from garrison.adapters.recorded.play import play
from garrison.config.patch import patched
from garrison.core.decision import Disposition, FailMode, Reason
from garrison.core.http import ResponseHead
from garrison.core.ids import ControlId, ReasonId
from garrison.engine.answers import Answered

BAD_LIMIT = get("/pets?limit=0")


def explained(recorded: RecordedExchange, *, kept: bool, **given: Any) -> Explanation:
    judged = policy(**given)
    event = play(judged, recorded).event
    return explain(event, recorded if kept else None, judged, settings(**given), SPECS, rebuild)


def answers(result: Explanation) -> dict[str, Answered]:
    return {str(one.control): one.answer for one in result.answers}


@pytest.mark.parametrize("kept", [True, False])
def test_denied_in_the_head(kept: bool) -> None:
    result = explained(BAD_LIMIT, kept=kept, controls={"error-leakage": {"mode": "off"}})
    assert [(name, answer) for name, answer in answers(result).items() if answer is not Answered.IDLE] == [
        ("canonical-form", Answered.NO_OBJECTION),
        ("blocking", Answered.NO_OBJECTION),
        ("inventory", Answered.GRANTED),
        ("request-limits", Answered.NO_OBJECTION),
        ("media-type", Answered.NO_OBJECTION),
        ("revocation", Answered.NO_OBJECTION),
        ("rate-limit", Answered.NO_OBJECTION),
        ("circuit-breaker", Answered.OFF),
        ("request-schema", Answered.OBJECTED),
        ("outgoing", Answered.OFF),
        ("payload", Answered.NOT_ASKED),
        ("incoming", Answered.OFF),
        ("response-schema", Answered.NOT_ASKED),
        ("exposure", Answered.NO_OBJECTION),
        ("error-leakage", Answered.OFF),
    ]
    assert (result.turns_to, result.is_replayed, result.decided_now) == ("allow", kept, None)
    assert result.instead == ("`query.limit`: integer of at least 1, of at most 100",)
    own = {"match": "listPets", "controls": {"request-schema": {"mode": "monitor"}}}
    assert (result.change.patch, result.change.verified) == ({"operations": [own]}, kept)


@pytest.mark.parametrize("kept", [True, False])
def test_undescribed_has_idle_controls(kept: bool) -> None:
    found = answers(explained(get("/cats"), kept=kept))
    assert (found["inventory"], found["request-schema"]) == (Answered.OBJECTED, Answered.IDLE)


HEAD = get(method="HEAD")
CASES = [
    (get("/pets?page=2"), {"request-schema": {"undeclared-query": "allow"}}, "`query.page`: leave it out; declared"),
    (get("/pets", ("x-http-method-override", "PUT")), {"canonical-form": {"allow-method-override": True}}, "`header"),
    (get("/pets?limit=7&" + "&" * 9000), {"request-limits": {"uri-bytes": 9014}}, "`target`: at most 8192"),
    (get("/pets", *[("a", "b")] * 120), {"request-limits": {"header-count": 120}}, "`header`: at most 100"),
    (
        post(b"[" * 40 + b"]" * 40),
        {"request-limits": {"json-depth": 40}, "request-schema": {"mode": "monitor"}},
        "`body`: at most 32 levels",
    ),
    (post(b""), {"request-schema": {"mode": "monitor"}}, "`body`: a body of `application/json`"),
    (post(b"{"), {"canonical-form": {"mode": "monitor"}}, "`body`: one JSON text in UTF-8 (RFC 8259)"),
]  # fmt: skip


@pytest.mark.parametrize(("recorded", "controls", "instead"), CASES)
def test_least_change_that_allows(recorded: RecordedExchange, controls: Any, instead: str) -> None:
    result = explained(recorded, kept=True)
    assert result.change.patch["operations"][0]["controls"] == controls
    assert result.change.verified
    assert result.instead[0].startswith(instead)
    assert play(rebuild(patched(settings(), result.change.patch)), recorded).event.allowed


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize(
    ("recorded", "setting"),
    [(HEAD, "allow-head"), (get("/cats"), "unsafe-allow-undescribed")],
    ids=["head", "undescribed"],
)
def test_undescribed_is_granted_for_all(recorded: RecordedExchange, setting: str, kept: bool) -> None:
    assert explained(recorded, kept=kept).change.patch == {"controls": {"inventory": {setting: True}}}


@pytest.mark.parametrize("size", [400, 60])
def test_bound_on_a_body(size: int) -> None:
    limits = {"body-bytes": 50, "inspected-bytes": 50}
    body = b'{"name": "%s"}' % (b"x" * size)
    result = explained(post(body), kept=True, controls={"request-limits": limits})
    bounds = {"body-bytes": len(body), "inspected-bytes": len(body)}
    assert result.change.patch["operations"][0]["controls"]["request-limits"] == bounds
    cut = explained(post(body[:55], is_whole=False), kept=True, controls={"request-limits": limits})
    assert cut.change.patch["operations"][0]["controls"]["request-limits"] == {"mode": "monitor"}


def test_response_at_fault() -> None:
    broken = replace(get(), response_body=b"{}")
    result = explained(broken, kept=True, controls={"response-schema": {"mode": "enforce"}})
    assert result.instead == ("`body`: nothing to send: the answer was at fault (must be of type `array`)",)
    assert result.change.patch["operations"][0]["controls"] == {"response-schema": {"mode": "monitor"}}
    assert result.change.verified


@pytest.mark.parametrize("kept", [True, False])
def test_failed_control(kept: bool) -> None:
    judged = policy()
    event = play(judged, BAD_LIMIT).event
    failed = tuple(replace(reason, id="control-error", status=500) for reason in event.reasons)
    event = replace(event, reasons=failed, errors=("request-schema",), disposition=Disposition.ERROR)
    result = explain(event, get() if kept else None, judged, settings(), SPECS, rebuild)
    assert (result.is_replayed, result.is_otherwise_alone) == (False, kept), "played alone it does not fail"
    assert answers(result)["request-schema"] is Answered.FAILED
    controls = {"request-schema": {"fail": FailMode.OPEN}}
    assert result.change.patch == {"operations": [{"match": "listPets", "controls": controls}]}


@pytest.mark.parametrize("kept", [True, False])
def test_what_went_before_is_not_forgotten(kept: bool) -> None:
    """A budget that is spent when the exchange comes is not when it is played alone."""
    judged = policy()
    spent = Reason(
        ReasonId("budget-exceeded"), ControlId("exposure"), 403, "response", "`hour`: 200 of 200 in 1h, 1 more"
    )
    event = replace(play(judged, get()).event, allowed=False, disposition=Disposition.BLOCKED, reasons=(spent,))
    result = explain(event, get() if kept else None, judged, settings(), SPECS, rebuild)
    assert (result.is_replayed, result.is_otherwise_alone, result.decided_now) == (False, kept, None)
    assert answers(result)["exposure"] is Answered.OBJECTED
    assert result.turns_to == "allow"
    assert result.instead == ("`response`: fewer people (`hour`: 200 of 200 in 1h, 1 more)",)


def test_a_budget_that_is_only_observed_denies_where_it_is_enforced() -> None:
    judged = policy()
    spent = Reason(
        ReasonId("budget-exceeded"), ControlId("exposure"), 403, "response", "`hour`: 200 of 200 in 1h, 1 more"
    )
    event = replace(play(judged, get()).event, disposition=Disposition.LOGGED, observed=(spent,))
    result = explain(event, None, judged, settings(), SPECS, rebuild)
    own = {"match": "listPets", "controls": {"exposure": {"mode": "enforce"}}}
    assert (result.turns_to, result.change.patch) == ("refuse", {"operations": [own]})


@pytest.mark.parametrize("kept", [True, False])
def test_allowed_without_objection(kept: bool) -> None:
    result = explained(get(), kept=kept)
    assert (result.turns_to, result.change.verified) == ("refuse", kept)
    assert result.instead == ("`query.limit`: anything but integer of at least 1, of at most 100",)
    (own,) = result.change.patch["operations"]
    assert own["controls"]["request-limits"] == {"uri-bytes": 4 if kept else 0}
    assert not play(rebuild(patched(settings(), result.change.patch)), get()).event.allowed


@pytest.mark.parametrize("kept", [True, False])
def test_observed_is_refused_where_it_is_enforced(kept: bool) -> None:
    result = explained(BAD_LIMIT, kept=kept, mode="monitor")
    assert result.change.patch == {"mode": "enforce"}
    response = replace(get(), response_body=b"{}")
    result = explained(response, kept=kept, mode="monitor")
    own = {"match": "listPets", "controls": {"response-schema": {"mode": "enforce"}}}
    assert result.change.patch == {"mode": "enforce", "operations": [own]}
    assert result.change.verified is kept
    result = explained(response, kept=kept)
    assert result.change.patch == {"operations": [own]}


@pytest.mark.parametrize("kept", [True, False])
def test_what_would_be_mended_is_not_refused(kept: bool) -> None:
    leak = b'{"error": "Traceback (most recent call last)"}'
    recorded = replace(get(), response=ResponseHead(500, (("content-type", "application/json"),)), response_body=leak)
    off = {"response-schema": {"mode": "off"}}
    result = explained(recorded, kept=kept, mode="monitor", controls=off)
    assert not play(
        rebuild(patched(settings(mode="monitor", controls=off), result.change.patch)), recorded
    ).event.allowed
    assert "request-limits" in result.change.patch["operations"][0]["controls"]


def test_another_policy() -> None:
    event = replace(play(policy(), BAD_LIMIT).event, policy="another")
    result = explain(event, BAD_LIMIT, policy(mode="monitor"), settings(mode="monitor"), SPECS, rebuild)
    assert not result.is_same_policy
    assert result.decided_now is not None
    assert result.decided_now.allowed
    assert result.turns_to == "refuse"
    assert explained(BAD_LIMIT, kept=True).is_same_policy


def test_texts_of_nobody_known_are_called_usual_and_no_more() -> None:
    """All signs of what was objected to, also those that were not told; what was accepted before stays so."""
    before = {"place": "body/name", "class": "sql", "signs": ["tautology"]}
    own = {"operations": [{"match": "addPet", "controls": {"payload": {"usual": [before]}}}]}
    result = explained(post(b'{"name": "<script>alert(document.cookie)</script>"}'), kept=True, **own)
    (change,) = result.change.patch["operations"]
    (known, found) = change["controls"]["payload"]["usual"]
    assert known == before
    assert (found["place"], found["class"]) == ("body/name", "markup")
    assert {"script-element", "telling-call"} <= set(found["signs"])
    assert result.change.verified
    assert explained(post(b'{"name": "<script>alert(1)</script>"}'), kept=False).change.patch == {
        "operations": [{"match": "addPet", "controls": {"payload": {"mode": "monitor"}}}]
    }


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 5}, "integer of at least 1, of at most 5"),
        ({"type": ["string", "null"], "maxLength": 3}, "string or null of at most 3 characters"),
        ({"enum": ["a", 1]}, "one of `a`, `1`"),
        ({"type": "string", "format": "uuid"}, "string in the format `uuid`"),
        ({"$ref": "#/components/schemas/Limit"}, "as `#/components/schemas/Limit` says"),
        ({}, ""),
        (True, ""),
    ],
)
def test_schema_in_words(schema: Any, text: str) -> None:
    assert described(schema) == text


def test_what_a_principal_lacks_and_the_exception_that_lets_it_pass() -> None:
    """Nothing was kept of the exchange, so that all follows from its event and the plan."""
    judged = policy(mode="enforce")
    lacking = Reason(ReasonId("role-required"), ControlId("function-access"), 403, "", "one of `chief`")
    event = replace(
        play(judged, get()).event,
        allowed=False, principal="staff:eve", reasons=(lacking,), status=403, time=1_800_000_000.0,
    )  # fmt: skip
    result = explain(event, None, judged, settings(mode="enforce"), SPECS, rebuild)
    assert result.instead == ("a principal that has one of `chief`",)
    expected = {"reason": "role-required", "principal": "staff:eve", "expires": "2027-01-22"}
    change = {"match": "listPets", "controls": {"function-access": {"except": [expected]}}}
    assert result.change.patch == {"operations": [change]}


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (("scope-required", "", "`a`"), "a principal that has `a`"),
        (("scope-required", "", ""), "a principal with the scope that the operation demands"),
        (("not-owner", "path.id", "`account`"), "`path.id`: what the principal's claim `account` has"),
        (
            ("not-owner-of-answer", "response.body/by", "`account`"),
            "`response.body/by`: an object that the principal's claim `account` names",
        ),
        (
            ("field-not-writable", "body/role", "`a` or `b`"),
            "`body/role`: leave it out, or a principal that has `a` or `b`",
        ),
        (
            ("id-never-shown", "path.id", "`customer`"),
            "`path.id`: an id of the kind `customer` that an answer to this principal had",
        ),
        (
            ("payload-sql", "query.q", "quote-goes-on: 9' OR 9=9"),
            "`query.q`: a text without these signs: quote-goes-on",
        ),
        (
            ("budget-held", "", "`few`"),
            "somebody whom `few` does not hold: `garrison budgets release` lets in again who is held",
        ),
        (("rate-exceeded", "", "`each`"), "nothing else: the same later, as `each` is spent"),
        (("payload-crowded", "body/q", ""), "`body/q`: a shorter text, or one with fewer signs"),
        (("actor-not-allowed", "", "`act.sub`"), "a token whose `act.sub` is among `object-access.actors`, or none"),
    ],
)
def test_what_the_principal_would_have_to_be(reason: tuple[str, str, str], text: str) -> None:
    name, location, detail = reason
    given = Reason(ReasonId(name), ControlId("object-access"), 403, location, detail)
    assert instead(given, None, SPECS) == text
