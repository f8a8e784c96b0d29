"""Every shipped rule finds what its cases say, and nothing in the others."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from garrison.adapters.detection_rules import shipped_rules
from garrison.detect.cases import Case, case_fault, read_cases, run_case
from garrison.detect.catalogue import SHIPPED
from garrison.detect.compiling import compile_rules
from garrison.detect.rule import RuleSet

RULES = Path(str(files("garrison.detect") / "rules"))
SETS = {name: compile_rules([file]) for name, file in zip(SHIPPED, shipped_rules(), strict=True)}


def _cases() -> Iterator[tuple[str, Case]]:
    for name in SHIPPED:
        for case in read_cases((RULES / name / "cases.yml").read_bytes(), name):
            yield name, case


@pytest.mark.parametrize(("name", "case"), [pytest.param(*one, id=f"{one[0]}: {one[1].name}") for one in _cases()])
def test_case(name: str, case: Case) -> None:
    assert case_fault(case, run_case(case, SETS[name])) == ""


def test_every_folder_is_listed() -> None:
    assert sorted(SHIPPED) == sorted(path.name for path in RULES.iterdir() if path.is_dir())


@pytest.mark.parametrize("name", SHIPPED)
def test_rule_is_whole(name: str) -> None:
    """Every detection of a folder bears its name, says what to do, has tags, and cases for and against it."""
    labels = SETS[name].labels
    cases = read_cases((RULES / name / "cases.yml").read_bytes(), name)
    assert {rule for case in cases for rule in case.expect} == set(labels)
    assert any(not case.expect for case in cases)
    for rule, label in labels.items():
        assert rule.startswith(name) or rule in {"credential-guessing", "injection-answered"}
        assert len(label.description) > 80
        assert label.falsepositives
        namespaces = {tag.partition(".")[0] for tag in label.tags}
        assert namespaces == {"attack", "owasp", "cwe", "rec"}


def test_all_rules_together() -> None:
    rules: RuleSet = compile_rules(shipped_rules())
    assert len(rules.labels) == sum(len(one.labels) for one in SETS.values())
