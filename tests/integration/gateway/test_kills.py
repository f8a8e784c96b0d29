"""A gateway under load whose processes are killed at any moment: what was answered is on record, and once, and so is in
the ledger whose data it disclosed."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Mapping
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
from garrison.adapters.store.query import count, events

pytestmark = pytest.mark.integration

ROUNDS = int(os.environ.get("GARRISON_ROUNDS", "5"))
"""Kills, of each kind once; 1000 for the long form."""
VICTIMS = ("envoy", "watch", "both", "conversion", "guard")
"""`conversion` is the watch process while it turns what a killed Envoy left into Parquet. Of the guard's end the kernel
makes the others' as well, and whoever started the guard starts it again."""
BETWEEN = 20
"""Answered requests between two kills: something is under way whenever one comes."""


def test_no_answered_exchange_is_lost_and_none_counts_twice(
    start: StartGuard, tmp_path: Path, filter_module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GARRISON_TEST_BACKOFF", "0.05")
    (tmp_path / "people.yaml").write_text(PEOPLE)
    settings = {"listen": {"workers": 2, "trusted-proxies": ["127.0.0.1"]}, "contract": {"file": "people.yaml"}}
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
    if victim == "conversion":
        moment = chance.uniform(0.0, 0.05)
        until((gateway.data / "events" / ".aside").exists, "a conversion begins", gateway.guard, pause=0.001)
        time.sleep(moment)
    if victim != "envoy":
        os.kill(watch, signal.SIGKILL)
        gateway.watch(before=watch)
    if victim != "watch":
        gateway.guard.wait("serving again", after=lines)
