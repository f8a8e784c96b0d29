"""`inspect`, `replay` and `explain`: what they print, and what their exit status says."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests.unit.adapters.recorded.recording import CONTRACT, get
from tests.unit.cli.program import Done, run

from garrison.adapters.event_ids import event_ids
from garrison.adapters.recorded.exchange import RecordedExchange
from garrison.adapters.recorded.keys import KeySource, make_keys
from garrison.adapters.recorded.play import play
from garrison.adapters.recorded.samples import SampleWriter
from garrison.cli.opening import open_policy
from garrison.config.load import Options

LINES = [
    {"id": 1, "method": "GET", "path": "/pets", "query": "?limit=7", "headers": {"Host": "a"}},
    {"id": "two", "method": "GET", "path": "/pets", "query": "limit=700", "headers": [["Host", "a"]]},
    {"id": "three", "method": "GET", "path": "/a/../b", "headers": {"Host": "a"}, "label": "ignored"},
    {"id": 4, "method": "GET", "path": "/pets", "headers": {"Host": "a", "X-Note": "1' or '1'='1"}},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pets.json").write_bytes(CONTRACT)
    (tmp_path / "g.yaml").write_text("mode: enforce\ncontract: {file: pets.json}\n")
    (tmp_path / "bare.yaml").write_text("mode: enforce\ncontrols: {request-schema: {mode: 'off'}}\n")
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(line) + "\n" for line in LINES))
    return tmp_path


def decisions(done: Done) -> list[tuple[Any, str, list[str]]]:
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return [(answer["id"], answer["decision"], answer["reasons"]) for answer in answers]


def test_inspect_with_a_contract(folder: Path) -> None:
    done = run("inspect", "t.jsonl", "--contract", "pets.json", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert decisions(done) == [
        (1, "allow", []),
        ("two", "deny", ["parameter-invalid"]),
        ("three", "deny", ["dot-segment", "unknown-operation"]),
        (4, "deny", ["payload-sql"]),
    ]
    assert run("inspect", "t.jsonl", "--config", "g.yaml", cwd=folder).stdout == done.stdout


def test_inspect_without_a_contract(folder: Path) -> None:
    done = run("inspect", "-", cwd=folder, stdin=(folder / "t.jsonl").read_text())
    assert decisions(done) == [
        (1, "allow", []),
        ("two", "allow", []),
        ("three", "deny", ["dot-segment"]),
        (4, "deny", ["payload-sql"]),
    ]
    done = run("inspect", "t.jsonl", "--mode", "monitor", cwd=folder)
    assert {decision for _, decision, _ in decisions(done)} == {"allow"}
    assert json.loads(done.stdout.splitlines()[2])["observed"] == ["dot-segment", "unknown-operation"]


def test_inspect_denies_what_it_cannot_read(folder: Path) -> None:
    done = run("inspect", "-", cwd=folder, stdin='nonsense\n{"id": 7}\n')
    assert done.returncode == 1
    assert decisions(done) == [(None, "deny", ["unreadable-input"]), (7, "deny", ["unreadable-input"])]
    assert "line 2: object missing required field" in json.loads(done.stdout.splitlines()[1])["detail"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["inspect", "none.jsonl"], "none.jsonl: $: cannot be read: no such file or directory"),
        (["inspect", "t.jsonl", "--mode", "block"], "<options>: --mode: must be `enforce` or `monitor`"),
        (["inspect", "t.jsonl", "--contract", "none"], "none: $: cannot be read"),
        (["inspect", "t.jsonl", "--contract", "/dev/null"], "/dev/null: $: is empty"),
        (["replay", "none.har"], "none.har: $: cannot be read: no such file or directory"),
        (
            ["replay", "t.jsonl", "--learn", "none/u.yaml"],
            "none/u.yaml: $: cannot be written: no such file or directory",
        ),
        (["replay", "t.jsonl", "--learn", "/"], "/: $: cannot be written: is a directory"),
        (["replay", "."], "bodies: $: holds no samples of messages"),
        (["replay", "t.jsonl", "--against", "none.yaml"], "none.yaml: $: cannot be read"),
        (["explain", "x", "--data", "none"], "<options>: --data: `none` is not a directory"),
        (["explain", "x", "--data", "."], ".: $: there is no event `x`"),
    ],
)
def test_bad_input(arguments: list[str], expected: str, folder: Path) -> None:
    done = run(*arguments, cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert expected in done.stderr
    assert "Traceback" not in done.stderr


def test_replay(folder: Path) -> None:
    done = run("replay", "t.jsonl", "--config", "g.yaml", cwd=folder)
    assert done.returncode == 1
    assert done.stdout.startswith("4 exchanges: 1 allowed, 0 observed, 0 rewritten, 3 denied\n")
    (folder / "one.jsonl").write_text(json.dumps(LINES[0]))
    assert run("replay", "one.jsonl", "--config", "g.yaml", cwd=folder).returncode == 0
    told = json.loads(run("replay", "t.jsonl", "--config", "g.yaml", "--json", cwd=folder).stdout)
    assert told["effects"] == {"allowed": 1, "observed": 0, "rewritten": 0, "denied": 3}
    reasons = {"parameter-invalid", "dot-segment", "unknown-operation", "payload-sql"}
    assert {group["reason"] for group in told["groups"]} == reasons


def test_replay_against_another_policy_on_the_same_contract(folder: Path) -> None:
    done = run("replay", "t.jsonl", "--config", "g.yaml", "--against", "bare.yaml", "--json", cwd=folder)
    assert done.returncode == 1
    (difference,) = json.loads(done.stdout)["differences"]
    assert difference == {
        "change": "newly allowed", "operation": "listPets", "principal": "(anonymous)",
        "before": ["parameter-invalid"], "after": [], "count": 1, "examples": ["two"],
    }  # fmt: skip
    same = run("replay", "t.jsonl", "--config", "g.yaml", "--against", "g.yaml", cwd=folder)
    assert (same.returncode, "no difference" in same.stdout) == (0, True)


def test_traffic_without_an_exchange_is_told(folder: Path) -> None:
    (folder / "empty.jsonl").write_text("")
    (folder / "one.jsonl").write_text(json.dumps(LINES[0]))
    done = run("replay", "empty.jsonl", "--config", "g.yaml", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "garrison: there is no exchange in empty.jsonl\n")
    assert run("replay", "one.jsonl", "--config", "g.yaml", cwd=folder).stdout.startswith("1 exchange: 1 allowed")


def test_replay_names_what_it_cannot_read(folder: Path) -> None:
    (folder / "t.har").write_text('{"log": {"entries": [{}]}}')
    done = run("replay", "t.har", "--config", "g.yaml", cwd=folder)
    assert (done.returncode, done.stdout[:12]) == (1, "0 exchanges:")
    assert done.stderr == "garrison: $.log.entries[0]: object missing required field `request`\n"


def keep(folder: Path, recorded: RecordedExchange) -> str:
    policy = open_policy(folder / "g.yaml", Options()).policy
    named = replace(recorded, id=event_ids()(recorded.time))
    writer = SampleWriter(folder / "data", make_keys(KeySource(str(folder / "data.key"))), retention_days=9)
    writer.keep(replace(named, event=play(policy, named).event), named.time)
    writer.close()
    return str(named.id)


def test_explain(folder: Path) -> None:
    name = keep(folder, get("/pets?limit=700"))
    done = run("explain", f"urn:uuid:{name}", "--data", "data", "--config", "g.yaml", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "denied; disposition blocked, status 400" in done.stdout
    assert "  `query.limit`: integer of at least 1, of at most 100" in done.stdout
    assert "would be allowed (played again, it is so)" in done.stdout
    assert "the policy given is" not in done.stdout
    other = run("explain", name, "--data", "data", "--config", "g.yaml", "--mode", "monitor", cwd=folder).stdout
    assert "the policy given is `" in other
    assert "under the policy given it is allowed" in other
    told = json.loads(run("explain", name, "--data", "data", "--config", "g.yaml", "--json", cwd=folder).stdout)
    assert (told["event"]["id"], told["same_policy"], told["change"]["verified"]) == (name, True, True)
    assert "controls:" in told["change"]["text"]


def test_explain_needs_the_contract(folder: Path) -> None:
    done = run("explain", keep(folder, get()), "--data", "data", cwd=folder)
    assert done.returncode == 2
    assert "nothing is known of the operation `listPets`" in done.stderr


def test_replay_learns(folder: Path) -> None:
    def line(number: int) -> str:
        told = {
            "id": number,
            "method": "POST",
            "path": "/pets",
            "peer": f"198.51.100.{number}",
            "response": {"status": 201},
        }
        body = json.dumps({"name": "<iframe src='https://a.example/'>"})
        return json.dumps({**told, "headers": {"Host": "a", "Content-Type": "application/json"}, "body": body})

    (folder / "g.yaml").write_text("mode: enforce\ncontract: {file: pets.json}\ncontrols: {payload: {mode: monitor}}\n")
    (folder / "t.jsonl").write_text("\n".join(map(line, range(1, 4))))
    done = run("replay", "t.jsonl", "--config", "g.yaml", "--learn", "usual.yaml", cwd=folder)
    assert (done.returncode, done.stderr) == (1, "")
    assert "observed  3      3        addPet     body/name  payload-markup" in done.stdout
    assert "learned from 3 exchanges that were served; passed over: 0" in done.stdout
    (folder / "g.yaml").write_text((folder / "g.yaml").read_text() + (folder / "usual.yaml").read_text())
    done = run("replay", "t.jsonl", "--config", "g.yaml", "--learn", "usual.yaml", "--json", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["effects"]["allowed"] == 3
