"""Find, patch, prove, and look again: with real gateways in front of twins of the assessment's tests."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest
from msgspec.structs import replace
from tests.assess.harness import Stage, report_at, staging
from tests.assess.twins.authorization import property_set_by_caller
from tests.integration.gateway.running import Guard

from garrison import casework
from garrison.adapters.patch_file import write_patches
from garrison.assess.check import Check
from garrison.assess.checks.authorization.property_set_by_caller import CHECK as PROPERTY
from garrison.assessing import Wanted
from garrison.config.model import Settings
from garrison.config.notify import NotifySettings
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding
from garrison.core.findings_report import Report
from garrison.core.patch import Patch, Refused
from garrison.patches import Asked, Outlook, Standing, candidates, outlook, prove, raise_incident, search, stands
from garrison.patching.unchanged import broken

pytestmark = pytest.mark.integration


NONE = Finding(CheckId("none"), "", Severity.LOW, Confidence.LOW, "", "")


class Place(NamedTuple):
    """A twin on the stage, and what is asked about the first finding in it."""

    asked: Asked
    run: Callable[[Wanted], Report]
    contract: Path
    before: Report
    """Of the twin itself."""


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staging() as opened:
        yield opened


def placed(
    stage: Stage, twin: ModuleType, check: Check, folder: Path, *, vulnerable: bool = True, finding: Finding = NONE
) -> Place:
    app = twin.app(vulnerable=vulnerable)
    contract = folder / "openapi.json"
    contract.write_text(json.dumps(twin.CONTRACT))
    stage.app = app

    def run(wanted: Wanted) -> Report:
        return report_at(wanted.url, str(contract), app, twin, [check], stage.ear)

    wanted = Wanted(url=stage.origin, contract=str(contract))
    before = run(wanted)
    found = before.findings[0].finding if before.findings else finding
    asked = Asked(
        finding=found, wanted=wanted, settings=Settings(), benign=before.benign, now=time.time(), assess=run
    )  # fmt: skip
    return Place(asked, run, contract, before)


@pytest.fixture(scope="module")
def shop(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Place:
    return placed(stage, property_set_by_caller, PROPERTY, tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="module")
def known(shop: Place) -> Outlook:
    return outlook(shop.asked)


@pytest.fixture(scope="module")
def patch(shop: Place, known: Outlook) -> Patch:
    """The patch that is proven for the finding."""
    *_, last = search(shop.asked, candidates(shop.asked), known.report, say=lambda text: None)
    assert last.state == "proven", last.why
    return last.patch


def found_in(report: Report) -> set[str]:
    return {each.finding.fingerprint for each in report.findings}


def test_the_least_patch_is_proven(known: Outlook, patch: Patch) -> None:
    assert known.state == "open"
    assert patch.refuse == Refused(present=True)
    assert patch.where.startswith("body/")
    assert patch.proof is not None
    assert patch.proof.refused > 0
    assert patch.proof.benign > 0
    assert f"virtual-patch/value-refused at {patch.where}" in patch.proof.examples[0]


def test_a_running_gateway_takes_it_over_and_is_closed(
    shop: Place, patch: Patch, filter_module: str, tmp_path: Path
) -> None:
    port = int(shop.asked.wanted.url.rpartition(":")[2])
    monitored = {name: {"mode": "monitor"} for name in ("request-schema", "inventory", "canonical-form", "media-type")}
    settings = {"mode": "enforce", "contract": {"file": str(shop.contract)}, "controls": monitored, "data": "data"}
    guard = Guard(tmp_path, port, settings, filter_module)
    try:
        wanted = replace(shop.asked.wanted, url=f"http://127.0.0.1:{guard.port()}")
        open_ = shop.run(wanted)
        assert patch.finding in found_in(open_)
        write_patches(tmp_path / "patches.yaml", [patch])
        guard.wait("reloaded")
        closed = shop.run(wanted)
        assert found_in(closed) == found_in(open_) - {patch.finding}
        assert broken(open_.benign, closed.benign, patch) is None
        ended = replace(patch, expires="2020-01-01")
        lines = len(guard.lines)
        write_patches(tmp_path / "patches.yaml", [ended])
        guard.wait("reloaded", after=lines)
        assert patch.finding in found_in(shop.run(wanted))
    finally:
        guard.stop()


def test_a_patch_that_would_break_a_benign_exchange_is_refused_with_it(
    shop: Place, known: Outlook, patch: Patch
) -> None:
    verdict = prove(shop.asked, replace(patch, where="", refuse=None, deny=True), known.report)
    assert verdict.state == "breaks"
    assert verdict.broken is not None
    method = shop.asked.finding.method
    assert verdict.broken.exchange.startswith(f"{method} /")
    assert verdict.broken.why == "virtual-patch says `operation-denied`"


def test_a_patch_that_closes_nothing_is_not_proven(shop: Place, known: Outlook, patch: Patch) -> None:
    verdict = prove(shop.asked, replace(patch, where="body/nowhere"), known.report)
    assert verdict.state == "open"
    assert verdict.why.startswith("the check still finds")


def test_a_patch_that_is_not_needed_any_more_can_be_taken_out(
    shop: Place, patch: Patch, stage: Stage, tmp_path: Path
) -> None:
    before = stage.app
    try:
        mended = placed(stage, property_set_by_caller, PROPERTY, tmp_path, vulnerable=False, finding=shop.asked.finding)
        assert stands(mended.asked, patch).state == "removable"
    finally:
        stage.app = before


def test_a_proof_that_holds_no_more_opens_an_incident(patch: Patch, tmp_path: Path) -> None:
    raise_incident(tmp_path / "data", NotifySettings(), Standing(patch, "fails", "it is open"), time.time())
    (incident,) = casework.listed(tmp_path / "data", closed=False, limit=5)
    assert patch.id in incident.title
    assert incident.measures == ()
