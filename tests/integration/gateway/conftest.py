"""Fixtures: an upstream, guards that are stopped in the end, and one bare guard for whoever only sends requests."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.integration.envoy.upstream import Upstream
from tests.integration.gateway.running import Guard

StartGuard = Callable[..., Guard]


@pytest.fixture(scope="session")
def filter_module(built_filter: Path) -> str:
    return str(built_filter)


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    server = Upstream()
    yield server
    server.close()


@pytest.fixture
def start(tmp_path_factory: pytest.TempPathFactory, upstream: Upstream) -> Iterator[StartGuard]:
    guards: list[Guard] = []

    def start(settings: Mapping[str, Any] | None = None, *, module: str = "", folder: Path | None = None) -> Guard:
        guard = Guard(folder or tmp_path_factory.mktemp("g"), upstream.port, settings, module)
        guards.append(guard)
        return guard

    yield start
    for guard in guards:
        guard.stop()
        leftovers = [path.name for path in guard.file.parent.glob("garrison-*")]
        assert leftovers == [] or guard.process.returncode == -9


@pytest.fixture(scope="session")
def shared_upstream() -> Iterator[Upstream]:
    server = Upstream()
    yield server
    server.close()


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory, shared_upstream: Upstream) -> Iterator[int]:
    """The port of a bare gateway."""
    settings = {"upstream": {"request-timeout": 0.5, "idle-timeout": 5}}
    guard = Guard(tmp_path_factory.mktemp("bare"), shared_upstream.port, settings)
    yield guard.port()
    assert guard.stop() == 0
