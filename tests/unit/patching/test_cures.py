"""From a finding to the least patch; and whether benign exchanges come to the same."""

import re

import pytest
from msgspec.structs import replace

from garrison.assess.checks.catalogue import CHECKS
from garrison.config.virtual_patch import patch_faults
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding, Step
from garrison.core.findings_report import Benign
from garrison.core.ids import OperationId
from garrison.core.operation import Operation, SecurityScheme
from garrison.core.patch import Patch, Refused
from garrison.patching.access import owners_shown
from garrison.patching.catalogue import CURES, INCURABLE, cures, why_not
from garrison.patching.situation import Situation
from garrison.patching.strip import pointer_of, with_more
from garrison.patching.unchanged import broken, is_whole

BEARER = {"bearer": SecurityScheme("bearer", "http", scheme="bearer")}
OPERATION = Operation(OperationId("getOrder"), "GET", "/orders/{id}", "/orders/{id}", schemes=BEARER)


def finding(check: str, location: str = "query.q", answer: str = "") -> Finding:
    return Finding(
        CheckId(check), "a weakness", Severity.HIGH, Confidence.HIGH, "what is wrong", "f" * 32,
        operation=OperationId("getOrder"), method="GET", template="/orders/{id}", location=location,
        proof=(Step("it shows", "GET", "/orders/1", answer=answer),),
    )  # fmt: skip


def test_every_check_has_a_cure_or_a_reason() -> None:
    known = {check.id for check in CHECKS}
    assert known == {*CURES, *INCURABLE}


PLACES = ("query.q", "body/user/role", "path.id", "response/users/0/password", "")


@pytest.mark.parametrize("check", sorted(CURES))
def test_every_cure_is_a_sound_patch(check: str) -> None:
    for location in PLACES:
        made = list(cures(Situation(finding(check, location), OPERATION, knows_principals=True)))
        assert [fault for patch in made for fault in patch_faults([patch])] == []
        assert len(made) == len(set(map(repr, made)))


def test_the_least_comes_first() -> None:
    first, *others = cures(Situation(finding("path-traversal"), OPERATION))
    assert first.where == "query.q"
    assert first.refuse is not None
    assert re.search(first.refuse.matches, "../etc")
    assert not re.search(first.refuse.matches, "photo.png")
    assert others[-1].policy


def test_owners_and_roles_need_a_gateway_that_authenticates() -> None:
    about = finding("object-read-by-another", "path.id")
    assert list(cures(Situation(about, OPERATION))) == []
    assert "whose an object is" in why_not(Situation(about, OPERATION))
    patch, *_ = cures(Situation(about, OPERATION, knows_principals=True))
    owners = patch.policy["operations"][0]["controls"]["object-access"]["owners"]
    assert owners == [{"parameter": "path.id", "claim": "sub"}]


def test_whose_an_object_is_stands_in_the_answer_of_the_proof() -> None:
    answer = '{"data":[{"id":"7","buyer":"ann","customerId":3,"tea":{"note":"green"}}]}'
    about = finding("list-shows-others", "", answer)
    about = replace(about, proof=(replace(about.proof[0], identity="throwaway-ann"),))
    assert owners_shown(about) == ["/data/*/buyer", "/data/*/customerId"]
    first, *_ = cures(Situation(about, OPERATION, knows_principals=True))
    owners = first.policy["operations"][0]["controls"]["object-access"]["owners"]
    assert owners == [{"answer": "/data/*/buyer", "claim": "sub"}]
    for unreadable in ("", "[", "7", "... (2,000 characters)"):
        assert owners_shown(finding("list-shows-others", "", unreadable)) == []


def test_answers_that_are_to_be_told_apart_no_more() -> None:
    known = Step("", "POST", "/login", status=200, answer='{"status":"fail","message":"wrong password"}')
    about = replace(
        finding("user-enumeration", ""), proof=(known, replace(known, answer='{"status":"fail","message":"who"}'))
    )
    (patch,) = cures(Situation(about, OPERATION))
    assert patch.strip == ("/message",)
    for other in (
        replace(known, status=404),
        replace(known, answer="nobody"),
        replace(known, answer='{"error":"who"}'),
    ):
        assert list(cures(Situation(replace(about, proof=(known, other)), OPERATION))) == []


