"""Find, patch, prove, and look again: with real gateways in front of twins of the assessment's tests."""

import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest
from msgspec.structs import replace
from tests.assess.harness import Stage, report_at, staging
from tests.assess.twins.authorization import property_set_by_caller
from tests.integration.gateway.running import Guard, until

from garrison import casework
from garrison.adapters.patch_file import write_patches
from garrison.adapters.store.assessments import Assessments
from garrison.adapters.store.casebook import Casebook
from garrison.adapters.store.outbox import Outbox
from garrison.assess.check import Check
from garrison.assess.checks.authorization.property_set_by_caller import CHECK as PROPERTY
from garrison.assess.schedule import Schedule
from garrison.assessing import Wanted
from garrison.cli.opening import open_plain
from garrison.config.load import Options
from garrison.config.model import Settings
from garrison.continuous import Plan, composed
from garrison.core.detection import Confidence, Severity
from garrison.core.difference import DifferenceKind
from garrison.core.finding import CheckId, Finding
from garrison.core.findings_report import Report
from garrison.core.patch import Patch, Refused
from garrison.core.picture import Picture, Sighting
from garrison.patches import Asked, Outlook, candidates, outlook, prove, search
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


class Week(NamedTuple):
    """A gateway that runs, and what it is continuously assessed with: a clock that is made up."""

    guard: Guard
    plan: Plan
    days: list[Callable[[], None]]
    """What happens before each run."""

    def goes_by(self) -> list[list[DifferenceKind]]:
        """What is different in each run, of patches."""
        days, now = iter(self.days), [time.time()]

        def pause(seconds: float) -> bool:
            now[0] += seconds
            return now[0] > begun + 6 * 3600 * (len(self.days) - 1)

        def look(known: Picture, now: float, seconds: float) -> Sighting:
            next(days)()
            return seen(known, now, seconds)

        begun = now[0] + 1
        with Assessments(self.plan.data) as runs:
            continuous = composed(self.plan, runs, lambda: None, lambda _: None, clock=lambda: now[0], pause=pause)
            seen, continuous._look = continuous._look, look
            continuous.run()
            kept = runs.runs(self.plan.target)[::-1]
        assert all(run.was_made for run in kept)
        return [[each.kind for each in run.differences if each.kind.startswith("patch")] for run in kept]


def waiting(data: Path) -> str:
    """What is still to be told: what happens days ahead by the clock that is made up."""
    casebook = Casebook(data)
    try:
        due = Outbox(casebook).due("lake", time.time() + 30 * 86400, 100)
    finally:
        casebook.close()
    return "; ".join(text for each in due for text in each.notice.changes)


@pytest.fixture(scope="module")
def guarded(shop: Place, filter_module: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    folder = tmp_path_factory.mktemp("guarded")
    port = int(shop.asked.wanted.url.rpartition(":")[2])
    monitored = {name: {"mode": "monitor"} for name in ("request-schema", "inventory", "canonical-form", "media-type")}
    settings = {
        "mode": "enforce", "contract": {"file": str(shop.contract)}, "controls": monitored, "data": "data",
        "notify": {"to": [{"name": "lake", "ocsf": {"file": "told.jsonl"}}]},
    }  # fmt: skip
    guard = Guard(folder, port, settings, filter_module)
    try:
        guard.port()
        wanted = Wanted(
            url=shop.asked.wanted.url, contract=str(shop.contract), only=(PROPERTY.id,), minutes=30.0, pace=1000.0
        )
        opened = partial(open_plain, guard.file, Options())
        notify = opened().notify
        plan = Plan(data=folder / "data", wanted=wanted, schedule=Schedule(6 * 3600.0), gateway=opened, notify=notify)
        yield Week(guard, plan, [])
    finally:
        guard.stop()


def test_a_running_gateway_takes_it_over_and_is_closed(shop: Place, patch: Patch, guarded: Week) -> None:
    guard, file = guarded.guard, guarded.guard.file.with_name("patches.yaml")
    wanted = replace(shop.asked.wanted, url=f"http://127.0.0.1:{guard.port()}")
    open_ = shop.run(wanted)
    assert patch.finding in found_in(open_)
    lines = len(guard.lines)
    write_patches(file, [patch])
    guard.wait("reloaded", after=lines)
    closed = shop.run(wanted)
    assert found_in(closed) == found_in(open_) - {patch.finding}
    assert broken(open_.benign, closed.benign, patch) is None
    ended = replace(patch, expires="2020-01-01")
    lines = len(guard.lines)
    write_patches(file, [ended])
    guard.wait("reloaded", after=lines)
    assert patch.finding in found_in(shop.run(wanted))


def test_the_proof_of_a_patch_is_made_again_and_what_became_of_it_is_told_once(
    shop: Place, patch: Patch, guarded: Week, stage: Stage
) -> None:
    guard, told = guarded.guard, guarded.guard.file.with_name("told.jsonl")
    file, vulnerable = guard.file.with_name("patches.yaml"), stage.app

    def only_watched() -> None:
        """From now on patches refuse nothing."""
        guard.write({**guard.given, "controls": {**guard.given["controls"], "virtual-patch": {"mode": "monitor"}}})

    def mended() -> None:
        guard.write(guard.given)
        stage.app = property_set_by_caller.app(vulnerable=False)

    def nothing() -> None:
        pass

    write_patches(file, [patch])
    guarded.days[:] = [only_watched, mended, nothing, nothing]
    try:
        kinds = DifferenceKind
        assert guarded.goes_by() == [[kinds.PATCH_FAILS], [], [kinds.PATCH_NEEDLESS], []]
    finally:
        stage.app, lines = vulnerable, len(guard.lines)
        write_patches(file, [])
        guard.wait("reloaded", after=lines)
    (incident,) = casework.listed(guarded.plan.data, closed=False, limit=5)
    assert patch.id in incident.title
    until(told.exists, "nobody is told", guard)
    assert waiting(guarded.plan.data).count("can be taken out") == 1
    found = [line for line in told.read_text().splitlines() if "does not hold any more" in line]
    assert len(found) == 1
    assert incident.id in found[0]


def test_a_patch_that_would_break_a_benign_exchange_is_refused_with_it(
    shop: Place, known: Outlook, patch: Patch
) -> None:
    attempt = prove(shop.asked, replace(patch, where="", refuse=None, deny=True), known.report)
    assert attempt.state == "breaks"
    assert attempt.broken is not None
    method = shop.asked.finding.method
    assert attempt.broken.exchange.startswith(f"{method} /")
    assert attempt.broken.why == "virtual-patch says `operation-denied`"


def test_a_patch_that_closes_nothing_is_not_proven(shop: Place, known: Outlook, patch: Patch) -> None:
    attempt = prove(shop.asked, replace(patch, where="body/nowhere"), known.report)
    assert attempt.state == "open"
    assert attempt.why.startswith("the check still finds")
