"""`garrison findings` and `garrison checks`, as operators see them."""

import json
from pathlib import Path

import msgspec
import pytest
from tests.unit.cli.program import run
from tests.unit.report.findings_made import PROVEN, REPORT, WRITTEN

from garrison.adapters.store.findings import Findings
from garrison.assess.checks.catalogue import CHECKS
from garrison.core.finding import State
from garrison.core.findings_report import Listed


@pytest.fixture
def data(tmp_path: Path) -> str:
    nasty = msgspec.structs.replace(WRITTEN, title="an \x1b[31moperation", confidence=WRITTEN.confidence)
    with Findings(tmp_path / "d") as history:
        history.take_in(msgspec.structs.replace(REPORT, findings=(Listed(PROVEN), Listed(nasty)), stopped=""))
    return str(tmp_path / "d")


def test_list_and_show(data: str) -> None:
    listed = run("findings", "--data", data)
    lines = listed.stdout.splitlines()

    assert listed.returncode == 1
    assert lines[0].split() == ["id", "severity", "confidence", "state", "since", "where", "what"]
    assert lines[1].startswith(
        "01234567  high      high        new    2027-01-15  GET /v1/orders/{orderId} (path.orderId)"
    )
    assert "\x1b" not in listed.stdout
    shown = run("findings", "show", "0123", "--data", data)
    for text in (
        "HIGH an object of another can be read",
        "2. bob: GET /v1/orders/17?full=1 -> 200: bob reads it",
        "authorization: Bearer {bob}",
        "how to mend it: Compare the owner",
        "raise HTTPException(404)",
        "target: http://127.0.0.1:5000; found first 2027-01-15",
    ):
        assert text in shown.stdout
    assert f"garrison findings reproduce 0123 --data {data}" in shown.stderr
    assert json.loads(run("findings", "show", "0123", "--data", data, "--json").stdout)["state"] == "new"
    assert len(json.loads(run("findings", "list", "--data", data, "--json").stdout)["findings"]) == 2


def test_accepting(data: str) -> None:
    wrong = run("findings", "accept", "0123", "--data", data)
    assert wrong.returncode == 2
    assert "--until: is missing" in wrong.stderr
    assert "--reason: is missing" in wrong.stderr
    assert "is over" in run("findings", "accept", "0", "--until", "2020-01-01", "--reason", "x", "--data", data).stderr
    for one in ("0123", "aaaa"):
        done = run(
            "findings", "accept", one, "--until", "2999-12-31", "--reason", "a VPN", "--by", "ana", "--data", data
        )
        assert done.stdout.endswith("until 2999-12-31\n")

    listed = run("findings", "--data", data)
    assert listed.returncode == 0
    assert listed.stdout.count("accepted until 2999-12-31") == 2
    assert "accepted until 2999-12-31 by ana: a VPN" in run("findings", "show", "0123", "--data", data).stdout
    assert "01234567 counts again" in run("findings", "accept", "0123", "--no-more", "--data", data).stdout
    assert run("findings", "--data", data).returncode == 1


def test_reproducing(data: str, tmp_path: Path) -> None:
    script = run("findings", "reproduce", "0123", "--data", data).stdout
    assert script.startswith("#!/bin/sh\n# an object of another can be read")
    file = tmp_path / "test_it.py"
    assert run("findings", "reproduce", "0123", "--as", "pytest", "-o", str(file), "--data", data).returncode == 0
    assert "def test_object_read_by_another() -> None:" in file.read_text()
    assert "is of an audit, which sends nothing" in run("findings", "reproduce", "aaaa", "--data", data).stderr
    assert "`curl` and `pytest`" in run("findings", "reproduce", "0", "--as", "burp", "--data", data).stderr


def test_the_last_report_again(data: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    done = run("findings", "report", "--format", "html", "-o", str(page), "--data", data)
    assert done.returncode == 0
    assert page.read_text().startswith("<!doctype html>")
    assert "found: 1 high, 1 medium" in done.stderr
    baseline = tmp_path / "baseline.json"
    run("findings", "report", "--write-baseline", str(baseline), "--data", data)
    known = run("findings", "report", "--format", "sarif", "--baseline", str(baseline), "--data", data)
    results = json.loads(known.stdout)["runs"][0]["results"]
    assert all(result["suppressions"] for result in results)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("show", "ffff"), "`ffff` is no finding"),
        (("show", "%"), "`%` is no finding"),
        (("show", "x" * 5000), "is no finding"),
        (("report", "--format", "pdf"), "`pdf` is not known"),
        (("report", "--target", "http://other"), "nothing is kept of `http://other`"),
        (("report", "--baseline", "nowhere.json"), "nowhere.json: $: cannot be read: no such file or directory"),
    ],
)
def test_what_is_wrong(data: str, arguments: tuple[str, ...], why: str) -> None:
    done = run("findings", *arguments, "--data", data)

    assert done.returncode == 2
    assert why in done.stderr


def test_nothing_was_ever_found(tmp_path: Path) -> None:
    nowhere = str(tmp_path / "none")
    assert run("findings", "--data", str(tmp_path)) == (0, "", "there are no findings\n")
    done = run("findings", "--data", nowhere)
    assert (done.returncode, done.stderr.splitlines()[1:]) == (0, ["there are no findings"])
    assert "keeps no run" in run("findings", "report", "--data", nowhere).stderr


def test_ids_that_are_not_enough(tmp_path: Path) -> None:
    with Findings(tmp_path) as history:
        other = msgspec.structs.replace(PROVEN, fingerprint="0" * 32)
        history.take_in(msgspec.structs.replace(REPORT, findings=(Listed(PROVEN), Listed(other, State.NEW))))

    done = run("findings", "show", "0", "--data", str(tmp_path))
    assert "`0` begins the ids of 2 findings (hint: `000000000000` (http://127.0.0.1:5000)" in done.stderr


def test_checks_are_told() -> None:
    listed = run("checks").stdout.splitlines()
    assert len(listed) == len(CHECKS) + 1
    shown = run("checks", "show", CHECKS[0].id).stdout
    assert shown.startswith(f"{CHECKS[0].id}: {CHECKS[0].title}\n")
    assert "how to mend it: " in shown
    assert json.loads(run("checks", "show", CHECKS[0].id, "--json").stdout)["family"] == CHECKS[0].family
    assert len(json.loads(run("checks", "list", "--json").stdout)) == len(CHECKS)
    assert "`nothing` is no check" in run("checks", "show", "nothing").stderr
