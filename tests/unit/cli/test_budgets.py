"""`garrison budgets`: what is listed, released and suggested, and what is said of what is wrong."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from tests.unit.adapters.store.ledger import about, answer, record
from typer.testing import CliRunner

from garrison.adapters.store.casebook import Casebook
from garrison.adapters.store.releases import read_releases
from garrison.cli.main import application
from garrison.core.detection import Confidence, Named, Severity
from garrison.core.errors import ConfigError
from garrison.core.incident import Incident, IncidentId

CONFIG = """
mode: monitor
controls:
  exposure:
    budgets:
      - {name: hour, limit: 3, new: {within: 1h, limit: 2}, for: [{principals: ['staff:bob'], limit: 9}]}
      - {name: everyone, per: all, subject: vehicle, limit: 5, window: 1d, then: alert}
      - {name: nobody, per: peer, limit: 100, match: [getCustomer]}
"""


def run(*arguments: str, status: int = 0) -> str:
    done = CliRunner().invoke(application(), list(arguments), catch_exceptions=True)
    if isinstance(done.exception, ConfigError):
        raise done.exception
    assert done.exit_code == status, (done.output, done.exception)
    return done.output


@pytest.fixture
def options(tmp_path: Path) -> tuple[str, ...]:
    (tmp_path / "garrison.yaml").write_text(CONFIG.replace(", match: [getCustomer]", ""))
    now = time.time()
    record(
        tmp_path / "data",
        [
            answer(now - 7200, about("0"), principal="staff:ada"),
            answer(now - 20, about("1", "2"), principal="staff:ada", peer="192.0.2.7"),
            answer(now - 10, about("2", "3", "4", "5"), about("v", kind="vehicle"), principal="staff:bob"),
            answer(now - 5, about("1"), principal="", peer="192.0.2.7"),
        ],
    )
    return ("--config", str(tmp_path / "garrison.yaml"), "--data", str(tmp_path / "data"))


def test_budgets_and_who_used_them_are_listed(options: tuple[str, ...]) -> None:
    assert run("budgets", *options).splitlines() == [
        "hour: 3 people in 1h for each principal, then deny",
        "  3 with somebody in the window, 0 held",
        "  principal               used",
        "  staff:ada               2/3",
        "  staff:bob               5/9",
        "  anonymous at 192.0.2.7  1/2",
        "",
        "everyone: 5 of the kind `vehicle` in 1d for all, then alert",
        "  1 with somebody in the window, 0 held",
        "  all  used",
        "  all  1/5",
        "",
        "nobody: 100 people in 1h for each peer, then deny",
        "  2 with somebody in the window, 0 held",
        "  peer       used",
        "  192.0.2.1  5/100",
        "  192.0.2.7  2/100",
    ]
    (hour, *_) = json.loads(run("budgets", "--json", "--top", "1", *options))["budgets"]
    assert (hour["keys"], hour["held"], [one["key"] for one in hour["top"]]) == (3, 0, ["staff:ada"])


def test_a_release_lets_begin_anew(options: tuple[str, ...], tmp_path: Path) -> None:
    assert run("budgets", "release", "--peer", "192.0.2.7", "--note", "call", *options) == (
        "released the peer 192.0.2.7\n"
    )
    assert {(each.per, each.key, each.note) for each in read_releases(tmp_path / "data")} == {
        ("peer", "192.0.2.7", "call"), ("principal", "\n192.0.2.7", "call"), ("client", "\n192.0.2.7", "call"),
    }  # fmt: skip
    assert "anonymous" not in run("budgets", *options)
    done = run("budgets", "release", "--principal", "staff:ada", "--budget", "hour", *options)
    assert done == "released the principal staff:ada from `hour`\n"
    assert "staff:ada" not in run("budgets", *options)
    run("budgets", "release", "--all", *options)
    assert "then alert\n  nobody has anybody in the window\n" in run("budgets", *options)
    told = run("budgets", "release", "--client", "shop", *options, status=1)
    assert "no budget has counted the client shop" in told


def test_limits_are_suggested_from_the_record(options: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "roles.csv").write_text("staff:bob,support\n")
    told = run("budgets", "suggest", "--data", options[3], "--k", "2", "--roles", str(tmp_path / "roles.csv"))
    lines = [line for line in told.splitlines() if not line.startswith("garrison:")]
    assert lines[1].split()[:6] == ["role", "operation", "window", "principals", "median", "p99.9"]
    assert lines[2].split()[:11] == ["(none)", "(all)", "1h", "2", "1", "2", "2", "2", "(0)", "4", "(0)"]
    assert '          - {roles: ["support"], limit: 10}' in lines
    told = run("budgets", "suggest", "--data", options[3], "--json")
    found: dict[str, Any] = json.loads(told[told.index("{") :])
    assert found["snippet"].startswith("controls:\n  exposure:\n    budgets:\n      - name: hour")
    assert "nobody was shown anybody" in run("budgets", "suggest", "--data", str(tmp_path / "none"), status=1)


def test_who_did_no_good_is_named_and_left_out(options: tuple[str, ...]) -> None:
    data = Path(options[3])
    named = Named(principals=("staff:bob",), peers=("192.0.2.7", "192.0.2.1"))
    with Casebook(data) as book, book.changing():
        book.put(
            Incident(
                id=IncidentId("2f6c9d0b71cd67fe"), title="Somebody walks", severity=Severity.HIGH, since=1.0, last=2.0,
                confidence=Confidence.HIGH, named=named,
            )
        )  # fmt: skip
    told = run("budgets", "suggest", "--data", str(data))
    hint = "stands in incident 2f6c9d0b (Somebody walks): where that was no good, `--without"
    assert f"garrison: `staff:bob` {hint} staff:bob` leaves them out" in told
    assert f"garrison: `anonymous at 192.0.2.7` {hint} 'anonymous at 192.0.2.7'` leaves them out" in told
    assert "anonymous at 192.0.2.1" not in told, "who was shown nobody"
    left = run(
        "budgets", "suggest", "--data", str(data), "--without", "staff:bob", "--without", "anna", "--since", "1h"
    )
    assert "staff:bob" not in left
    assert "`anna` of `--without` was shown nobody" in left
    most = {line.split()[6] for line in left.splitlines() if line.startswith("(none)")}
    assert most == {"2"}, "ada's two of the last hour"
    early = run("budgets", "suggest", "--data", str(data), "--until", "1h")
    rows = [line.split()[:7] for line in early.splitlines()]
    assert ["(none)", "(all)", "1h", "1", "1", "1", "1"] in rows
    assert "garrison: the traffic spans 0 minutes, less than `hour`, `day` and `month`" in early
    assert "garrison: the traffic spans 119 minutes, less than `day` and `month`" in told


def test_roles_of_nobody_are_told(options: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "roles.csv").write_text("bob,support\n")
    told = run("budgets", "suggest", "--data", options[3], "--roles", str(tmp_path / "roles.csv"))
    assert "none of the principals of `--roles` was shown anybody: did you mean `staff:bob`?" in told


def test_limits_are_suggested_from_traffic(tmp_path: Path) -> None:
    number = {
        "name": "id",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "x-garrison-subject": "person"},
    }
    get = {"responses": {"200": {"description": "", "content": {"application/json": {}}}}}
    paths = {"/people/{id}": {"parameters": [number], "get": get}}
    contract = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths}
    (tmp_path / "api.json").write_text(json.dumps(contract))
    answer = {"status": 200, "headers": {"content-type": "application/json"}, "body": '{"a": 1}'}
    lines = [
        {"method": "GET", "path": f"/people/{index % 7}", "headers": {"host": "a.test"}, "peer": f"10.0.0.{index % 2}",
         "time": 1_790_000_000 + index, "response": answer}
        for index in range(40)
    ]  # fmt: skip
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(line) + "\n" for line in [*lines, {"no": "exchange"}]))
    told = run("budgets", "suggest", str(tmp_path / "t.jsonl"), "--contract", str(tmp_path / "api.json"))
    assert "1 entry could not be read" in told
    assert "        limit: 21\n" in told


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["release"], "--principal: is missing: who shall be released?"),
        (["suggest"], "TRAFFIC: or `--data` must be given"),
        (["suggest", "--data", "x", "--since", "1h", "--until", "2h"], "--since: is not before `--until`"),
        (["release", "--principal", "a", "--budget", "minute"], "--budget: `minute` is no budget"),
    ],
)
def test_what_is_wrong_is_told(options: tuple[str, ...], arguments: list[str], message: str) -> None:
    given = options if arguments[0] == "release" else ()
    with pytest.raises(ConfigError) as caught:
        run("budgets", *arguments, *given)
    assert message in str(caught.value.problems[0])
