"""What evidence says of a policy and a history of findings."""

import datetime as dt
from collections.abc import Mapping, Sequence

import msgspec
import pytest

from garrison.assess.checks.catalogue import CHECKS
from garrison.config.load import Options, examine
from garrison.config.model import Settings
from garrison.controls.catalogue import CONTROLS
from garrison.core.detection import Confidence, Severity
from garrison.core.evidence import Evidence, Force, Standing
from garrison.core.finding import CheckId, Finding, State
from garrison.core.findings_report import Listed, Outcome, Ran, Report
from garrison.evidence.gather import Known, gather
from garrison.wiring import build_policy

CONTRACT = b"""
openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /orders:
    get: {operationId: orders, responses: {"200": {description: orders}}}
"""
NOW = dt.datetime(2026, 11, 28, tzinfo=dt.UTC).timestamp()
DAY = 86_400.0


def settings_of(text: str) -> Settings:
    examined = examine(text.encode(), "garrison.yaml", Options(contract="shop.yaml"))
    assert not examined.problems
    return examined.settings


def gathered(
    text: str = "mode: enforce", reports: Sequence[Report] = (), detections: Mapping[str, tuple[str, ...]] | None = None
) -> dict[str, Evidence]:
    settings = settings_of(text)
    policy = build_policy(settings, read=lambda _: CONTRACT)
    checks = {str(each.id): each.tags for each in CHECKS}
    known = Known(settings, policy, CONTROLS, checks, detections or {}, reports, NOW)
    return {each.id: each for each in gather(known)}


def assessed(days_ago: float, *found: Listed, untested: Sequence[str] = ()) -> Report:
    """A run of every check."""
    ran = (Ran(each.id, Outcome.UNTESTED if each.id in untested else Outcome.TESTED, is_whole=True) for each in CHECKS)
    begun = NOW - days_ago * DAY
    return Report("assessment", "http://shop", begun, begun, "1", checks=tuple(ran), findings=found)


def finding(check: str, state: State = State.NEW) -> Listed:
    made = Finding(CheckId(check), "it is open", Severity.HIGH, Confidence.HIGH, "it is", "f" * 32, template="/orders")
    until = {"accepted_until": "2027-01-01", "accepted_why": "known"} if state is State.ACCEPTED else {}
    return msgspec.structs.replace(Listed(made, state), **until)


def force(evidence: Evidence, name: str) -> Force:
    return next(each.force for each in evidence.means if each.name == name)


def test_a_requirement_that_is_enforced_and_tested_is_met() -> None:
    met = gathered(reports=[assessed(1)])["REC-API-14"]
    assert met.standing is Standing.MET
    assert met.missing == ()
    assert [(each.target, each.day) for each in met.trials] == [("http://shop", "2026-11-27")]


def test_without_any_run_nothing_that_has_checks_is_met() -> None:
    found = gathered()
    assert "none of its checks has run: `garrison assess URL --data DIR`" in found["REC-API-10"].missing
    assert not [each.id for each in found.values() if each.checks and each.standing is Standing.MET]


def test_a_control_that_only_monitors_enforces_nothing() -> None:
    found = gathered("mode: monitor", [assessed(1)])["REC-API-14"]
    assert force(found, "request-limits") is Force.MONITORED
    assert found.standing is Standing.SEEN
    assert found.missing[0] == "nothing enforces it: `request-limits`: monitored in 2 of 2 operations"


def test_a_control_that_is_off_for_one_operation_is_partly_in_force() -> None:
    text = "{mode: enforce, operations: [{match: orders, controls: {request-limits: {mode: monitor}}}]}"
    found = gathered(text, [assessed(1)])["REC-API-14"]
    assert force(found, "request-limits") is Force.PARTLY
    assert found.standing is Standing.PARTLY
    assert "`request-limits`: enforced in 1, monitored in 1 of 2 operations" in found.missing


def test_a_control_without_anything_to_go_by_is_told() -> None:
    found = gathered(reports=[assessed(1)])["API5:2023"]
    assert force(found, "function-access") is Force.IDLE
    assert "`function-access`: has nothing to do in any operation" in found.missing[0]


def test_limits_of_rate_count_when_there_are_some() -> None:
    assert force(gathered()["REC-API-15"], "controls.rate-limit.limits") is Force.OFF
    limits = "{mode: enforce, controls: {rate-limit: {limits: [{name: all, by: [peer], rate: 60/min}]}}}"
    assert force(gathered(limits)["REC-API-15"], "controls.rate-limit.limits") is Force.ENFORCED


def test_findings_that_stand_are_missing_and_accepted_ones_are_shown() -> None:
    check = "page-size-unbounded"
    open_, accepted = finding(check), finding(check, State.ACCEPTED)
    stands = gathered(reports=[assessed(1, open_)])["REC-API-14"]
    assert "1 finding stands in the assessment of http://shop" in stands.missing
    assert [each.place for each in stands.trials[0].findings] == ["/orders"]
    known = gathered(reports=[assessed(1, accepted)])["REC-API-14"]
    assert known.standing is Standing.MET
    assert known.trials[0].findings[0].accepted_until == "2027-01-01"


