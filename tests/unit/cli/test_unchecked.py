"""What the contract demands of principals and nothing checks is told at start."""

from pathlib import Path

import pytest
from tests.integration.access.harbour import EXAMPLE

from garrison.cli.opening import idle_budgets, open_policy, unbound_hosts, unchecked
from garrison.config.load import Options, load_settings

ENFORCED_FOR_ONE = """
mode: enforce
controls: {exposure: {budgets: [{name: hour, limit: 5}]}}
operations: [{match: a, controls: {exposure: {mode: enforce}}}]
"""
LAB = EXAMPLE.parents[2] / "src" / "garrison" / "lab"


def told(config: Path | None, options: Options) -> list[str]:
    return list(unchecked(open_policy(config, options)))


def test_annotations_that_are_not_looked_at() -> None:
    overlay = str(LAB / "access.overlay.yaml")
    scheme, marks = told(None, Options(contract=str(LAB / "openapi.yaml"), overlays=(overlay,)))
    assert scheme.startswith("nobody is asked here who they are, though the contract demands `")
    assert marks == (
        "nobody is asked here who they are, so `x-garrison-owner`, `x-garrison-read-scope`, "
        "`x-garrison-write-scope` of the contract is not looked at"
    )


def test_nothing_where_all_is_checked_or_nothing_demanded() -> None:
    assert told(EXAMPLE, Options()) == []
    assert told(None, Options(contract=str(LAB / "openapi.yaml"))) == []


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("mode: enforce\ncontrols: {exposure: {budgets: [{name: hour, limit: 5}]}}", True),
        ("mode: enforce\ncontrols: {exposure: {mode: enforce, budgets: [{name: hour, limit: 5}]}}", False),
        ("mode: enforce\ncontrols: {exposure: {mode: monitor, budgets: [{name: hour, limit: 5}]}}", False),
        ("mode: monitor\ncontrols: {exposure: {budgets: [{name: hour, limit: 5}]}}", False),
        ("mode: enforce", False),
        (ENFORCED_FOR_ONE, False),
    ],
)
def test_budgets_that_were_chosen_and_refuse_nobody(text: str, is_told: bool) -> None:
    told = list(idle_budgets(load_settings(f"contract: {{file: a}}\n{text}".encode(), "garrison.yaml")))
    assert bool(told) is is_told


JWT = "jwt: [{issuer: 'https://id.example', audiences: [a]}]"


@pytest.mark.parametrize(
    ("scheme", "contract", "is_told"),
    [
        (f"{{{JWT}, sender-constraint: dpop}}", "", True),
        (f"{{{JWT}, sender-constraint: required}}", "", True),
        ("{signature: {jwks-file: k}}", "", True),
        ("{signature: {jwks-file: k, components: ['@method', '@path']}}", "", False),
        (f"{{{JWT}}}", "", False),
        (f"{{{JWT}, sender-constraint: dpop}}", ", match-hosts: true", False),
    ],
)
def test_proofs_for_whatever_host_a_client_names(scheme: str, contract: str, is_told: bool) -> None:
    text = f"contract: {{file: a{contract}}}\ncontrols: {{authentication: {{schemes: {{one: {scheme}}}}}}}"
    told = list(unbound_hosts(load_settings(text.encode(), "garrison.yaml")))
    assert bool(told) is is_told
    assert all("`one`" in each and "`contract.match-hosts`" in each for each in told)
