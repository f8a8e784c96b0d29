"""One gateway that enforces, before an upstream that keeps every byte."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conformance.harness.gateway import Gateway, gateway
from tests.conformance.harness.upstream import Upstream
from tests.conformance.variants import VARIANTS


@pytest.fixture(scope="session")
def upstream() -> Iterator[Upstream]:
    server = Upstream()
    yield server
    server.close()


@pytest.fixture(scope="session")
def guarded(upstream: Upstream, built_filter: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with gateway(VARIANTS["enforce"], upstream.port, built_filter, tmp_path_factory.mktemp("smuggling")) as running:
        yield running
