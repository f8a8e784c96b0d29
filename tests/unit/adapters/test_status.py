"""A gateway's state is read from its data directory, and what is wrong with it is said."""

import fcntl
import os
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families

from garrison.adapters.metrics import MAX_OPERATIONS, OTHERS, StatusCollector, serve_metrics
from garrison.adapters.overview import Overview, overview
from garrison.adapters.status import (
    ASSESS,
    GATEWAY,
    GUARD,
    WATCH,
    AssessStatus,
    Child,
    Exchanges,
    GatewayStatus,
    GuardStatus,
    Heartbeat,
    IssuerState,
    ServiceState,
    WatchStatus,
    is_running,
    read_status,
    write_status,
)
from garrison.adapters.store.assessments import AssessmentRun, Assessments
from garrison.core.errors import GatewayError
from garrison.core.operation import UNDESCRIBED

ME = os.getpid()
NOW = 1_795_000_000.0
NOBODY = (1 << 22) + 1
"""No process has this id: it is above Linux' PID_MAX_LIMIT."""
GUARD_STATUS = GuardStatus(ME, NOW, NOW, "http://127.0.0.1:8080", "", Child(ME, NOW), Child(ME, NOW, 3))
GATEWAY_STATUS = GatewayStatus(ME, NOW, NOW, "enforce", "0123456789ab", 2, 7, exchanges=(Exchanges("a", "allowed", 7),))
WATCH_STATUS = WatchStatus(ME, NOW, NOW)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """That of a gateway that runs and is well."""
    write_status(tmp_path, GUARD, GUARD_STATUS)
    write_status(tmp_path, GATEWAY, GATEWAY_STATUS)
    write_status(tmp_path, WATCH, WATCH_STATUS)
    return tmp_path


def found(data: Path, now: float = NOW) -> Overview:
    return overview(data, now)


def test_all_is_well(data: Path) -> None:
    seen = found(data)
    assert seen.problems == ()
    assert [(one.name, one.alive, one.restarts) for one in seen.processes] == [
        ("guard", True, 0),
        ("envoy", True, 0),
        ("watch", True, 3),
    ]
    assert msgspec.json.decode(msgspec.json.encode(seen), type=Overview) == seen


def test_nothing_there(tmp_path: Path) -> None:
    assert found(tmp_path / "none").problems == ("no gateway has kept its data here",)


@pytest.mark.parametrize(
    ("guard", "expected"),
    [
        (msgspec.structs.replace(GUARD_STATUS, stopped=True), ["the gateway was stopped"]),
        (
            msgspec.structs.replace(GUARD_STATUS, pid=NOBODY),
            ["the guard is not running, and did not stop as it should"],
        ),
        (msgspec.structs.replace(GUARD_STATUS, envoy=Child(NOBODY, NOW)), ["envoy is not running"]),
        (msgspec.structs.replace(GUARD_STATUS, watch=Child(0, NOW)), ["watch is not running"]),
        (msgspec.structs.replace(GUARD_STATUS, updated=NOW - 60), ["guard has not been heard of for 60 s"]),
    ],
)
def test_processes_that_do_not_run(guard: GuardStatus, expected: list[str], data: Path) -> None:
    write_status(data, GUARD, guard)
    assert list(found(data).problems) == expected


def test_losses_are_problems(data: Path) -> None:
    lossy = msgspec.structs.replace(GATEWAY_STATUS, lost=2, refused=3, trouble="the spool is full", samples_lost=5)
    write_status(data, GATEWAY, lossy)
    write_status(data, WATCH, msgspec.structs.replace(WATCH_STATUS, telemetry_lost=4, trouble="no space"))
    assert found(data).problems == (
        "exchanges that passed without being recorded: 2 (the spool is full)",
        "exchanges refused because they could not be recorded: 3 (the spool is full)",
        "exchanges whose messages could not be kept: 5",
        "the watch process cannot write the data set: no space",
        "events that did not reach the OpenTelemetry collector: 4",
    )


