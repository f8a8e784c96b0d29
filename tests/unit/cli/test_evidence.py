"""`garrison evidence` from the command line."""

import hashlib
import json
from pathlib import Path

import pytest
from tests.unit.adapters.probing.servers import answering, raw_server
from tests.unit.cli.program import Done, run

from garrison.adapters.store.findings import Findings
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding
from garrison.core.findings_report import Listed, Outcome, Ran, Report

CONTRACT = """\
openapi: 3.1.0
info: {title: <Shop>, version: "1"}
paths:
  /orders:
    get: {operationId: orders, responses: {"200": {description: orders}}}
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    folder = tmp_path_factory.mktemp("evidence")
    (folder / "shop.yaml").write_text(CONTRACT, encoding="utf-8")
    (folder / "garrison.yaml").write_text("{mode: enforce, contract: {file: shop.yaml}}", encoding="utf-8")
    check = CheckId("object-read-by-another")
    found = Finding(check, "it can be read", Severity.HIGH, Confidence.HIGH, "it can", "f" * 32, template="/orders")
    ran = (Ran(check, Outcome.TESTED, is_whole=True, found=1),)
    (folder / "kept").mkdir()
    with Findings(folder / "kept") as history:
        history.take_in(
            Report("assessment", "http://127.0.0.1:1", 1.8e9, 1.8e9, "1", checks=ran, findings=(Listed(found),))
        )
    return folder, run("evidence", "--config", "garrison.yaml", "--data", "kept", "-o", "out/new", cwd=folder)


def test_the_password_of_a_contract_is_in_no_file(tmp_path: Path) -> None:
    with raw_server(answering(CONTRACT.encode())) as origin:
        place = f"{origin.replace('://', '://reader:hunter2@')}/shop.yaml"
        done = run("evidence", "--contract", place, "--data", str(tmp_path), "-o", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert not [file for file in (tmp_path / "out").rglob("*") if file.is_file() and "hunter2" in file.read_text()]


def test_it_says_how_each_requirement_stands(written: tuple[Path, Done]) -> None:
    _, done = written
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["id", "stands", "tested", "gaps", "requirement"]
    assert len(lines) == 1 + 36 + 2
    assert lines[-1].startswith("<Shop>: ")


def test_the_folder_holds_files_for_programs_and_their_digests(written: tuple[Path, Done]) -> None:
    folder = written[0] / "out" / "new"
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    sums = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    there = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    assert there == {*sums, "SHA256SUMS"}
    assert all(hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest for name, digest in sums.items())
    assert {f"requirements/REC-API-{number}.json" for number in range(1, 27)} <= there
    policy = json.loads((folder / "policy.json").read_text())
    assert policy["operations"]["orders"]["request-limits"] == {"mode": "enforce", "fail": "closed", "state": "active"}
    assert policy["contract"]["shop.yaml"] == hashlib.sha256(CONTRACT.encode()).hexdigest()


def test_a_finding_of_the_history_stands_with_its_requirement(written: tuple[Path, Done]) -> None:
    entry = json.loads((written[0] / "out" / "new" / "requirements" / "API1-2023.json").read_text())
    trial = next(each for each in entry["trials"] if each["kind"] == "assessment")
    assert (trial["target"], trial["tested"]) == ("http://127.0.0.1:1", ["object-read-by-another"])
    assert [each["fingerprint"] for each in trial["findings"]] == ["f" * 32]
    assert "1 finding stands in the assessment of http://127.0.0.1:1" in entry["missing"]


def test_the_page_escapes_and_links_every_requirement(written: tuple[Path, Done]) -> None:
    page = (written[0] / "out" / "new" / "index.html").read_text(encoding="utf-8")
    assert "<h1>&lt;Shop&gt;: " in page
    assert all(f'id="REC-API-{number}"' in page for number in range(1, 27))
    assert 'id="API10-2023"' in page
    assert "<script" not in page


def test_without_a_history_and_a_contract_it_says_what_is_missing(tmp_path: Path) -> None:
    done = run("evidence", "-o", "out", cwd=tmp_path)
    assert done.returncode == 0
    entry = json.loads((tmp_path / "out" / "requirements" / "REC-API-2.json").read_text())
    assert entry["standing"] == "missing"
    assert not (tmp_path / "garrison-data").exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way", encoding="utf-8")
    done = run("evidence", "-o", "out", cwd=tmp_path)
    assert done.returncode == 2
    assert "out: $: cannot be written" in done.stderr
