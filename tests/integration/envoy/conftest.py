"""Fixtures: the filter built once, one Envoy for most tests, an upstream."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.envoy.running import Envoy, Notes, bootstrap, filter_entry, free_port, running
from tests.integration.envoy.upstream import Upstream


@pytest.fixture(scope="session")
def filter_module(built_filter: Path) -> Path:
    return built_filter


@pytest.fixture(scope="session")
def upstream() -> Iterator[Upstream]:
    server = Upstream()
    yield server
    server.close()


@pytest.fixture(scope="session")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Notes:
    return Notes(tmp_path_factory.mktemp("notes") / "notes.jsonl")


def scripted_config(notes: Notes, *, fail_open: bool = False) -> dict[str, object]:
    return {"factory": "scripted:make", "settings": {"notes": str(notes.file), "fail_open": fail_open}}


@pytest.fixture(scope="session")
def gateway(
    filter_module: Path, upstream: Upstream, notes: Notes, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Envoy]:
    port = free_port()
    entry = filter_entry(filter_module, scripted_config(notes))
    with running(Envoy(tmp_path_factory.mktemp("envoy"), bootstrap(port, upstream.port, entry), port)) as envoy:
        yield envoy
    assert "closed" in notes.calls(""), "the configuration was closed when Envoy left"