def test_a_forged_token_is_told_by_who_asks_whether_it_was_issued() -> None:
    about = finding("jwt-signature-unverified", "header.authorization")
    assert list(cures(Situation(about, OPERATION))) == []
    everywhere, here = cures(Situation(about, OPERATION, knows_principals=True))
    assert everywhere.policy == {"controls": {"authentication": {"mode": "enforce"}}}
    assert here.policy["operations"][0]["match"] == "getOrder"


def test_sessions_end_with_the_operation_that_was_to_end_them() -> None:
    (patch,) = cures(Situation(finding("logout-keeps-session", ""), OPERATION))
    assert patch.policy["controls"] == {"revocation": {"mode": "enforce"}}
    own = {"match": "getOrder", "controls": {"revocation": {"mode": "enforce", "ends": "token"}}}
    assert patch.policy["operations"] == [own]
    assert list(cures(Situation(finding("logout-keeps-session", ""), None))) == []
    for check in ("password-change-keeps-sessions", "account-alive-after-deletion"):
        about = finding(check, "")
        assert list(cures(Situation(about, OPERATION))) == []
        assert "let the gateway authenticate" in why_not(Situation(about, OPERATION))
        (patch,) = cures(Situation(about, OPERATION, knows_principals=True))
        assert patch.policy["operations"][0]["controls"]["revocation"]["ends"] == "principal"


def test_credentials_that_must_be_there() -> None:
    (patch,) = cures(Situation(finding("missing-credentials", ""), OPERATION))
    assert patch.where == "header.authorization"
    assert patch.refuse is not None
    assert patch.refuse.absent


def test_what_nobody_described_is_named_by_method_and_path() -> None:
    hidden = replace(finding("debug-surface", ""), operation=None, template="/debug/vars")
    first, *_ = cures(Situation(hidden, None))
    assert first.operation == "GET /debug/vars"
    assert first.deny


def test_fields_of_answers() -> None:
    assert pointer_of(finding("secrets-exposed", "response/users/0/password")) == "/**/password"
    assert pointer_of(finding("secrets-exposed", "query.q")) == ""
    (patch,) = cures(Situation(finding("token-disclosed", "", '{"token":"(secret)","id":1}'), OPERATION))
    assert patch.strip == ("/**/token",)
    wider = with_more(patch, [finding("secrets-exposed", "response/hash")])
    assert wider is not None
    assert wider.strip == ("/**/token", "/**/hash")
    assert with_more(wider, [finding("secrets-exposed", "response/hash")]) is None


def benign(answer: str = '{"id":1,"tea":"green"}', status: int = 200, who: str = "alice") -> Benign:
    step = Step("", "GET", "/orders/1", identity=who, status=status, answer=answer)
    return Benign(OperationId("getOrder"), step)


PATCH = Patch(id="p", deny=True)


@pytest.mark.parametrize(
    ("after", "why"),
    [
        ([benign()], ""),
        ([benign('{"id":2,"tea":"black","more":1}')], ""),
        ([benign(), benign("", 500)], ""),
        ([], "it was answered with 200, and succeeds no more"),
        ([benign(who="bob")], "it was answered with 200, and succeeds no more"),
        ([benign(status=202)], "it was answered with 200, and is with 202"),
        ([benign('{"id":1}')], "its answer lacks `/tea`"),
    ],
)
def test_what_a_patch_breaks(after: list[Benign], why: str) -> None:
    found = broken([benign()], after, PATCH)
    assert (found.why if found is not None else "") == why
    if found is not None:
        assert found.exchange == "GET /orders/1 as alice"


def test_what_is_taken_out_on_purpose_is_not_missed() -> None:
    assert broken([benign()], [benign('{"id":1}')], Patch(id="p", strip=("/**/tea",))) is None


def test_accounts_that_were_made_up_are_alike() -> None:
    assert broken([benign(who="throwaway-1")], [benign(who="throwaway-2")], PATCH) is None


def test_what_was_not_kept_whole() -> None:
    assert is_whole('{"q":"a","open":{}}')
    assert not is_whole('{"password":"{password of throwaway-1}"}')
    assert not is_whole("abc... (2,000 characters)")


def test_words() -> None:
    assert (
        Patch(id="p", where="query.q", refuse=Refused(longer_than=3)).cure
        == "refuse what is longer than 3 at `query.q`"
    )
    assert Patch(id="p", headers={"a": "b"}).cure == "answers carry `a: b`"
