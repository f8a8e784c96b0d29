"""A gateway under load whose processes are killed at any moment: what was answered is on record, and once, and so is in
the ledger whose data it disclosed."""

import contextlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Mapping
from ipaddress import IPv6Network
from pathlib import Path

import pytest
from tests.integration.gateway.clients import CLIENTS, Clients, clients
from tests.integration.gateway.conftest import StartGuard
from tests.integration.gateway.running import until
from tests.integration.gateway.test_ledger import PEOPLE
from tests.integration.gateway.test_recording import Recorded

from garrison.adapters.ledger_keys import read_ring
from garrison.adapters.overview import overview
from garrison.adapters.store import ledger
from garrison.adapters.store.detections import detections
from garrison.adapters.store.measures import read_measures
from garrison.adapters.store.query import count, events

pytestmark = pytest.mark.integration

ROUNDS = int(os.environ.get("GARRISON_ROUNDS", "6"))
"""Kills, of each kind once; 1000 for the long form."""
VICTIMS = ("envoy", "watch", "both", "conversion", "upkeep", "guard")
"""`conversion` is the watch process while what a killed Envoy left is turned into Parquet, `upkeep` the process that
does it. Of the guard's end the kernel makes the others' as well, and whoever started the guard starts it again."""
BETWEEN = 20
"""Answered requests between two kills: something is under way whenever one comes."""

RULE = """
title: Nobody knows the address
name: lost
status: stable
level: high
correlation: {type: event_count, rules: undescribed, group-by: peer, timespan: 1m, condition: {gte: 1}}
garrison: {confidence: high}
---
title: An address without a description
name: undescribed
logsource: {category: webserver, product: garrison}
detection:
  some: {reason: unknown-operation, peer|endswith: "0"}
  condition: some
"""
"""One detection for each exchange of one sort, so that it can be told which are missing."""


def test_no_answered_exchange_is_lost_and_none_counts_twice(
    start: StartGuard, tmp_path: Path, filter_module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GARRISON_TEST_BACKOFF", "0.05")
    (tmp_path / "people.yaml").write_text(PEOPLE)
    (tmp_path / "lost.yml").write_text(RULE)
    settings = {
        "listen": {"workers": 2, "trusted-proxies": ["127.0.0.1"]},
        "contract": {"file": "people.yaml"},
        "detect": {"rules": ["lost.yml"]},
    }
    gateway = Recorded(start, tmp_path, filter_module, settings)
    chance = random.Random(ROUNDS)
    victims = chance.sample(VICTIMS * (-(-ROUNDS // len(VICTIMS))), ROUNDS)
    with clients(gateway.port) as load:
        for victim in victims:
            serves(gateway, load)
            time.sleep(chance.uniform(0.0, 0.3))
            kill(gateway, victim, chance)
        serves(gateway, load)
        until(lambda: overview(gateway.data, time.time()).spool.lag == 0, "what the dead left is converted")
    assert set(load.answered.values()) == {200, 404}
    detected_once(gateway, {address for address, status in load.answered.items() if status == 404})
    assert gateway.guard.stop() == 0
    found = {event.peer: event.id for event in events(gateway.data)}
    print(f"{Counter(victims)}: {len(load.answered)} answered, {count(gateway.data)} on record")
    assert count(gateway.data) == len(found) == len(set(found.values())), "an exchange is on record twice"
    assert set(load.answered) <= set(found), "answered and not on record"
    assert len(found) - len(load.answered) <= CLIENTS * (ROUNDS + 1), "on record, and never sent"
    exposed_once(gateway, [address for address, status in load.answered.items() if status == 200], found)
    refused = {address: problem["instance"] for address, problem in load.problems.items()}
    assert refused
    assert refused == {address: f"urn:uuid:{found[address]}" for address in refused}


def exposed_once(gateway: Recorded, answered: list[str], found: Mapping[str, str]) -> None:
    """The person of each answered request, who is called as its peer, is in the ledger, and nobody is there twice."""
    rows = Counter((row.event, row.peer) for row in ledger.exposures(gateway.data))
    print(f"{len(answered)} people were shown, {rows.total()} are in the ledger")
    assert set(rows.values()) == {1}, "an exposure is in the ledger twice"
    assert {(found[address], address) for address in answered} <= set(rows), "shown and not in the ledger"
    keys = read_ring(Path(f"{gateway.data}.ledger.key"))
    for address in answered[:: max(1, len(answered) // 20)]:
        subjects = ledger.subjects_named("customer", address, keys.pseudonyms)
        assert [each.peers for each in ledger.recipients(gateway.data, subjects)] == [(address,)]


def detected_once(gateway: Recorded, undescribed: set[str]) -> None:
    """What the rule finds is on record once, and met once, whatever was killed."""
    expected = {address for address in undescribed if address.endswith("0")}

    def found() -> Counter[str]:
        return Counter(each.named.peers[0] for each in detections(gateway.data) if each.rule == "lost")

    until(lambda: expected <= set(found()), "not all was detected", gateway.guard, pause=0.5)
    networks = {str(IPv6Network((address, 64), strict=False)) for address in expected}
    until(lambda: networks <= blocked(gateway), "not all was met", gateway.guard, pause=0.5)
    print(f"{len(expected)} were to be detected, {found().total()} were")
    assert set(found().values()) == {1}, "a detection is on record twice"


def blocked(gateway: Recorded) -> set[str]:
    return {each.value for each in read_measures(gateway.data) if each.simulated}


def serves(gateway: Recorded, load: Clients) -> None:
    before = len(load.answered)
    until(lambda: len(load.answered) >= before + BETWEEN, "it serves", gateway.guard)


def kill(gateway: Recorded, victim: str, chance: random.Random) -> None:
    """Kill, and wait until what was killed is back."""
    if victim == "guard":
        gateway.guard.process.kill()
        gateway.guard.process.wait()
        gateway.start_again()
        until(lambda: gateway.status().pid == gateway.guard.process.pid, "it tells of itself", gateway.guard)
        return
    lines, watch = len(gateway.guard.lines), gateway.watch()
    if victim != "watch":
        os.kill(gateway.guard.envoy(), signal.SIGKILL)
    if victim in {"conversion", "upkeep"}:
        moment = chance.uniform(0.0, 0.05)
        until((gateway.data / "events" / ".aside").exists, "a conversion begins", gateway.guard, pause=0.001)
        time.sleep(moment)
    if victim == "upkeep":
        os.kill(upkeep(watch), signal.SIGKILL)
    elif victim != "envoy":
        os.kill(watch, signal.SIGKILL)
        gateway.watch(before=watch)
    if victim != "watch":
        gateway.guard.wait("serving again", after=lines)


def upkeep(watch: int) -> int:
    """The process that keeps up the data set, which the watch process started."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == watch and b"store.upkeep" in (folder / "cmdline").read_bytes():
                return int(folder.name)
    raise AssertionError("nothing keeps up the data set")