def test_only_finished_segments_are_late(data: Path) -> None:
    spool = data / "spool"
    spool.mkdir()
    for name, age in (("1794999000000-1-0.jsonl", 900), ("1794999900000-1-1.jsonl", 100)):
        (spool / name).write_bytes(b"x" * 10)
        os.utime(spool / name, (NOW - age, NOW - age))
    with (spool / "1794999000000-1-0.jsonl").open("rb") as being_written:
        fcntl.flock(being_written, fcntl.LOCK_EX)
        seen = found(data)
        assert (seen.spool.segments, seen.spool.bytes, seen.spool.oldest) == (2, 20, NOW - 1000)
        assert seen.spool.lag == 100
    assert found(data).spool.lag == 900
    assert found(data).problems == ("the spool has been waiting for the watch process for 900 s",)


def test_files_that_cannot_be_read_count_as_missing(data: Path) -> None:
    (data / "status" / GATEWAY).write_text("{")
    assert found(data).gateway is None
    assert read_status(data, WATCH, GatewayStatus) is None


def test_files_are_for_the_owner_alone(data: Path) -> None:
    assert (data / "status").stat().st_mode & 0o777 == 0o700
    assert (data / "status" / GUARD).stat().st_mode & 0o777 == 0o600


def test_a_process_that_ended_is_not_running() -> None:
    assert is_running(ME)
    assert not is_running(NOBODY)
    child = os.fork() if threading.active_count() == 1 else os.posix_spawn("/bin/true", ["true"], {})
    if child == 0:
        os._exit(0)
    while is_running(child):  # a zombie from some moment on
        time.sleep(0.01)
    os.waitpid(child, 0)


def test_a_heartbeat_tells_the_beginning_and_the_end(tmp_path: Path) -> None:
    told = iter(range(1, 1000))
    beat = Heartbeat(tmp_path, WATCH, lambda: WatchStatus(next(told), NOW, NOW))
    first = read_status(tmp_path, WATCH, WatchStatus)
    beat.close()
    last = read_status(tmp_path, WATCH, WatchStatus)
    assert first
    assert last
    assert (first.pid, last.pid) == (1, next(told) - 1)


def test_a_heartbeat_tells_at_once_what_is_not_to_wait(tmp_path: Path) -> None:
    told = [GuardStatus(1, 0.0, 0.0)]
    heartbeat = Heartbeat(tmp_path, GUARD, lambda: told[0])
    told[0] = GuardStatus(2, 0.0, 0.0)
    heartbeat.beat()
    assert read_status(tmp_path, GUARD, GuardStatus) == told[0]
    heartbeat.close()


def test_a_full_disk_does_not_end_a_heartbeat(tmp_path: Path) -> None:
    (tmp_path / "status").write_text("in the way")
    said: list[str] = []
    Heartbeat(tmp_path, WATCH, lambda: WATCH_STATUS, said.append).close()
    assert read_status(tmp_path, WATCH, WatchStatus) is None
    assert said == [f"garrison: nothing can be written to `{tmp_path / 'status'}`: file exists"]


@pytest.fixture
def scraped(data: Path) -> Iterator[str]:
    with serve_metrics(data, "127.0.0.1:0") as url:
        yield url


def scrape(url: str) -> dict[tuple[str, ...], float]:
    """Values by name and labels, these in the order of their names."""
    with urllib.request.urlopen(url, timeout=30) as answer:
        families = text_string_to_metric_families(answer.read().decode())
        return {
            (one.name, *(value for _, value in sorted(one.labels.items()))): one.value
            for family in families
            for one in family.samples
        }


def test_metrics_say_what_the_status_files_say(scraped: str, data: Path) -> None:
    values = scrape(scraped)
    assert values["garrison_exchanges_total", "allowed", "a"] == 7
    assert values["garrison_events_lost_total",] == 0
    assert values["garrison_process_up", "envoy"] == 1
    assert values["garrison_process_restarts_total", "watch"] == 3
    assert values["garrison_policy_info", "0123456789ab", "enforce"] == 1
    assert values["garrison_spool_bytes",] == 0
    write_status(data, GATEWAY, msgspec.structs.replace(GATEWAY_STATUS, lost=5, engine_seconds=1.5, samples_lost=6))
    values = scrape(scraped)
    assert values["garrison_events_lost_total",] == 5
    assert values["garrison_engine_seconds_total",] == 1.5
    assert values["garrison_samples_lost_total",] == 6


