"""`garrison patch` and `garrison patches`, as operators see them, without a gateway."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.unit.cli.program import run
from tests.unit.report.findings_made import PROVEN, REPORT

from garrison.adapters.patch_file import read_patches, write_patches
from garrison.adapters.store.findings import Findings
from garrison.cli import patches
from garrison.core.finding import CheckId
from garrison.core.findings_report import Listed
from garrison.core.patch import Patch, Proof, Refused
from garrison.proving import Standing

CONTRACT = """
openapi: 3.1.0
info: {title: Orders, version: "1"}
paths:
  /v1/orders/{orderId}:
    get:
      operationId: getOrder
      parameters: [{name: orderId, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: an order}}
"""
QUOTES = Patch(
    id="quotes", finding="0123", operation="getOrder", where="path.orderId", refuse=Refused(matches="'"),
    owner="ada", expires="2099-12-31", proof=Proof(at="2026-12-01T08:00:00Z"),
)  # fmt: skip
OVER = Patch(id="over", operation="GET /v1/old*", deny=True, expires="2020-12-31")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "api.yaml").write_text(CONTRACT)
    (tmp_path / "garrison.yaml").write_text("mode: enforce\ncontract: {file: api.yaml}\n")
    return tmp_path


def test_what_is_written_is_read_again(folder: Path) -> None:
    write_patches(folder / "patches.yaml", [QUOTES, OVER])
    assert read_patches(folder / "patches.yaml") == (QUOTES, OVER)
    assert read_patches(folder / "none.yaml") == ()


def test_an_empty_file_does_not_end_all_patches(folder: Path) -> None:
    (folder / "patches.yaml").write_text("")
    assert run("patches", "list", "--config", "garrison.yaml", cwd=folder).returncode == 2
    write_patches(folder / "patches.yaml", [])
    assert run("patches", "list", "--config", "garrison.yaml", cwd=folder).returncode == 0


def test_list_and_remove(folder: Path) -> None:
    write_patches(folder / "patches.yaml", [QUOTES, OVER])
    listed = run("patches", "--config", "garrison.yaml", cwd=folder)
    assert listed.returncode == 1
    first, second = listed.stdout.splitlines()[1:]
    assert first.split()[:2] == ["over", "ended"]
    assert second.startswith("quotes")
    assert "refuse what is matching `'` at `path.orderId`" in second
    removed = run("patches", "remove", "over", "--config", "garrison.yaml", cwd=folder)
    assert removed.returncode == 0
    assert read_patches(folder / "patches.yaml") == (QUOTES,)
    assert run("patches", "list", "--config", "garrison.yaml", cwd=folder).returncode == 0
    wrong = run("patches", "remove", "over", "--config", "garrison.yaml", cwd=folder)
    assert wrong.returncode == 2
    assert "`over` is no patch" in wrong.stderr


def test_names_from_answers_move_no_cursor(folder: Path) -> None:
    write_patches(folder / "patches.yaml", [Patch(id="p", operation="getOrder", strip=("/**/\x1b[2Ja",))])
    assert read_patches(folder / "patches.yaml")[0].strip == ("/**/\x1b[2Ja",)
    assert "\x1b" not in run("patches", "--config", "garrison.yaml", cwd=folder).stdout


def test_what_is_done_while_patches_are_proven_stays(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder / "patches.yaml"
    later, longer = replace(OVER, id="later"), replace(OVER, expires="2099-12-31")
    write_patches(file, [QUOTES, OVER, replace(OVER, id="gone")])

    def proven(patch: Patch, *_: object) -> Standing:
        write_patches(file, [QUOTES, longer, later])
        return Standing(replace(patch, proof=Proof(at="2027-01-01T00:00:00Z")), "holds")

    monkeypatch.setattr(patches, "_proven_again", proven)
    patches.prove(config=folder / "garrison.yaml", data=folder)
    assert [(each.id, each.expires, each.proof) for each in read_patches(file)] == [
        ("quotes", "2099-12-31", Proof(at="2027-01-01T00:00:00Z")), ("over", "2099-12-31", None),
        ("later", "2020-12-31", None),
    ]  # fmt: skip


def test_the_plan_tells_of_patches(folder: Path) -> None:
    write_patches(folder / "patches.yaml", [QUOTES, OVER])
    planned = run("plan", "--config", "garrison.yaml", cwd=folder)
    assert planned.returncode == 0
    active = [line for line in planned.stdout.splitlines() if "virtual-patch" in line and "active" in line]
    assert len(active) == 2
    assert "the patch `over` ended on 2020-12-31 and does nothing" in planned.stderr
    assert "quotes" not in planned.stderr
    monitored = run("plan", "--config", "garrison.yaml", "--mode", "monitor", cwd=folder)
    assert "no patch refuses anything" in monitored.stderr


def test_a_patch_changes_the_policy_until_it_ends(folder: Path) -> None:
    changed = {"operations": [{"match": "getOrder", "controls": {"request-schema": {"mode": "off"}}}]}
    for expires, mode in (("2099-12-31", "off"), ("2020-12-31", "enforce")):
        write_patches(folder / "patches.yaml", [Patch(id="p", policy=changed, expires=expires)])
        plan = json.loads(run("plan", "--config", "garrison.yaml", "--json", cwd=folder).stdout)
        modes = {each["control"]: each["mode"] for each in plan["operations"][0]["controls"]}
        assert modes["request-schema"] == mode


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("patches: [{id: a, deny: true}, {id: a, deny: true}]", "`a` is the name of another patch"),
        ("patches: [{id: a}]", "says nothing"),
        ("patches: [{id: a, deny: true, strip: [/b]}]", "says `deny` and `strip`"),
        ("patches: [{id: a, deny: true, expires: soon}]", "`soon` is no time"),
        ("patches: [{id: a, where: somewhere, refuse: {present: true}}]", "`somewhere` is no place"),
        ("patches: [{id: a, where: body/x, refuse: {matches: '('}}]", "is no pattern of RE2"),
        ("patches: [{id: a, where: body/x, refuse: {cel: 'body.'}}]", "is no CEL expression"),
        ("patches: [{id: a, where: body/x, refuse: {}}]", "says nothing"),
        ("patches: [{id: a, strip: [b]}]", "must begin with `/`"),
        ("patches: [{id: a, policy: {mode: monitor}}]", "is not a patch's to change"),
        ("patches: [{id: a, policy: {controls: {request-schema: {mode: never}}}}]", "is no change of garrison.yaml"),
        ("patches: [{id: a, denied: true}]", "unknown key `denied`"),
        ("patches: [{id: a, deny: true, operation: getOrders}]", "names no operation"),
    ],
)
def test_what_is_wrong_with_a_patch_is_said(folder: Path, text: str, told: str) -> None:
    (folder / "patches.yaml").write_text(text)
    planned = run("plan", "--config", "garrison.yaml", cwd=folder)
    assert planned.returncode == 2
    assert told in planned.stderr


def test_a_finding_that_no_gateway_cures_is_told_with_the_reason(folder: Path) -> None:
    lasting = replace(PROVEN, check=CheckId("logout-keeps-session"), operation=None)
    with Findings(folder / "d") as history:
        history.take_in(replace(REPORT, findings=(Listed(lasting),)))
    beginning = lasting.fingerprint[:8]
    done = run("patch", beginning, "--config", "garrison.yaml", "--data", "d", "--contract", "api.yaml", cwd=folder)
    assert done.returncode == 1
    assert "no patch closes this: it lies in what the API remembers of its sessions" in done.stderr
    assert not (folder / "patches.yaml").exists()


def test_a_contract_whose_password_was_not_kept_is_asked_for(folder: Path) -> None:
    """Before anything is sent: to read it again without the password would be refused by its server."""
    (folder / "garrison.yaml").write_text("mode: monitor\n")
    with Findings(folder / "d") as history:
        history.take_in(replace(REPORT, contract="https://***@specs.example/api.yaml"))
    done = run("patch", PROVEN.fingerprint[:8], "--config", "garrison.yaml", "--data", "d", cwd=folder)
    assert done.returncode == 2
    assert "--contract: is missing: of `https://***@specs.example/api.yaml` the password was not kept" in done.stderr


def test_options_that_are_wrong_are_told(folder: Path) -> None:
    assert "which finding?" in run("patch", cwd=folder).stderr
    missing = run("patch", "--attack", "nowhere.jsonl", cwd=folder)
    assert missing.returncode == 2
    assert "cannot be read" in missing.stderr


def test_settings_to_prove_a_patch_with_are_without_what_it_changes(tmp_path: Path) -> None:
    from garrison.adapters.patch_file import write_patches
    from garrison.cli.opening import open_plain, open_settings
    from garrison.config.load import Options
    from garrison.core.decision import Mode
    from garrison.core.patch import Patch

    config = tmp_path / "garrison.yaml"
    config.write_text("mode: monitor\n")
    told = {"controls": {"inventory": {"mode": "monitor"}}, "operations": [{"match": "a", "controls": {}}]}
    write_patches(tmp_path / "patches.yaml", [Patch(id="p", policy=told)])
    changed, plain = (opened(config, Options()) for opened in (open_settings, open_plain))
    assert (changed.controls.inventory.mode, len(changed.operations)) == (Mode.MONITOR, 1)
    assert (plain.controls.inventory.mode, len(plain.operations)) == (None, 0)
    assert plain.controls.virtual_patch.patches == changed.controls.virtual_patch.patches != ()
