"""Which proofs are made again, with what, and what is said where one cannot be made."""

import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from garrison.adapters.store.findings import Findings
from garrison.assessing import Wanted
from garrison.config.model import ListenSettings, Settings, UpstreamSettings
from garrison.config.virtual_patch import with_patches
from garrison.core.detection import Confidence, Severity
from garrison.core.errors import GatewayError
from garrison.core.finding import CheckId, Finding
from garrison.core.findings_report import Listed, Report
from garrison.core.patch import Patch, Proof
from garrison.core.picture import Held, ProofState
from garrison.proving import DAILY, LATE, Budget, Proving, behind, policy_digest, without

NOW = 1_800_000_000.0
URL = "http://127.0.0.1:9"
PATCHES = tuple(Patch(id=name, finding=name * 32, deny=True) for name in "abc")
SETTINGS = with_patches(Settings(upstream=UpstreamSettings(url=URL)), PATCHES)


def proving(data: Path, settings: Settings = SETTINGS) -> Proving:
    return Proving(Wanted(url=URL), data, lambda: settings)


def due(data: Path, known: dict[str, Held], settings: Settings = SETTINGS) -> Sequence[str]:
    return [each.id for each in proving(data, settings).due(known, NOW)]


def held(at: float, state: ProofState = ProofState.HOLDS, seen: ProofState = ProofState.HOLDS) -> Held:
    return Held(state, seen, 1, at, policy_digest(SETTINGS))


def plenty() -> Budget:
    return Budget(time.time() + 60, 1_000)


def test_a_proof_is_due_a_day_after_the_last_one_and_who_waits_longest_comes_first(tmp_path: Path) -> None:
    assert due(tmp_path, {}) == ["a", "b", "c"]
    known = {"a": held(NOW - DAILY / 2), "b": held(NOW - DAILY - 1), "c": held(NOW - 2 * DAILY)}
    assert due(tmp_path, known) == ["c", "b"]


def test_a_proof_is_due_at_once_where_the_policy_changed_or_one_is_not_sure_yet(tmp_path: Path) -> None:
    known = {
        "a": replace(held(NOW - 1), policy="another"),
        "b": held(NOW - 1, seen=ProofState.NEEDLESS),
        "c": held(NOW - 1, ProofState.FAILS, ProofState.FAILS),
    }
    assert due(tmp_path, known) == ["a", "b"]
    other = replace(SETTINGS, mode="enforce")
    assert due(tmp_path, dict.fromkeys("abc", held(NOW - 1)), other) == ["a", "b", "c"]


def test_what_has_ended_is_told_and_not_proven(tmp_path: Path) -> None:
    ended = with_patches(Settings(), [Patch(id="old", deny=True, expires="2020-01-01")])
    found = proving(tmp_path, ended)({}, NOW, plenty())
    assert found["old"].state is ProofState.ENDED
    assert "2020-01-01" in found["old"].why


def test_what_cannot_be_proven_says_why(tmp_path: Path) -> None:
    settings = with_patches(
        Settings(upstream=UpstreamSettings(url=URL)),
        [Patch(id="lost", finding="f" * 32, deny=True), Patch(id="told", check="reported", deny=True)],
    )
    found = proving(tmp_path, settings)({}, NOW, plenty())
    assert {name: each.state for name, each in found.items()} == dict.fromkeys(("lost", "told"), ProofState.UNPROVEN)
    assert "does not hold its finding" in found["lost"].why
    assert "--attack" in found["told"].why


def test_where_there_is_no_time_nothing_is_sent_and_the_rest_waits(tmp_path: Path) -> None:
    keep(tmp_path, *PATCHES)
    spent = Budget(time.time() - 1, 1_000)
    assert proving(tmp_path)({}, NOW, spent) == {}
    late = {"a": held(NOW - LATE - 1), "b": held(NOW - LATE), "c": held(NOW - 1)}
    found = proving(tmp_path)(late, NOW, Budget(time.time() + 60, 0))
    assert {name: each.why for name, each in found.items()} == {"a": "there was no time for it"}


def test_a_budget_sends_nothing_beyond_it() -> None:
    for budget in (Budget(time.time() - 1, 1_000), Budget(time.time() + 60, 0)):
        with pytest.raises(GatewayError, match="no time"):
            budget(Wanted(url=URL))
        assert budget.is_spent


def test_a_proof_is_made_where_it_was_made_before(tmp_path: Path) -> None:
    patch = replace(PATCHES[0], proof=Proof(at="2026-11-28T08:00:00Z", target="http://test.example/v1"))
    keep(tmp_path, patch)
    asked = proving(tmp_path)._asked(with_patches(Settings(), [patch, PATCHES[1]]), patch, plenty())
    assert not isinstance(asked, str)
    assert asked.wanted.url == "http://test.example/v1"
    assert asked.settings.controls.virtual_patch.patches == (PATCHES[1],)


def test_the_gateway_itself_is_not_what_is_behind_it() -> None:
    settings = Settings(
        upstream=UpstreamSettings(url="http://10.0.0.7:9000"), listen=ListenSettings(address="0.0.0.0:8080")
    )
    assert behind(settings, "http://localhost:8080/v1") == "http://10.0.0.7:9000/v1"
    assert behind(settings, "http://localhost:8081/v1") == "http://localhost:8081/v1"
    assert behind(settings, "http://test.example:8080/v1") == "http://test.example:8080/v1"


def test_without_one_patch_the_others_stay() -> None:
    left = without(SETTINGS, PATCHES[1]).controls.virtual_patch.patches
    assert left == (PATCHES[0], PATCHES[2])


def keep(data: Path, *patches: Patch) -> None:
    """A run that found what the patches close is in the history."""
    found = [
        Listed(Finding(CheckId("sql-injection"), "a", Severity.HIGH, Confidence.HIGH, "b", each.finding))
        for each in patches
    ]
    report = Report(kind="assessment", target=URL, started=1.0, ended=2.0, version="1", findings=tuple(found))
    with Findings(data) as history:
        history.take_in(report)
