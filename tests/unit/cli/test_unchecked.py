"""What the contract demands of principals and nothing checks is told at start."""

from pathlib import Path

from tests.integration.access.harbour import EXAMPLE

from garrison.cli.opening import open_policy, unchecked
from garrison.config.load import Options

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
