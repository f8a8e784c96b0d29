"""`garrison audit` from the command line."""

import json
from pathlib import Path

import pytest
import yaml
from tests.unit.cli.program import run

DESCRIPTION = """\
openapi: 3.1.0
info: {title: Shop, version: "1", contact: {email: owner@example.com}}
servers: [{url: "http://shop.example.com"}]
security: [{key: []}]
paths:
  /orders:
    post:
      operationId: order
      requestBody:
        content:
          application/json:
            schema: {type: object, additionalProperties: false, properties: {note: {type: string}}}
      responses: {"201": {description: made}}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shop.yaml").write_text(DESCRIPTION, encoding="utf-8")
    return tmp_path


def test_the_table_says_what_is_wrong_where_and_how_to_mend_it(folder: Path) -> None:
    done = run("audit", "shop.yaml", cwd=folder)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0] == "shop.yaml: OpenAPI 3.1.0, 1 operation"
    assert "high  plain-http-server: the API is served without encryption  (API8)" in lines
    assert "       3 POST /orders: `http://shop.example.com` is not encrypted" in lines
    assert (
        "      12 POST /orders: `note` is a text without `maxLength`, `format` and `pattern` (medium confidence)"
        in lines
    )
    assert any(text.startswith("score ") for text in lines)
    assert max(map(len, lines)) <= 110


def test_as_json_a_program_reads_it(folder: Path) -> None:
    done = run("audit", "shop.yaml", "--format", "json", cwd=folder)
    found = json.loads(done.stdout)
    assert found["score"] == found["operations"][0]["score"] < 100
    assert found["severities"]["high"] == 1
    grave = found["findings"][0]
    assert (grave["check"], grave["source"]["line"], grave["severity"]) == ("plain-http-server", 3, "high")
    assert grave["suggestion"].startswith('- target: "$.servers[0]"')


@pytest.mark.parametrize(("least", "status"), [("critical", 0), ("high", 1), ("low", 1)])
def test_what_fails_is_said(folder: Path, least: str, status: int) -> None:
    assert run("audit", "shop.yaml", "--fail-on", least, cwd=folder).returncode == status


def test_rules_are_chosen(folder: Path) -> None:
    one = json.loads(run("audit", "shop.yaml", "--rule", "no-429", "--format", "json", cwd=folder).stdout)
    assert {each["check"] for each in one["findings"]} == {"no-429"}
    rest = json.loads(run("audit", "shop.yaml", "--without", "no-429", "--format", "json", cwd=folder).stdout)
    assert "no-429" not in {each["check"] for each in rest["findings"]}
    assert len(rest["findings"]) > 3


def test_the_written_overlay_mends_what_it_says(folder: Path) -> None:
    before = json.loads(
        run("audit", "shop.yaml", "--write-overlay", "mend.yaml", "--format", "json", cwd=folder).stdout
    )
    assert yaml.safe_load((folder / "mend.yaml").read_text(encoding="utf-8"))["overlay"] == "1.0.0"
    after = json.loads(run("audit", "shop.yaml", "--overlay", "mend.yaml", "--format", "json", cwd=folder).stdout)
    mended = {each["fingerprint"] for each in before["findings"] if each.get("suggestion")}
    assert mended
    assert not mended & {each["fingerprint"] for each in after["findings"]}
    assert after["score"] > before["score"]


def test_what_is_accepted_does_not_count(folder: Path) -> None:
    (folder / "accept.yaml").write_text(
        "accept:\n- {rule: plain-http-server, path: $.servers*, reason: inside the mesh, until: 2099-01-01}\n"
        "- {rule: no-contact, path: $.info, reason: known, until: 2099-01-01}\n",
        encoding="utf-8",
    )
    done = run("audit", "shop.yaml", "--accept", "accept.yaml", "--format", "json", cwd=folder)
    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert [each["reason"] for each in found["accepted"]] == ["inside the mesh"]
    assert "$.accept[1]: nothing of `no-contact` is found at `$.info` any more" in done.stderr


def test_the_score_is_kept(folder: Path) -> None:
    run("audit", "shop.yaml", "--history", ".", cwd=folder)
    kept = (folder / "audits.jsonl").read_text(encoding="utf-8").splitlines()
    (folder / "audits.jsonl").write_text("\n".join(["no json", *kept, ""]), encoding="utf-8")
    done = run("audit", "shop.yaml", "--history", "audits.jsonl", cwd=folder)
    score = json.loads(kept[0])["score"]
    assert f"score {score} of 100 (before: {score} on 20" in done.stdout
    assert len((folder / "audits.jsonl").read_text(encoding="utf-8").splitlines()) == 3


def test_the_result_goes_to_a_file(folder: Path) -> None:
    done = run("audit", "shop.yaml", "-o", "out.txt", cwd=folder)
    assert done.stdout == ""
    assert "score" in (folder / "out.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["gone.yaml"], "gone.yaml: $: cannot be read"),
        (["shop.yaml", "--rule", "no-such"], "<options>: --rule: `no-such` is no rule"),
        (["shop.yaml", "--format", "xml"], "<options>: --format: `xml` is not known"),
        (["shop.yaml", "--accept", "gone.yaml"], "gone.yaml: $: cannot be read"),
        (["shop.yaml", "-o", "no/such/folder"], "no/such/folder: $: cannot be written"),
        (["shop.yaml", "--write-overlay", "no/such/folder"], "no/such/folder: $: cannot be written"),
        (["shop.yaml", "--history", "no/such/folder"], "no/such/folder: $: cannot be written"),
    ],
)
def test_what_is_wrong_with_the_options_is_told(folder: Path, arguments: list[str], problem: str) -> None:
    done = run("audit", *arguments, cwd=folder)
    assert done.returncode == 2
    assert problem in done.stderr


def test_what_cannot_be_read_is_told(folder: Path) -> None:
    (folder / "shop.yaml").write_text(DESCRIPTION + "  schemas: {A: {$ref: '#/gone'}}\n", encoding="utf-8")
    text = DESCRIPTION.replace("{note: {type: string}}", "{note: {$ref: '#/gone'}}")
    (folder / "shop.yaml").write_text(text, encoding="utf-8")
    assert "the reference `#/gone` cannot be resolved" in run("audit", "shop.yaml", cwd=folder).stderr


def test_as_sarif_code_scanning_reads_it(folder: Path) -> None:
    (folder / "accept.yaml").write_text(
        "accept: [{rule: no-429, path: '*', reason: limited elsewhere, until: 2099-01-01}]\n", encoding="utf-8"
    )
    done = run("audit", "shop.yaml", "--accept", "accept.yaml", "--format", "sarif", cwd=folder)
    (log,) = json.loads(done.stdout)["runs"]
    grave = log["results"][0]
    assert grave["ruleId"] == "plain-http-server"
    place = grave["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("shop.yaml", 3)
    assert {"plain-http-server", "no-429"} <= {each["id"] for each in log["tool"]["driver"]["rules"]}
    accepted = [each for each in log["results"] if "suppressions" in each]
    assert [each["ruleId"] for each in accepted] == ["no-429"]
    assert accepted[0]["suppressions"][0]["justification"] == "limited elsewhere (until 2099-01-01)"


def test_as_a_page_it_can_be_handed_on(folder: Path) -> None:
    done = run("audit", "shop.yaml", "--format", "html", "-o", "shop.html", cwd=folder)
    assert done.stdout == ""
    page = (folder / "shop.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "Whoever is on the way reads and changes everything, credentials included." in page
    assert "shop.yaml:3" in page
    assert "update: {&#34;url&#34;: &#34;https://shop.example.com&#34;}" in page
