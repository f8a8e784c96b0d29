"""Examples in the guides give what the guides say."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
EXAMPLES = [
    pytest.param(found[1], found[2], id=f"{page.stem}: {found[1]}")
    for page in sorted((DOCS / "guides").glob("*.md"))
    for found in re.finditer(r"^```console\n\$ garrison (.*)\n((?:.*\n)*?)```$", page.read_text("utf-8"), re.MULTILINE)
]


@pytest.mark.parametrize(("command", "output"), EXAMPLES)
def test_example(command: str, output: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from garrison.cli.main import main; main()", *command.split()],
        capture_output=True,
        text=True,
        cwd=DOCS / "examples",
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr) == (output, "")


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 2


def test_shown_file_is_the_example() -> None:
    text = (DOCS / "guides" / "replay.md").read_text("utf-8")
    assert f"```yaml\n{(DOCS / 'examples' / 'stricter.yaml').read_text('utf-8')}```" in text


def test_access_rules_shown_are_the_example() -> None:
    text = (DOCS / "guides" / "access.md").read_text("utf-8")
    assert f"```yaml\n{(DOCS / 'examples' / 'access.yaml').read_text('utf-8')}```" in text