def test_metrics_of_issuers_and_servers_that_are_asked(scraped: str, data: Path) -> None:
    issuers = (IssuerState("https://a.test", 2, time.time() - 50), IssuerState("https://b.test"))
    services = (ServiceState("introspection x", 7, 1),)
    write_status(data, GATEWAY, msgspec.structs.replace(GATEWAY_STATUS, issuers=issuers, services=services))
    values = scrape(scraped)
    assert values["garrison_issuer_keys", "https://a.test"] == 2
    assert values["garrison_issuer_keys", "https://b.test"] == 0
    assert values["garrison_issuer_keys_age_seconds", "https://a.test"] >= 50
    assert ("garrison_issuer_keys_age_seconds", "https://b.test") not in values
    assert values["garrison_questions_total", "introspection x"] == 7
    assert values["garrison_questions_unanswered_total", "introspection x"] == 1


def test_lookups_that_fail_are_problems(data: Path) -> None:
    issuers = (
        IssuerState("https://a.test", 2, NOW),
        IssuerState("https://b.test", 1, NOW - 30, "status 500"),
        IssuerState("https://c.test", trouble="connection refused"),
    )
    services = (ServiceState("introspection x", 7, 1), ServiceState("introspection y", trouble="connection refused"))
    write_status(data, GATEWAY, msgspec.structs.replace(GATEWAY_STATUS, issuers=issuers, services=services))
    assert found(data).problems == (
        "the keys of `https://b.test` cannot be fetched (status 500); the known ones are 30 s old",
        "the keys of `https://c.test` cannot be fetched (connection refused); none are known",
        "`introspection y` did not answer the last time: connection refused",
    )


def test_metrics_have_a_bounded_number_of_series(data: Path) -> None:
    many = tuple(Exchanges(f"op{number}", "allowed", 2) for number in range(MAX_OPERATIONS + 50))
    counts = (*many, Exchanges("", "blocked", 9), Exchanges("op0", "blocked", 1))
    write_status(data, GATEWAY, msgspec.structs.replace(GATEWAY_STATUS, exchanges=counts))
    family = next(one for one in StatusCollector(data).collect() if one.name == "garrison_exchanges")
    values = {(one.labels["operation"], one.labels["disposition"]): one.value for one in family.samples}
    assert len({operation for operation, _ in values}) == MAX_OPERATIONS + 1
    assert values[UNDESCRIBED, "blocked"] == 9
    assert values[OTHERS, "allowed"] == 2 * 51
    assert sum(values.values()) == sum(one.count for one in counts)


def test_metrics_end_with_the_context(data: Path) -> None:
    with serve_metrics(data, "127.0.0.1:0") as url:
        pass
    with pytest.raises(urllib.error.URLError):
        scrape(url)


def test_an_address_in_use_is_an_error(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(GatewayError, match="another program does already"), serve_metrics(data, address):
            pass


def test_of_continuous_assessment_the_last_and_the_next_run_are_shown(data: Path) -> None:
    assert found(data).assessing is None
    target = "http://127.0.0.1:9000"
    with Assessments(data) as runs:
        number = runs.begin(target, NOW - 60)
        runs.finish(AssessmentRun(number=number, target=target, begun=NOW - 60, ended=NOW - 50), None)
        runs.begin(target, NOW)
    write_status(data, ASSESS, AssessStatus(ME, NOW, NOW, target, NOW + 3600, NOW))
    assessing = found(data).assessing
    assert assessing is not None
    assert assessing.last is not None
    assert (assessing.due, assessing.since, assessing.last.begun) == (NOW + 3600, NOW, NOW - 60)
    assert not found(data).problems
    write_status(data, ASSESS, AssessStatus(ME, NOW, NOW, target, NOW + 3600, 0, "it cannot be reached"))
    assert found(data).problems == ("the API was not assessed: it cannot be reached",)
    write_status(data, ASSESS, AssessStatus(NOBODY, NOW, NOW, target, NOW + 3600, 0, "it cannot be reached"))
    gone = found(data).assessing
    assert gone is not None
    assert (gone.alive, gone.due) == (False, 0.0)


def test_the_process_that_assesses_is_one_of_the_gateways(data: Path) -> None:
    write_status(data, GUARD, msgspec.structs.replace(GUARD_STATUS, assess=Child(NOBODY, NOW)))
    assert "assess is not running" in found(data).problems
