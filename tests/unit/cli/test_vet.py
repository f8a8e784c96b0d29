"""`garrison vet` from the command line, of contracts alone: nothing is sent."""

import json
from pathlib import Path

import pytest
from tests.unit.cli.program import run

CONTRACT = """\
openapi: 3.1.0
info: {title: Shop, version: "1", contact: {email: owner@example.com}}
servers: [{url: "https://shop.example.com/v1"}]
security: [{oauth: ["orders:read"]}]
paths:
  /orders:
    get:
      operationId: orders
      parameters:
        - {name: email, in: query, required: true, schema: {type: string, format: email, maxLength: 100}}
      responses:
        "200":
          description: orders
          content:
            application/json:
              schema:
                type: object
                additionalProperties: false
                properties:
                  number: {type: string, format: uuid}
                  customer:
                    type: object
                    additionalProperties: false
                    properties:
                      name: {type: string, maxLength: 80}
                      birthDate: {type: string, format: date}
components:
  securitySchemes:
    oauth:
      type: oauth2
      flows: {clientCredentials: {tokenUrl: "https://id.example.com/token", scopes: {"orders:read": read, "all": all}}}
"""
CARELESS = CONTRACT.replace("https://shop", "http://shop")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shop.yaml").write_text(CONTRACT, encoding="utf-8")
    (tmp_path / "careless.yaml").write_text(CARELESS, encoding="utf-8")
    return tmp_path


def needs(folder: Path, text: str) -> str:
    (folder / "needs.yaml").write_text(text, encoding="utf-8")
    return "needs.yaml"


def test_of_a_contract_alone_nothing_is_sent_and_what_was_not_seen_is_said(folder: Path) -> None:
    done = run("vet", "shop.yaml", cwd=folder)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "Shop (shop.yaml): use it with care; one of the four questions that decide is open"
    assert "not known     is what travels protected on the way?" in lines
    assert "not looked at: it is not known what is needed of it: `--needs` says so" in lines
    assert "sent: 0 requests" in lines
    assert max(map(len, lines)) <= 110


def test_an_api_without_encryption_is_not_to_be_used_as_it_is(folder: Path) -> None:
    done = run("vet", "careless.yaml", cwd=folder)
    assert done.returncode == 1
    assert done.stdout.startswith("Shop (careless.yaml): do not use it as it is\n")
    assert "BAD           is what travels protected on the way?" in done.stdout
    assert run("vet", "careless.yaml", "--fail-on", "never", cwd=folder).returncode == 0


def test_what_is_asked_and_given_is_held_against_what_is_needed(folder: Path) -> None:
    place = needs(folder, "needs: [{operation: GET /orders, sends: [], reads: [number, customer/name, total]}]")
    done = run("vet", "shop.yaml", "--needs", place, "--format", "json", cwd=folder)
    report = json.loads(done.stdout)
    told = {each["finding"]["says"] for each in report["findings"] if "need" in each["finding"]["check"]}
    assert told == {
        "it demands `query.email` (e-mail address), which need not be sent",
        "answers hold `customer/birthDate` (date of birth), which is not read",
        "`total` is needed, and the contract has no such field in its answer",
    }
    assert report["opinion"]["scopes"] == ["orders:read"]
    assert [each["kind"] for each in report["opinion"]["data"]] == ["email", "birth-date"]
    data = next(each for each in report["opinion"]["concerns"] if each["id"] == "data")
    assert data["grade"] == "care"


def test_a_contract_of_what_is_needed_says_it_as_well(folder: Path) -> None:
    place = needs(folder, CONTRACT.replace("                      birthDate: {type: string, format: date}\n", ""))
    done = run("vet", "shop.yaml", "--needs", place, "--format", "json", cwd=folder)
    told = [each["finding"] for each in json.loads(done.stdout)["findings"] if "need" in each["finding"]["check"]]
    assert [each["location"] for each in told] == ["answer/customer/birthDate"]
    assert told[0]["source"]["line"] == 26


def test_answers_that_nobody_describes_leave_the_question_open(folder: Path) -> None:
    silent = CONTRACT.partition("          content:")[0] + "components:" + CONTRACT.partition("components:")[2]
    (folder / "shop.yaml").write_text(silent, encoding="utf-8")
    place = needs(folder, "needs: [{operation: orders, sends: [email], reads: [number]}]")
    done = run("vet", "shop.yaml", "--needs", place, cwd=folder)
    assert "not looked at: its contract does not say what GET /v1/orders takes or answers" in done.stdout


def test_a_contract_without_operations_answers_no_question(folder: Path) -> None:
    (folder / "shop.yaml").write_text("{openapi: 3.1.0, info: {title: Shop, version: '1'}}", encoding="utf-8")
    done = run("vet", "shop.yaml", cwd=folder)
    assert done.stdout.startswith("Shop (shop.yaml): nothing could be looked at\n")
    assert "not looked at: its contract describes no operation" in done.stdout


def test_an_operation_that_no_contract_has_is_told(folder: Path) -> None:
    place = needs(folder, "needs: [{operation: DELETE /orders}]")
    done = run("vet", "shop.yaml", "--needs", place, cwd=folder)
    assert "`DELETE /orders` is needed, and the contract has no such operation" in done.stdout


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[]", "must hold a list `needs` and nothing else"),
        ("needs: [{reads: [id]}]", "$.needs[0]: must have `operation`"),
        ("needs: [{operation: x, reads: id}]", "$.needs[0].reads: must be a list of names"),
        ("needs: [{operation: x, give: [id]}]", "$.needs[0].give: is not known"),
    ],
)
def test_a_file_of_needs_that_says_something_else_is_refused(folder: Path, text: str, says: str) -> None:
    done = run("vet", "shop.yaml", "--needs", needs(folder, text), cwd=folder)
    assert done.returncode == 2
    assert says in done.stderr


@pytest.mark.parametrize("option", [("--fail-on", "high"), ("--format", "poem"), ("--contract", "shop.yaml")])
def test_options_that_make_no_sense_are_refused(folder: Path, option: tuple[str, str]) -> None:
    assert run("vet", "shop.yaml", *option, cwd=folder).returncode == 2


def test_the_page_begins_with_the_advice(folder: Path) -> None:
    done = run("vet", "careless.yaml", "--format", "html", "-o", "page.html", cwd=folder)
    assert done.returncode == 1
    page = (folder / "page.html").read_text(encoding="utf-8")
    assert "<h1>Shop: do not use it as it is</h1>" in page
    assert "Is what travels protected on the way?" in page
    assert "date of birth" in page


def test_a_second_run_says_what_is_mended(folder: Path) -> None:
    run("vet", "careless.yaml", "--data", "kept", cwd=folder)
    (folder / "careless.yaml").write_text(CONTRACT, encoding="utf-8")
    done = run("vet", "careless.yaml", "--data", "kept", "--format", "json", cwd=folder)
    states = {each["finding"]["check"]: each.get("state", "new") for each in json.loads(done.stdout)["findings"]}
    assert states["plain-http-server"] == "fixed"
    assert done.returncode == 0
