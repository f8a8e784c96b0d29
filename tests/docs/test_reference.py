"""The reference pages say what the code does."""

import importlib.util
import re
from pathlib import Path

import pytest
import typer.main

from garrison.assess.checks.catalogue import CHECKS
from garrison.audit.catalogue import RULES
from garrison.cli.main import application
from garrison.core.semantics import SEMANTIC_TYPES

DOCS = Path(__file__).parents[2] / "docs"


def pages() -> dict[Path, str]:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: dict[Path, str] = module.pages()
    return found


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_generated_pages_are_up_to_date(page: Path) -> None:
    assert page.read_text(encoding="utf-8") == pages()[page], "run `python docs/generate.py`"


def commands() -> dict[str, list[str]]:
    """Each command with its options."""
    found: dict[str, list[str]] = {}

    def walk(command: object, name: str) -> None:
        inner = getattr(command, "commands", None)
        if inner is None:
            options = [option for param in getattr(command, "params", ()) for option in param.opts]
            found[name] = [option for option in options if option.startswith("--")]
            return
        for key, one in inner.items():
            walk(one, f"{name} {key}")

    walk(typer.main.get_command(application()), "garrison")
    return found


@pytest.mark.parametrize("command", commands())
def test_commands_and_their_options_are_documented(command: str) -> None:
    text = (DOCS / "reference" / "cli.md").read_text(encoding="utf-8")
    section = re.search(rf"^## `{re.escape(command)}`\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert section, command
    for option in commands()[command]:
        assert f"`{option}" in section[1], option


def test_rules_of_the_audit_are_documented() -> None:
    text = (DOCS / "reference" / "audit-rules.md").read_text(encoding="utf-8")
    for rule in RULES:
        assert text.count(f"## `{rule.id}`\n") == 1
        assert rule.why in text
        assert rule.mend in text


def test_the_number_of_checks_is_told_as_it_is() -> None:
    text = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"of (\d+) checks", text) == [str(len(CHECKS))]


def test_metrics_are_documented() -> None:
    text = (DOCS / "guides" / "events.md").read_text(encoding="utf-8")
    source = (DOCS.parent / "src" / "garrison" / "adapters" / "metrics.py").read_text(encoding="utf-8")
    names = re.findall(r'"(garrison_[a-z_]+)"', source)
    assert [name for name in names if f"`{name}" not in text] == []


def test_semantic_types_are_documented() -> None:
    text = (DOCS / "reference" / "annotations.md").read_text(encoding="utf-8")
    for each in SEMANTIC_TYPES:
        assert f"| `{each.id}` | {each.title} | {each.category} |" in text


def test_links_between_pages_lead_somewhere() -> None:
    for page in DOCS.rglob("*.md"):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
