"""`garrison block`, `unblock`, `blocks` and `revoke`: what they print, keep, and say of what is wrong."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from garrison.adapters.beside import watch_command
from garrison.adapters.store.measures import change_measures
from garrison.adapters.watch_settings import WATCH_SETTINGS
from garrison.cli.main import application
from garrison.config.load import load_settings
from garrison.core.countermeasure import Action, Countermeasure, Scope
from garrison.core.errors import ConfigError


def run(*arguments: str, status: int = 0) -> str:
    done = CliRunner().invoke(application(), list(arguments), catch_exceptions=True)
    if isinstance(done.exception, ConfigError):
        raise done.exception
    assert done.exit_code == status, (done.output, done.exception)
    return done.output


def test_block_list_and_lift(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "d"))
    assert "nothing is blocked" in run("blocks", *data)
    told = run(
        "block", "203.0.113.0/24", "client:shop", "--for", "2h", "--reason", "stuffing", "--note", "see log", *data
    )
    assert "blocked 203.0.113.0/24 until 20" in told
    assert f"`{tmp_path / 'd'}` is new" in told, "most likely no gateway has it"
    run("revoke", "subject:alice", "--issued-before", "2026-07-23T10:00:00Z", *data)
    run("revoke", "all", *data)
    listed = run("blocks", *data).splitlines()
    assert listed[0].split() == ["action", "target", "since", "until", "reason", "incident", "note"]
    assert [line.split()[:2] for line in listed[1:]] == [
        ["block", "203.0.113.0/24"], ["block", "client:shop"], ["revoke", "subject:alice"], ["revoke", "all"],
    ]  # fmt: skip
    kept = json.loads(run("blocks", "--json", *data))["measures"]
    assert [each.get("issued_before") for each in kept][2] == 1784800800.0
    assert kept[0]["until"] - kept[0]["since"] == pytest.approx(7200)
    assert run("unblock", "203.0.113.0/24", "all", *data) == "lifted 203.0.113.0/24\nlifted all\n"
    assert "is new" not in run("block", "192.0.2.9", *data)
    run("unblock", "192.0.2.9", *data)
    assert "`203.0.113.0/24` was not blocked" in run("unblock", "203.0.113.0/24", *data, status=1)
    assert len(json.loads(run("blocks", "--json", *data))["measures"]) == 2


def test_lists_are_imported_and_what_is_skipped_is_named(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("".join(f"10.0.0.{last}\n" for last in range(30)) + "bad host\n")
    pattern = {"type": "indicator", "id": "indicator--1", "pattern": "[ipv4-addr:value = '192.0.2.1']"}
    ends = {**pattern, "pattern": "[ipv6-addr:value = '2001:db8::1']", "valid_until": "2999-01-01T00:00:00Z"}
    (tmp_path / "b.json").write_text(json.dumps({"type": "bundle", "objects": [pattern, ends]}))
    data = ("--data", str(tmp_path))
    told = run("block", "--list", str(tmp_path / "list.txt"), *data, status=1)
    assert "blocked 30 targets" in told
    assert "skipped: line 31: `bad host` is no target" in told
    run("block", "--stix", str(tmp_path / "b.json"), "--for", "1h", *data)
    kept = {each["value"]: each for each in json.loads(run("blocks", "--json", *data))["measures"]}
    assert len(kept) == 32
    assert kept["2001:db8::1"]["until"] == kept["192.0.2.1"]["until"], "the earlier end counts"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("block",), "TARGET: is missing"),
        (("block", "nobody"), "`nobody` is no target"),
        (("block", "10.1.0.0/8"), "did you mean `10.0.0.0/8`"),
        (("block", "10.1.0.1", "--for", "long"), "--for: `long` is no length of time"),
        (("block", "--list", "none.txt"), "--list: `none.txt` cannot be read"),
        (("revoke", "10.0.0.1"), "`10.0.0.1` has no credentials"),
        (("revoke", "all", "--issued-before", "x"), "--issued-before: `x` is no time"),
        (("unblock", "client:"), "`client:` names nobody"),
        (("block", "user-agent:@robots"), "`@robots` is no class of programs (hint: there are `@none`, `@tools`"),
    ],
)
def test_bad_input_is_said(arguments: tuple[str, ...], message: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        run(*arguments, "--data", str(tmp_path))
    assert message in str(caught.value)


def test_stix_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text("{}")
    with pytest.raises(ConfigError, match="is no STIX bundle"):
        run("block", "--stix", str(tmp_path / "b.json"), "--data", str(tmp_path))


def test_a_system_is_blocked_where_it_is_known(tmp_path: Path) -> None:
    told = run("block", "as64496", "203.0.113.7", "--data", str(tmp_path / "d"))
    assert "controls.blocking.systems-file" in told
    listed = run("blocks", "--data", str(tmp_path / "d"))
    assert listed.count("no end") == 2


def test_rates_are_shown_as_they_are_written(tmp_path: Path) -> None:
    data = tmp_path / "d"
    some = [
        Countermeasure(Action.THROTTLE, Scope.NETWORK, f"192.0.2.{number}", 0.0, requests=60, seconds=seconds)
        for number, seconds in enumerate((1, 60, 90, 3600))
    ]
    change_measures(data, lambda _: some, 1.0)
    listed = run("blocks", "--data", str(data))
    for rate in ("throttle 60/s", "throttle 60/min", "throttle 60/90s", "throttle 60/h"):
        assert rate in listed


def test_an_operation_that_the_running_gateway_does_not_know_is_said(tmp_path: Path) -> None:
    text = f"data: {tmp_path}\ncontract: {{file: {Path.cwd()}/docs/examples/orders.openapi.yaml}}\n"
    watch_command(load_settings(text.encode(), "garrison.yaml"))  # as the guard does
    told = run("block", "operation:getOrdr", "operation:getOrder", "--data", str(tmp_path))
    assert "docs/examples/orders.openapi.yaml`, did you mean `getOrder`?" in told.replace("\n", "")
    assert "`getOrder` is no" not in told
    (tmp_path / WATCH_SETTINGS).unlink()
    assert "is no operation" not in run("block", "operation:getOrdr", "--data", str(tmp_path)), "nobody knows"
