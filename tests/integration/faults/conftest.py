"""One gateway with short timeouts that holds responses, before an upstream that misbehaves as it is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conformance.harness.gateway import Gateway, gateway
from tests.conformance.harness.upstream import Upstream
from tests.conformance.variants import CONTRACT

from garrison.config.controls import ControlsSettings, ResponseSchemaSettings
from garrison.config.model import Settings, UpstreamSettings
from garrison.core.decision import Mode

UPSTREAM = UpstreamSettings(connect_timeout=4.0, request_timeout=4.0, idle_timeout=5.0)
"""Short, but not so short that a machine on which everything is tested at once would need longer for anything."""
STRICT = Settings(
    mode="enforce",
    contract=CONTRACT,
    upstream=UPSTREAM,
    controls=ControlsSettings(response_schema=ResponseSchemaSettings(mode=Mode.ENFORCE)),
)


@pytest.fixture(scope="session")
def filter_module(built_filter: Path) -> Path:
    return built_filter


@pytest.fixture
def upstream(shared_upstream: Upstream) -> Upstream:
    shared_upstream.heard.clear()
    return shared_upstream


@pytest.fixture(scope="session")
def shared_upstream() -> Iterator[Upstream]:
    server = Upstream()
    yield server
    server.close()


@pytest.fixture(scope="session")
def guarded(
    shared_upstream: Upstream, filter_module: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    with gateway(STRICT, shared_upstream.port, filter_module, tmp_path_factory.mktemp("faults")) as running:
        yield running
