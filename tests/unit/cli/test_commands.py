"""Commands say what they found, where, and by their exit status."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.cli.program import run

ROOT = Path(__file__).parents[3]
CONTRACT = """
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /pets/{petId}:
    parameters:
      - {name: petId, in: path, required: true, schema: {type: integer}}
    get:
      operationId: getPet
      responses: {"200": {description: ok}}
"""
COMMANDS = [
    ["guard"],
    ["demo"],
    ["plan"],
    ["events"],
    ["status"],
    ["explain"],
    ["replay"],
    ["inspect"],
    ["block"],
    ["unblock"],
    ["blocks"],
    ["revoke"],
    ["config", "schema"],
    ["config", "check"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_has_an_example(command: list[str]) -> None:
    done = run(*command, "--help")
    assert done.returncode == 0
    assert f"Example: garrison {' '.join(command)}" in done.stdout


def test_help_has_a_short_name() -> None:
    done = run("events", "-h")
    assert (done.returncode, done.stdout) == (0, run("events", "--help").stdout)


def test_the_version_is_told_without_a_command() -> None:
    done = run("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("garrison ")


def in_a_shell(command: str) -> subprocess.CompletedProcess[str]:
    """`garrison` within a line of shell, as a program of its own."""
    program = f"garrison() {{ {sys.executable} -c 'from garrison.cli.main import main; main()' \"$@\"; }}; "
    return subprocess.run(
        ["bash", "-c", program + command],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        check=False,
    )


@pytest.mark.parametrize("command", ["lab list", "lab list --json", "config schema"])
def test_output_that_cannot_be_written_is_one_line_on_stderr(command: str) -> None:
    done = in_a_shell(f"garrison {command} > /dev/full")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "<output>: $: what is printed cannot be written: no space left on device\n"


def test_a_reader_who_has_seen_enough_is_no_failure() -> None:
    done = in_a_shell("garrison config schema | head -1; echo ${PIPESTATUS[0]}")
    assert (done.stdout.split(), done.stderr) == (["{", "0"], "")


def test_closed_streams_are_no_failure(tmp_path: Path) -> None:
    done = in_a_shell(f"garrison events --data {tmp_path} >&- 2>&-")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_help_imports_nothing_heavy() -> None:
    code = "import sys; from garrison.cli.main import application; application(); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        check=True,
    )
    heavy = {"jsonschema_rs", "httpx", "yaml", "duckdb", "opentelemetry", "prometheus_client", "garrison.wiring"}
    assert not (heavy | {"garrison.config.load"}) & set(done.stdout.split())


def test_schema_is_json() -> None:
    schema = json.loads(run("config", "schema").stdout)
    assert schema["$defs"]["Settings"]["properties"]["mode"]["enum"] == ["enforce", "monitor"]


def test_check_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text(CONTRACT)
    (tmp_path / "garrison.yaml").write_text("mode: enforce\ncontract: {file: api.yaml}\n")
    done = run("config", "check", "garrison.yaml", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "garrison.yaml: no problems\n", "")
    assert json.loads(run("config", "check", "--json", "garrison.yaml", cwd=tmp_path).stdout) == {"problems": []}


def test_check_finds_everything(tmp_path: Path) -> None:
    (tmp_path / "garrison.yaml").write_text("moed: monitor\nlisten:\n  tls: {certificate: a, key: b}\n")
    done = run("config", "check", "garrison.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "garrison.yaml:1: $.moed: unknown key `moed` (hint: did you mean `mode`?)",
        "garrison.yaml:3: $.listen.tls.certificate: `a` cannot be read: no such file or directory",
        "garrison.yaml:3: $.listen.tls.key: `b` cannot be read: no such file or directory",
    ]
    told = json.loads(run("config", "check", "--json", "garrison.yaml", cwd=tmp_path).stdout)
    assert [problem["path"] for problem in told["problems"]] == [
        "$.moed",
        "$.listen.tls.certificate",
        "$.listen.tls.key",
    ]


def test_check_looks_at_the_contract(tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text(CONTRACT)
    (tmp_path / "garrison.yaml").write_text("contract: {file: api.yaml}\noperations: [{match: getPets}]\n")
    done = run("config", "check", "garrison.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert "$.operations[0].match: `getPets` names no operation" in done.stderr
    (tmp_path / "garrison.yaml").write_text("contract: {file: missing.yaml}\n")
    assert "missing.yaml" in run("config", "check", "garrison.yaml", cwd=tmp_path).stderr


def test_missing_settings_file(tmp_path: Path) -> None:
    done = run("config", "check", "none.yaml", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, "none.yaml: $: cannot be read: no such file or directory\n")


def test_plan(tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text(CONTRACT)
    done = run("plan", "--contract", "api.yaml", "--mode", "enforce", cwd=tmp_path)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "mode: enforce, 1 operation"
    assert "GET /pets/{petId} (getPet)" in lines
    assert "requests that no operation matches" in lines
    told = json.loads(run("plan", "--contract", "api.yaml", "--json", cwd=tmp_path).stdout)
    assert told["mode"] == "monitor"
    (operation,) = told["operations"]
    assert operation["id"] == "getPet"
    assert {"control", "kind", "mode", "fail", "state", "phases", "exceptions"} == set(operation["controls"][0])


def test_plan_lists_unsafe_options(tmp_path: Path) -> None:
    (tmp_path / "g.yaml").write_text("controls: {inventory: {unsafe-allow-undescribed: true}}")
    done = run("plan", "--config", "g.yaml", cwd=tmp_path)
    assert "unsafe: `$.controls.inventory.unsafe-allow-undescribed` is on" in done.stdout


def test_plan_with_an_operation_that_cannot_be_compiled(tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text(CONTRACT.replace("{type: integer}", "{type: 7}"))
    done = run("plan", "--contract", "api.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert "GET /pets/{petId}: could not be compiled" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "<options>: --upstream: is missing"),
        (["--upstream", "x"], "<options>: --upstream: `x` must begin with"),
        (["--upstream", "http://a", "--mode", "block"], "<options>: --mode: must be `enforce` or `monitor`"),
        (["--upstream", "http://a", "--mode", "enforce"], "$.contract.file: is missing"),
        (["--upstream", "http://a", "--config", "none.yaml"], "none.yaml: $: cannot be read"),
    ],
)
def test_guard_refuses_to_start(arguments: list[str], expected: str, tmp_path: Path) -> None:
    done = run("guard", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert expected in done.stderr
    assert "Traceback" not in done.stderr


def test_unknown_option() -> None:
    assert run("plan", "--nonsense").returncode == 2
