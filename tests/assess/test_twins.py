"""Every check fires on its vulnerable twin, with a proof that can be read, and is silent on the fixed one.

A twin, `twins/FAMILY/CHECK_ID.py`, has `app(vulnerable)` and `CONTRACT`, and where it needs them

* `IDENTITIES`: names and how they log in, `ROLES`: their roles by name, `WORDS`: more words for guessing,
  `TRAFFIC`: what recorded traffic went to;
* `VARIANTS`: further applications, by name, in which the check must fire; `TRAPS`: those in which it must not;
* `CONFIDENCE`: of what is found, if not high; several where any will do.
"""

import importlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import msgspec
import pytest
from starlette.applications import Starlette
from tests.assess.harness import Seen, Stage, run_twin, staging

from garrison.assess import checks
from garrison.assess.check import Check
from garrison.assess.checks import catalogue
from garrison.core.detection import Confidence

TWINS = Path(__file__).parent / "twins"
CHECKS_FOLDER = Path(checks.__file__).parent
A_CHECK = re.compile(r"^CHECK(: Final)? = Check\(", re.MULTILINE)


def twin_of(check: Check) -> ModuleType:
    """Its twin; the test of a check without one fails here."""
    return importlib.import_module(f"tests.assess.twins.{check.family}.{check.id.replace('-', '_')}")


def extra(kind: str) -> list[tuple[Check, str]]:
    twins = [check for check in catalogue.CHECKS if (TWINS / check.family / file_of(check)).exists()]
    return [(check, name) for check in twins for name in getattr(twin_of(check), kind, {})]


def file_of(check: Check) -> str:
    return f"{check.id.replace('-', '_')}.py"


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staging() as opened:
        yield opened


@pytest.mark.parametrize("check", catalogue.CHECKS, ids=lambda check: check.id)
def test_fires_on_the_vulnerable_twin(check: Check, tmp_path: Path, stage: Stage) -> None:
    twin = twin_of(check)
    assert_found(check, twin, run_twin(twin.app(vulnerable=True), twin, [check], tmp_path, stage))


@pytest.mark.parametrize(("check", "name"), extra("VARIANTS"), ids=lambda each: getattr(each, "id", each))
def test_fires_on_a_variant(check: Check, name: str, tmp_path: Path, stage: Stage) -> None:
    twin = twin_of(check)
    build: Callable[[], Starlette] = twin.VARIANTS[name]
    assert_found(check, twin, run_twin(build(), twin, [check], tmp_path, stage))


@pytest.mark.parametrize("check", catalogue.CHECKS, ids=lambda check: check.id)
def test_is_silent_on_the_fixed_twin(check: Check, tmp_path: Path, stage: Stage) -> None:
    twin = twin_of(check)
    assert_silent(run_twin(twin.app(vulnerable=False), twin, [check], tmp_path, stage))


@pytest.mark.parametrize(("check", "name"), extra("TRAPS"), ids=lambda each: getattr(each, "id", each))
def test_is_silent_on_a_trap(check: Check, name: str, tmp_path: Path, stage: Stage) -> None:
    twin = twin_of(check)
    build: Callable[[], Starlette] = twin.TRAPS[name]
    assert_silent(run_twin(build(), twin, [check], tmp_path, stage))


@pytest.mark.parametrize("family", sorted(path.parent.name for path in CHECKS_FOLDER.glob("*/__init__.py")))
def test_every_file_is_listed(family: str) -> None:
    listed = {file_of(check) for check in catalogue.CHECKS if check.family == family}
    files = {path.name for path in (CHECKS_FOLDER / family).glob("*.py") if A_CHECK.search(path.read_text())}
    assert files == listed
    twins = {path.name for path in (TWINS / family).glob("*.py")}
    assert listed <= twins


def test_ids_are_unique_and_each_check_has_one_way_to_run() -> None:
    ids = [check.id for check in catalogue.CHECKS]
    assert len(ids) == len(set(ids))
    for check in catalogue.CHECKS:
        assert (check.run is None) != (check.each is None), check.id
        assert all((check.title, check.looks, check.why, check.mend)), check.id
        assert any(tag.startswith("owasp.") for tag in check.tags), check.id
        assert any(tag.startswith("cwe.") for tag in check.tags), check.id


def assert_found(check: Check, twin: ModuleType, seen: Seen) -> None:
    findings = seen.findings
    assert findings, f"`{check.id}` is silent; untested: {seen.untested}"
    assert {each.check for each in findings} == {check.id}
    stated = getattr(twin, "CONFIDENCE", Confidence.HIGH)
    expected = set(stated if isinstance(stated, tuple) else (stated,))
    assert expected & {each.confidence for each in findings}
    for finding in findings:
        assert finding.says
        assert finding.proof, "a finding without proof"
        assert all(step.says for step in finding.proof), "a step that does not say what it shows"
        shown = msgspec.json.encode(finding).decode()
        assert not [secret for secret in seen.secrets if secret in shown], "a credential is shown"


def assert_silent(seen: Seen) -> None:
    assert [(each.check, each.method, each.template, each.says) for each in seen.findings] == []
    assert [each for each in seen.untested if each.check is not None and "own share" in each.why] == []
