"""Every rule finds its fault in one small description, and nothing in another where that is mended."""

from pathlib import Path

import pytest
from tests.audit.shorthand import CASES, audited, case

import garrison.audit.rules
from garrison.audit.catalogue import RULES
from garrison.audit.overlay import overlay
from garrison.audit.rule import Rule
from garrison.audit.run import mends
from garrison.core.finding import OWASP

IDS = [str(rule.id) for rule in RULES]


def fired(rule: str, short: dict[str, object], *overlays: str) -> int:
    return sum(each.check == rule for each in audited(short, *overlays).findings)


@pytest.mark.parametrize("rule", IDS)
def test_the_fault_is_found(rule: str) -> None:
    found = case(rule)
    assert fired(rule, found["wrong"]) == found.get("finds", 1)


@pytest.mark.parametrize("rule", IDS)
def test_nothing_is_found_where_it_is_mended(rule: str) -> None:
    assert fired(rule, case(rule)["right"]) == 0


@pytest.mark.parametrize("rule", IDS)
def test_the_suggested_overlay_mends_what_it_says(rule: str) -> None:
    wrong = case(rule)["wrong"]
    before = audited(wrong)
    mended = {each.finding.fingerprint for each in before.found if each.mends}
    text = overlay(mends(before.found), before.source)
    if not mended:
        assert "actions: []" in text
        return
    left = {each.fingerprint for each in audited(wrong, text).findings}
    assert not mended & left


def test_every_rule_is_in_the_catalogue_and_has_a_case() -> None:
    folder = Path(garrison.audit.rules.__file__).parent
    files = {file.stem.replace("_", "-") for file in folder.glob("*.py")} - {"--init--"}
    assert files == set(IDS)
    assert {file.stem for file in CASES.glob("*.yaml")} == set(IDS)
    assert len(set(IDS)) == len(IDS)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.id))
def test_a_rule_says_all_that_is_needed(rule: Rule) -> None:
    assert any(tag in OWASP for tag in rule.tags)
    assert any(tag.startswith("cwe.") for tag in rule.tags)
    assert any(tag.startswith("rec.") and 1 <= int(tag[4:]) <= 26 for tag in rule.tags)
    assert not rule.title.endswith(".")
    assert rule.title[0].islower() or rule.title.split()[0] in {"JWT", "OAuth", "TRACE", "XML"}
    assert rule.why.endswith((".", ")."))
    assert rule.mend.endswith((".", "`."))
