"""`garrison events` and `garrison status` show what is there, in every form, and say what is wrong with an option."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.unit.cli.program import run

from garrison.adapters.status import (
    GATEWAY,
    GUARD,
    Child,
    GatewayStatus,
    GuardStatus,
    IssuerState,
    ServiceState,
    now,
    write_status,
)
from garrison.adapters.store.spool import SpoolWriter
from garrison.core.decision import Disposition, Mode, Reason
from garrison.core.event import Event
from garrison.core.ids import ControlId, EventId, OperationId, ReasonId

ROOT = Path(__file__).parents[3]
PROGRAM = [sys.executable, "-c", "from garrison.cli.main import main; main()"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src")}


def event(number: int, **changes: Any) -> Event:
    given = Event(
        id=EventId(f"00000000-0000-7000-8000-{number:012d}"),
        time=1_795_000_000.0 + number,
        method="GET",
        operation=OperationId("getPet"),
        template="/pets/{petId}",
        peer="192.0.2.1",
        allowed=True,
        mode=Mode.ENFORCE,
        disposition=Disposition.ALLOWED,
        status=200,
        duration=0.0125,
    )
    return msgspec.structs.replace(given, **changes)


REASON = Reason(ReasonId("unknown-operation"), ControlId("inventory"), 404, "path\x1b[31m")
DENIED = {
    "operation": None,
    "template": "",
    "status": 404,
    "disposition": Disposition.BLOCKED,
    "reasons": (REASON, REASON),
    "allowed": False,
}


def write(data: Path, events: Sequence[Event]) -> None:
    writer = SpoolWriter(data / "spool")
    for one in events:
        writer.append(msgspec.json.encode(one) + b"\n")
    writer.close()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write(tmp_path, [event(1), event(2, **DENIED), event(3, method="POST", principal="ada")])
    return tmp_path


def test_lines_are_aligned(data: Path) -> None:
    heading, *lines = run("events", "--data", str(data)).stdout.splitlines()
    assert heading.split() == [
        "time",
        "disposition",
        "status",
        "ms",
        "method",
        "operation",
        "principal",
        "peer",
        "people",
        "reasons",
    ]
    assert [line.split()[0] for line in lines] == [f"2026-11-18T11:06:4{second}.000Z" for second in (1, 2, 3)]
    place = heading.index("operation")
    assert [line[place:].split()[0] for line in lines] == ["getPet", "(undescribed)", "getPet"]
    assert lines[1].endswith("unknown-operation path?[31m (and 1 more)")
    assert lines[0].split()[3] == "12.5"


def test_json_lines_are_the_events(data: Path) -> None:
    lines = run("events", "--data", str(data), "--json").stdout.splitlines()
    assert msgspec.json.decode(lines[0], type=Event) == event(1)
    assert [json.loads(line)["operation"] for line in lines] == ["getPet", None, "getPet"]


def test_ocsf_lines(data: Path) -> None:
    lines = run("events", "--data", str(data), "--ocsf", "--disposition", "blocked").stdout.splitlines()
    (record,) = [json.loads(line) for line in lines]
    assert (record["class_uid"], record["disposition_id"]) == (6003, 2)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], [1, 2, 3]),
        (["--limit", "2"], [2, 3]),
        (["--limit", "0"], [1, 2, 3]),
        (["--since", "2026-11-18T11:06:42Z"], [2, 3]),
        (["--until", "2026-11-18T11:06:42Z"], [1]),
        (["--principal", "ada"], [3]),
        (["--operation", "getPet"], [1, 3]),
        (["--operation", ""], [2]),
        (["--reason", "unknown-operation"], [2]),
        (["--peer", "192.0.2.2"], []),
        (["--disposition", "allowed", "--method", "GET"], [1]),
        (["--status", "404"], [2]),
        (["--method", "get", "--status", "404"], [2]),
        (["--signal", "near"], []),
    ],
    ids=lambda value: "_".join(map(str, value)),
)
def test_filters(options: list[str], expected: list[int], data: Path) -> None:
    lines = run("events", "--data", str(data), "--json", *options).stdout.splitlines()
    assert [int(json.loads(line)["id"][-3:]) for line in lines] == expected


@pytest.mark.parametrize("limit", ["0", "50"])
def test_that_nothing_was_found_is_said(data: Path, limit: str) -> None:
    done = run("events", "--data", str(data), "--operation", "getCat", "--limit", limit)
    assert (done.returncode, done.stderr) == (0, "no recorded exchange agrees with all of that\n")


def test_a_record_that_is_empty_is_not_blamed_on_what_was_asked(tmp_path: Path) -> None:
    done = run("events", "--data", str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "no exchange is recorded yet\n")


def test_a_reason_of_an_earlier_version_is_found_where_it_is_on_record(tmp_path: Path) -> None:
    write(tmp_path, [event(1, **{**DENIED, "reasons": (msgspec.structs.replace(REASON, id=ReasonId("older-word")),)})])
    done = run("events", "--data", str(tmp_path), "--reason", "older-word", "--json")
    assert (done.returncode, done.stderr, len(done.stdout.splitlines())) == (0, "", 1)


@pytest.mark.parametrize("known", ["payload-sql", "not-granted"])
def test_a_reason_that_is_not_on_record_may_be_asked_for(data: Path, known: str) -> None:
    done = run("events", "--data", str(data), "--reason", known)
    assert (done.returncode, done.stderr) == (0, "no recorded exchange agrees with all of that\n")


def test_following_shows_each_event_once(data: Path) -> None:
    process = subprocess.Popen(
        [*PROGRAM, "events", "--data", str(data), "--follow", "--json"],
        stdout=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )
    assert process.stdout
    limit = threading.Timer(30, process.kill)
    limit.start()
    seen = [json.loads(process.stdout.readline())["id"] for _ in range(3)]
    write(data, [event(4)])
    seen.append(json.loads(process.stdout.readline())["id"])
    assert [int(one[-3:]) for one in seen] == [1, 2, 3, 4]
    process.send_signal(2)
    assert process.stdout.read() == ""
    assert process.wait(60) == 0
    limit.cancel()
    process.stdout.close()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--since", "noon"], "<options>: --since: `noon` is no time (hint: examples: `10m`"),
        (["--since", "1h", "--until", "2h"], "<options>: --since: is not before `--until`"),
        (["--disposition", "denied"], "<options>: --disposition: `denied` is no disposition (hint: one of `allowed`"),
        (
            ["--reason", "not-grantd", "--follow"],
            "<options>: --reason: `not-grantd` is no reason, and none on record (hint: did you mean `not-granted`?)",
        ),
        (["--reason", "xyz"], "<options>: --reason: `xyz` is no reason, and none on record (hint: `garrison events`"),
        (["--signal", "far"], "<options>: --signal: `far` is no signal (hint: one of `missed`, `unissued`, `near`)"),
        (["--json", "--ocsf"], "<options>: --ocsf: does not go with `--json`"),
        (["--data", "/nowhere"], "<options>: --data: `/nowhere` is not a directory"),
    ],
)
def test_wrong_options(options: list[str], expected: str, tmp_path: Path) -> None:
    done = run("events", "--data", str(tmp_path), *options)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(expected)


def test_a_reader_that_has_seen_enough(tmp_path: Path) -> None:
    write(tmp_path, [event(number) for number in range(3000)])
    process = subprocess.Popen(
        [*PROGRAM, "events", "--data", str(tmp_path), "--json", "--limit", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    )
    assert process.stdout
    assert process.stderr
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(60) == 0
    process.stderr.close()


def test_status_of_what_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    done = run("status", "--data", str(tmp_path / "data"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"<options>: --data: `{tmp_path / 'data'}` is not a directory")


def test_status_of_a_gateway_that_runs(tmp_path: Path) -> None:
    me, time = os.getpid(), now()
    write_status(tmp_path, GUARD, GuardStatus(me, time, time, "http://h:1", "", Child(me, time, 2), Child(me, time)))
    write_status(tmp_path, GATEWAY, GatewayStatus(me, time, time, "enforce", "0123456789ab", 2, recorded=7))
    write(tmp_path, [event(1)])
    done = run("status", "--data", str(tmp_path))
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[:2] == ["policy     0123456789ab (enforce), 2 operations", "listening  http://h:1"]
    assert lines[3].startswith(f"envoy      running as process {me} since 20")
    assert lines[3].endswith("Z, restarts: 2")
    assert "exchanges  7 recorded, 0 lost, 0 refused since the guard began" in lines
    assert json.loads(run("status", "--data", str(tmp_path), "--json").stdout)["spool"]["segments"] == 1


def test_status_of_issuers_and_servers_that_are_asked(tmp_path: Path) -> None:
    me, time = os.getpid(), now()
    write_status(tmp_path, GUARD, GuardStatus(me, time, time, "http://h:1", "", Child(me, time), Child(me, time)))
    issuers = (IssuerState("https://a.test", 2, time), IssuerState("https://b.test", trouble="no answer within 5 s"))
    services = (ServiceState("introspection x", 7, 1),)
    status = GatewayStatus(me, time, time, "enforce", "0123456789ab", 2, issuers=issuers, services=services)
    write_status(tmp_path, GATEWAY, status)
    done = run("status", "--data", str(tmp_path))
    lines = done.stdout.splitlines()
    (known,) = [line for line in lines if "https://a.test" in line]
    assert known.startswith("keys       2 of https://a.test, fetched ")
    assert "keys       0 of https://b.test" in lines
    assert "asked      introspection x: 7 times, 1 unanswered" in lines
    assert "problem: the keys of `https://b.test` cannot be fetched (no answer within 5 s); none are known" in lines
    assert done.returncode == 1


def test_status_of_nothing(tmp_path: Path) -> None:
    done = run("status", "--data", str(tmp_path / "none"))
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines()[-1] == "problem: no gateway has kept its data here"
