"""Budgets of people at a real gateway: with several workers, over restarts, whatever is killed, until a release."""

import contextlib
import http.client
import json
import os
import random
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.integration.gateway.conftest import StartGuard
from tests.integration.gateway.running import until
from tests.integration.gateway.test_kills import kill
from tests.integration.gateway.test_recording import Recorded, garrison

from garrison.adapters.overview import overview
from garrison.adapters.store.ledger import last_seen

pytestmark = pytest.mark.integration

VICTIMS = ("envoy", "both", "guard", "conversion")
ROUNDS = int(os.environ.get("GARRISON_ROUNDS", "4"))
"""Kills, of each kind once; 100 for the long form."""
PEOPLE = 400
CONTRACT = """
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /people/{id}:
    get:
      operationId: person
      parameters: [{name: id, in: path, required: true, schema: {type: string, x-garrison-subject: person}}]
      responses: {"200": {description: ok, content: {application/json: {}}}}
"""


def settings(budget: dict[str, Any]) -> dict[str, Any]:
    return {
        "listen": {"workers": 2, "trusted-proxies": ["127.0.0.1"]},
        "controls": {"exposure": {"mode": "enforce", "budgets": [{"name": "hour", "per": "peer", **budget}]}},
    }


class Asking:
    """Clients at addresses of their own, each asking for one person after another."""

    def __init__(self, port: int, number: int) -> None:
        self.port = port
        self.answers: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        """By address, person and status of each answer that came whole."""
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(f"192.0.2.{one + 1}",)) for one in range(number)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    @property
    def answered(self) -> int:
        return sum(map(len, self.answers.values()))

    def _run(self, address: str) -> None:
        chance = random.Random(address)
        while not self._stop.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
                while not self._stop.is_set():
                    person = chance.randrange(PEOPLE)
                    status, _ = ask(connection, person, address)
                    self.answers[address].append((person, status))
                    time.sleep(0.005)
            time.sleep(0.01)


def ask(connection: http.client.HTTPConnection, person: int, address: str) -> tuple[int, bytes]:
    connection.request("GET", f"/people/{person}", headers={"X-Forwarded-For": address})
    response = connection.getresponse()
    return response.status, response.read()


@contextlib.contextmanager
def asking(port: int, number: int) -> Iterator[Asking]:
    running = Asking(port, number)
    try:
        yield running
    finally:
        running.stop()


@pytest.mark.parametrize("then", ["deny", "hold"])
def test_no_kill_makes_a_budget_wider(
    start: StartGuard, tmp_path: Path, filter_module: str, monkeypatch: pytest.MonkeyPatch, then: str
) -> None:
    monkeypatch.setenv("GARRISON_TEST_BACKOFF", "0.05")
    limit = 40 * ROUNDS if then == "deny" else 60
    limit = min(limit, PEOPLE // 2)
    gateway = Recorded(start, tmp_path, filter_module, settings({"limit": limit, "then": then}), CONTRACT)
    chance = random.Random(ROUNDS)
    with asking(gateway.port, 4) as load:
        for victim in chance.sample(VICTIMS * (-(-ROUNDS // len(VICTIMS))), ROUNDS):
            serves(gateway, load)
            time.sleep(chance.uniform(0.0, 0.3))
            kill(gateway, victim, chance)
        until(lambda: all(403 in {status for _, status in one} for one in list(load.answers.values())), "all is spent")
        serves(gateway, load)
    assert gateway.guard.stop() == 0
    for address, answers in load.answers.items():
        shown = {person for person, status in answers if status == 200}
        assert {status for _, status in answers} == {200, 403}
        assert len(shown) <= limit, address
        if then == "hold":
            statuses = [status for _, status in answers]
            assert set(statuses[statuses.index(403) :]) == {403}, "who is held was let in again"
        else:
            before, known = set[int](), False
            for person, status in answers:  # who was seen costs nothing, also after a restart
                known = known or status == 403
                assert status == 200 or person not in before
                before |= {person} if status == 200 else set()
            assert known
    on_record: defaultdict[str, set[bytes]] = defaultdict(set)
    for (peer,), _, digest, _ in last_seen(gateway.data, by=("peer",)):
        on_record[peer].add(digest)
    assert {peer: len(people) for peer, people in on_record.items()} == dict.fromkeys(load.answers, limit)


def serves(gateway: Recorded, load: Asking) -> None:
    before = load.answered
    until(lambda: load.answered >= before + 20, "it serves", gateway.guard)


def test_a_release_is_in_force_within_a_tenth_of_a_second(
    start: StartGuard, tmp_path: Path, filter_module: str
) -> None:
    gateway = Recorded(start, tmp_path, filter_module, settings({"limit": 3, "then": "hold"}), CONTRACT)
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=30)) as connection:
        assert [ask(connection, person, "192.0.2.9")[0] for person in range(5)] == [200, 200, 200, 403, 403]
        assert ask(connection, 1, "192.0.2.9")[0] == 403
        assert ask(connection, 1, "192.0.2.8")[0] == 200
        file = ["--config", str(gateway.guard.file)]
        listed = told("budgets", "--json", *file)
        (budget,) = listed["budgets"]
        assert (budget["name"], budget["limit"], budget["keys"]) == ("hour", 3, 2)
        first, second = budget["top"]
        assert (first["key"], first["used"], first["held"]) == ("192.0.2.9", 3, True)
        assert (second["key"], second["used"], second["held"]) == ("192.0.2.8", 1, False)
        assert "192.0.2.9" in garrison("budgets", *file).stdout
        done = garrison("budgets", "release", "--peer", "192.0.2.9", "--note", "asked by phone", *file)
        assert (done.returncode, done.stdout) == (0, "released the peer 192.0.2.9\n")
        until(lambda: ask(connection, 7, "192.0.2.9")[0] == 200, "it is released", gateway.guard)
        assert [ask(connection, person, "192.0.2.9")[0] for person in (8, 9, 10)] == [200, 200, 403]
        assert garrison("budgets", "release", "--peer", "192.0.2.200", *file).returncode == 1
        until(lambda: overview(gateway.data, time.time()).spool.lag == 0, "it is converted", gateway.guard)
        (again,) = told("budgets", "--json", *file)["budgets"]
        assert again["top"][0]["held"]


def told(*arguments: str) -> dict[str, Any]:
    done = garrison(*arguments)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