def test_an_old_test_and_one_that_could_not_be_made_are_told() -> None:
    check = "page-size-unbounded"
    found = gathered(reports=[assessed(100, untested=[check])])["REC-API-14"]
    assert "it was tested last on 2026-08-20, 100 days ago" in found.missing
    assert f"could not be tested in the assessment of http://shop: {check}" in found.missing
    assert found.trials[0].untested == (check,)


def test_checks_that_never_ran_are_told_and_those_with_nothing_to_look_at_are_not() -> None:
    run = assessed(1)
    some = [each for each in run.checks if each.check != "page-size-unbounded"]
    left_out = msgspec.structs.replace(run, checks=tuple(some))
    told = gathered(reports=[left_out])["REC-API-14"]
    assert any(each.startswith("1 of its ") and "never ran" in each for each in told.missing)
    idle = Ran(CheckId("page-size-unbounded"), Outcome.NOT_APPLICABLE, is_whole=True)
    found = gathered(reports=[msgspec.structs.replace(run, checks=(*some, idle))])["REC-API-14"]
    assert found.missing == ()
    assert found.trials[0].idle == ("page-size-unbounded",)


def test_detection_rules_keep_in_sight_and_enforce_nothing() -> None:
    found = gathered(detections={"id-walk": ("owasp.api1", "rec.24")})["REC-API-24"]
    assert force(found, "id-walk") is Force.MONITORED
    assert found.missing[0].startswith("nothing enforces it")


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("upstream: {url: http://127.0.0.1:1}", "upstream.url", Force.OFF),
        ("upstream: {url: https://127.0.0.1:1}", "upstream.tls", Force.ENFORCED),
        (
            "upstream: {url: https://127.0.0.1:1, tls: {unsafe-skip-verification: true}}",
            "upstream.tls",
            Force.PARTLY,
        ),
        ("listen: {tls: {certificate: c.pem, key: k.pem}}", "listen.tls", Force.ENFORCED),
        ("mode: monitor", "listen.tls", Force.OFF),
    ],
)
def test_encryption_goes_by_the_settings(text: str, name: str, expected: Force) -> None:
    assert force(gathered(text)["REC-API-9"], name) is expected


def test_the_record_says_what_becomes_of_what_cannot_be_recorded() -> None:
    assert force(gathered("mode: monitor")["REC-API-18"], "record") is Force.PARTLY
    assert force(gathered()["REC-API-18"], "record") is Force.ENFORCED
    assert force(gathered("detect: {mode: 'off'}")["REC-API-18"], "detect.mode") is Force.OFF
    assert force(gathered("record: {keep-bodies: true}")["REC-API-25"], "record.keep-bodies") is Force.PARTLY


def test_what_nothing_enforces_and_nothing_tested_is_missing() -> None:
    found = gathered("controls: {blocking: {mode: 'off'}, revocation: {mode: 'off'}}\nrespond: {mode: 'off'}")
    assert found["REC-API-17"].standing is Standing.MISSING


PATCHED = """
mode: enforce
controls:
  virtual-patch:
    patches:
    - {id: p-1, finding: ffffffffffffffffffffffffffffffff, check: server-side-request-forgery,
       deny: true, operation: orders, expires: "2026-12-31", proof: {at: "2026-11-20T08:00:00Z"}}
"""


def test_a_finding_that_a_proven_patch_closes_does_not_stand_and_is_to_be_mended() -> None:
    reports = [assessed(1, finding("server-side-request-forgery"))]
    assert "1 finding stands in the assessment of http://shop" in gathered(reports=reports)["API7:2023"].missing
    found = gathered(PATCHED, reports)["API7:2023"]
    assert force(found, "virtual-patch p-1") is Force.PARTLY
    assert found.trials[0].findings[0].patch == "p-1"
    assert not [each for each in found.missing if "stands" in each]
    until = "closes one finding of `server-side-request-forgery` until 2026-12-31, proven on 2026-11-20"
    assert f"`virtual-patch p-1`: {until}; the API is to be mended" in found.missing


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2026-12-31", "2026-11-01"), (', proof: {at: "2026-11-20T08:00:00Z"}', ""), ("mode: enforce", "mode: monitor"),
        ("    patches:", "    mode: monitor\n    patches:"),
    ],
)  # fmt: skip
def test_a_patch_that_is_over_not_proven_or_not_enforced_closes_nothing(old: str, new: str) -> None:
    assert old in PATCHED
    found = gathered(PATCHED.replace(old, new), [assessed(1, finding("server-side-request-forgery"))])["API7:2023"]
    assert "1 finding stands in the assessment of http://shop" in found.missing
