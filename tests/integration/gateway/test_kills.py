"""A gateway under load whose processes are killed at any moment: what was answered is on record, and once."""

import contextlib
import os
import random
import signal
import time
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
from tests.integration.gateway.clients import CLIENTS, Clients, clients
from tests.integration.gateway.conftest import StartGuard
from tests.integration.gateway.running import until
from tests.integration.gateway.test_recording import Recorded

from garrison.adapters.store.query import count, events

pytestmark = pytest.mark.integration

ROUNDS = int(os.environ.get("GARRISON_ROUNDS", "6"))
"""Kills; 200 for the long form."""
BETWEEN = 20
"""Answered requests between two kills: something is under way whenever one comes."""


def test_no_answered_exchange_is_lost_and_none_counts_twice(
    start: StartGuard, tmp_path: Path, filter_module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GARRISON_TEST_BACKOFF", "0.05")
    settings = {"listen": {"workers": 2, "trusted-proxies": ["127.0.0.1"]}}
    gateway = Recorded(start, tmp_path, filter_module, settings)
    chance = random.Random(ROUNDS)
    victims: Counter[str] = Counter()
    with clients(gateway.port) as load:
        for _ in range(ROUNDS):
            before = len(load.answered)
            until(partial(has_served, load, before), "it serves", gateway.guard)
            time.sleep(chance.uniform(0.0, 0.3))
            victim = chance.choice(("envoy", "watch", "both"))
            victims[victim] += 1
            kill(gateway, victim)
        before = len(load.answered)
        until(partial(has_served, load, before), "it serves in the end", gateway.guard)
    assert set(load.answered.values()) == {200, 404}
    assert gateway.guard.stop() == 0
    found = Counter(event.peer for event in events(gateway.data))
    assert count(gateway.data) == found.total() == len(found), "an exchange is on record twice"
    assert set(load.answered) <= set(found), f"answered and not on record, killed {victims}"
    assert len(found) - len(load.answered) <= CLIENTS * (ROUNDS + 1), "on record, and never sent"


def has_served(load: Clients, before: int) -> bool:
    return len(load.answered) >= before + BETWEEN


def kill(gateway: Recorded, victim: str) -> None:
    lines = len(gateway.guard.lines)
    if victim != "envoy":
        watch = gateway.watch()
        with contextlib.suppress(ProcessLookupError):
            os.kill(watch, signal.SIGKILL)
        until(lambda: gateway.watch(before=watch) != watch, "the watch process is back", gateway.guard)
    if victim != "watch":
        os.kill(gateway.guard.envoy(), signal.SIGKILL)
        gateway.guard.wait("serving again", after=lines)
